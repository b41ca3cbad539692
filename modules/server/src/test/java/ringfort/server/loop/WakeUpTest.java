package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.api.Server;

/** A worker that goes to sleep misses nothing that is put into its mailbox meanwhile. */
@Timeout(30)
class WakeUpTest {
    private static void stop(FakeWorker worker) throws InterruptedException {
        worker.stop(worker.context().ticker().nanos());
        assertTrue(worker.thread().join(java.time.Duration.ofSeconds(10)));
        worker.context().notices().close();
    }

    /** A message comes after the mailbox was found empty and before the worker says that it sleeps. */
    @Test
    void aMessageBeforeTheSecondLookKeepsTheWorkerAwake() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        AtomicBoolean once = new AtomicBoolean();
        FakeWorker worker = new FakeWorker(Server.http(0)) {
            @Override
            void beforeLookingAgain() {
                if (Thread.currentThread() == thread() && once.compareAndSet(false, true)) {
                    elsewhere(this, w -> w.execute(ran::countDown));
                }
            }
        };
        worker.start();
        assertTrue(ran.await(10, TimeUnit.SECONDS));
        assertEquals(0, worker.lostWakeUps.get());
        stop(worker);
    }

    /** A message comes after the worker has looked a second time and before it really sleeps. */
    @Test
    void aMessageBeforeTheSleepWakesTheWorker() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        AtomicBoolean once = new AtomicBoolean();
        FakeWorker worker = new FakeWorker(Server.http(0)) {
            @Override
            void beforeRest() {
                if (once.compareAndSet(false, true)) {
                    elsewhere(this, w -> w.execute(ran::countDown));
                }
            }
        };
        worker.start();
        assertTrue(ran.await(10, TimeUnit.SECONDS));
        assertEquals(0, worker.lostWakeUps.get());
        stop(worker);
    }

    /** Nobody calls the kernel to wake a worker that is awake. */
    @Test
    void aMessageOfTheWorkerItselfWakesNobody() throws InterruptedException {
        AtomicInteger permits = new AtomicInteger(-1);
        CountDownLatch done = new CountDownLatch(1);
        FakeWorker worker = new FakeWorker(Server.http(0));
        worker.start();
        worker.execute(() -> {
            worker.wakeUps.drainPermits();
            worker.execute(() -> {
                permits.set(worker.wakeUps.availablePermits());
                done.countDown();
            });
        });
        assertTrue(done.await(10, TimeUnit.SECONDS));
        assertEquals(0, permits.get());
        stop(worker);
    }

    /** Messages one at a time from several threads, each waiting for its own to be run: the worker sleeps often. */
    @Test
    void messagesOfManyThreadsAreAllRun() throws Exception {
        FakeWorker worker = new FakeWorker(Server.http(0));
        worker.start();
        AtomicInteger ran = new AtomicInteger();
        try (var threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            for (int t = 0; t < 3; t++) {
                var _ = threads.submit(() -> {
                    for (int i = 0; i < 5_000; i++) {
                        CountDownLatch done = new CountDownLatch(1);
                        worker.execute(() -> {
                            ran.incrementAndGet();
                            done.countDown();
                        });
                        done.await();
                    }
                    return null;
                });
            }
        }
        assertEquals(15_000, ran.get());
        stop(worker);
        // What is put in afterwards runs all the same: virtual threads may outlive their worker.
        CountDownLatch late = new CountDownLatch(1);
        worker.execute(late::countDown);
        assertTrue(late.await(10, TimeUnit.SECONDS));
    }
}
