package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AdmissionTest {
    private static Supplier<InetAddress> peer(int last) {
        return () -> InetAddress.ofLiteral("10.0.0." + last);
    }

    @Test
    void theLimitInAllCountsEverybody() {
        Admission admission = new Admission(2, 0);
        assertTrue(admission.enter(peer(1)));
        assertTrue(admission.enter(peer(2)));
        assertFalse(admission.enter(peer(3)));
        admission.leave(peer(1));
        assertTrue(admission.enter(peer(3)));
    }

    /** Who is turned away for his own number takes no place from others. */
    @Test
    void theLimitPerPeerCountsEachAlone() {
        Admission admission = new Admission(3, 1);
        assertTrue(admission.enter(peer(1)));
        for (int i = 0; i < 10; i++) {
            assertFalse(admission.enter(peer(1)));
        }
        assertTrue(admission.enter(peer(2)));
        assertTrue(admission.enter(peer(3)));
        assertFalse(admission.enter(peer(4)));
        admission.leave(peer(2));
        assertTrue(admission.enter(peer(4)));
        assertFalse(admission.enter(peer(1)));
    }

    @Test
    void zeroIsNoLimit() {
        Admission admission = new Admission(0, 0);
        for (int i = 0; i < 10_000; i++) {
            assertTrue(admission.enter(peer(1)));
        }
    }

    @Test
    void workersAtOnceNeverLetInMoreThanTheLimit() throws Exception {
        Admission admission = new Admission(3, 2);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (var threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            List<Future<?>> workers = new ArrayList<>();
            for (int w = 0; w < 4; w++) {
                Supplier<InetAddress> peer = peer(w % 2);
                workers.add(threads.submit(() -> {
                    for (int i = 0; i < 50_000; i++) {
                        if (admission.enter(peer)) {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            inside.decrementAndGet();
                            admission.leave(peer);
                        }
                    }
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        }
        assertTrue(most.get() <= 3, () -> most.get() + " were inside");
        assertEquals(0, inside.get());
        for (int last : new int[] {1, 1, 0}) {
            assertTrue(admission.enter(peer(last)), "a place was not given back");
        }
    }
}
