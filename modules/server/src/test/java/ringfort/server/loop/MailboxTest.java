package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MailboxTest {
    private static final int PRODUCERS = 4;
    private static final int MESSAGES = 100_000;

    @Test
    void whatGoesInFirstComesOutFirst() {
        Mailbox mailbox = new Mailbox();
        assertTrue(mailbox.isEmpty());
        assertNull(mailbox.take());
        Runnable first = () -> {};
        Runnable second = () -> {};
        mailbox.put(first);
        mailbox.put(second);
        assertFalse(mailbox.isEmpty());
        assertEquals(first, mailbox.take());
        assertEquals(second, mailbox.take());
        assertNull(mailbox.take());
        assertTrue(mailbox.isEmpty());
    }

    /** Each producer's messages arrive once and in its order, however those of others come between. */
    @Test
    void manyProducersLoseAndReorderNothing() throws InterruptedException {
        Mailbox mailbox = new Mailbox();
        int[] next = new int[PRODUCERS];
        CountDownLatch begin = new CountDownLatch(1);
        try (var threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            for (int p = 0; p < PRODUCERS; p++) {
                int producer = p;
                var _ = threads.submit(() -> {
                    begin.await();
                    for (int i = 0; i < MESSAGES; i++) {
                        int number = i;
                        mailbox.put(() -> assertEquals(number, next[producer]++));
                    }
                    return null;
                });
            }
            begin.countDown();
            for (int taken = 0; taken < PRODUCERS * MESSAGES; ) {
                boolean empty = mailbox.isEmpty();
                Runnable message = mailbox.take();
                if (message != null) {
                    message.run();
                    taken++;
                } else if (!empty) {
                    Thread.onSpinWait(); // one is on its way in
                }
            }
        }
        assertTrue(mailbox.isEmpty());
        for (int count : next) {
            assertEquals(MESSAGES, count);
        }
        mailbox.put(() -> {});
        assertNotNull(mailbox.take());
    }
}
