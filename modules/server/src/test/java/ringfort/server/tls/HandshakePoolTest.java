package ringfort.server.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.server.Await;
import ringfort.timers.Ticker;

/** Tasks of handshakes run in the order of arrival, so many at a time, and a pool knows when it has enough of them. */
@Timeout(30)
class HandshakePoolTest {
    @Test
    void tasksRunInTheOrderOfArrival() throws InterruptedException {
        List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
        var last = new CountDownLatch(1);
        try (HandshakePool pool = new HandshakePool(Ticker.system(), 1)) {
            pool.open();
            for (int i = 0; i < 100; i++) {
                int number = i;
                pool.execute(() -> ran.add(number));
            }
            pool.execute(last::countDown);
            assertTrue(last.await(10, TimeUnit.SECONDS));
        }
        assertEquals(ran.stream().sorted().toList(), ran);
        assertEquals(100, ran.size());
    }

    @Test
    void aPoolWithManyTasksIsFull() throws InterruptedException {
        var held = new CountDownLatch(1);
        var all = new CountDownLatch(HandshakePool.MOST_WAITING);
        try (HandshakePool pool = new HandshakePool(Ticker.system(), 2)) {
            pool.open();
            for (int i = 0; i < HandshakePool.MOST_WAITING; i++) {
                assertFalse(pool.isFull());
                pool.execute(() -> {
                    awaitUninterruptibly(held);
                    all.countDown();
                });
            }
            assertTrue(pool.isFull());
            held.countDown();
            assertTrue(all.await(10, TimeUnit.SECONDS));
            Await.until(() -> !pool.isFull(), () -> "it stays full");
        } finally {
            held.countDown();
        }
    }

    /** Otherwise each such error would cost a thread, and after the last of them no handshake would ever finish. */
    @Test
    void anErrorInATaskCostsNoThread() throws InterruptedException {
        var last = new CountDownLatch(1);
        try (HandshakePool pool = new HandshakePool(Ticker.system(), 1)) {
            pool.open();
            pool.execute(() -> {
                throw new OutOfMemoryError("on purpose");
            });
            pool.execute(last::countDown);
            assertTrue(last.await(10, TimeUnit.SECONDS));
            assertEquals(
                    1,
                    pool.metrics().stream()
                            .filter(metric -> metric.name().equals("ringfort_tls_tasks_failed_total"))
                            .findFirst()
                            .orElseThrow()
                            .value());
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
