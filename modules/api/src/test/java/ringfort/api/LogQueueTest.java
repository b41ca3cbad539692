package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import ringfort.api.spi.LogQueue;

class LogQueueTest {
    private static final Duration BOUND = Duration.ofSeconds(5);

    /** A logger that hangs held back every deadline of the ancestor: whoever logs must get away at once. */
    @Test
    void aStuckLoggerCostsLinesNotTime() throws Exception {
        LogQueue queue = new LogQueue(10);
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        queue.offer(() -> {
            stuck.countDown();
            awaitQuietly(release);
        });
        assertTrue(stuck.await(5, TimeUnit.SECONDS));
        int taken = 0;
        for (int i = 0; i < 1_000; i++) {
            taken += queue.offer(() -> {}) ? 1 : 0;
        }
        assertEquals(10, taken);
        assertEquals(990, queue.dropped());
        release.countDown();
        while (!queue.flush(BOUND)) { // full until the writer has come round
            Thread.onSpinWait();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The writer goes to sleep between "queue empty" and "I sleep" while a line arrives: it must not stay unwritten. */
    @Test
    void noLineIsLeftBehindWhenTheWriterFallsAsleep() throws Exception {
        LogQueue queue = new LogQueue(1_000);
        AtomicInteger written = new AtomicInteger();
        for (int i = 0; i < 200_000; i++) {
            CountDownLatch done = new CountDownLatch(1);
            queue.offer(() -> {
                written.incrementAndGet();
                done.countDown();
            });
            // Spinning offers the next line within the writer's few instructions before it sleeps; waking would not.
            for (int spins = 0; spins < 10_000 && done.getCount() > 0; spins++) {
                Thread.onSpinWait();
            }
            assertTrue(done.await(5, TimeUnit.SECONDS), "line " + i + " was never written");
        }
        assertEquals(200_000, written.get());
    }

    @Test
    void aLoggerThatThrowsLosesItsLineOnly() {
        LogQueue queue = new LogQueue(10);
        List<String> written = Collections.synchronizedList(new ArrayList<>());
        queue.offer(() -> {
            throw new IllegalStateException("disk full");
        });
        queue.offer(() -> written.add("next"));
        assertTrue(queue.flush(BOUND));
        assertEquals(List.of("next"), written);
        assertEquals(1, queue.dropped());
    }

    @Test
    void accessLinesAreInTheCommonLogFormatAndCannotBeForged() {
        AccessLog.Line line = new AccessLog.Line(
                new InetSocketAddress("192.0.2.7", 5), "GET", "/a\"b\r\nc\\é", "HTTP/1.1", 200, 12, 784_111_777_000L);
        assertTrue(
                line.text()
                        .matches("192\\.0\\.2\\.7 - - \\[0[67]/Nov/1994:[^\\]]+] \"GET"
                                + " /a\\\\x22b\\\\x0d\\\\x0ac\\\\x5c\\\\xe9 HTTP/1\\.1\" 200 12"),
                line.text());
    }

    /** What the engine refused was in no log: no filter sees it. */
    @Test
    void whatTheEngineRefusesGetsALineThatCannotBeForged() {
        InetSocketAddress peer = new InetSocketAddress("192.0.2.7", 5);
        String forged = new AccessLog.Refused(peer, "GET /\" 200 1\r\n\u001b HTTP/1.1", 400, 784_111_777_000L).text();
        assertTrue(
                forged.matches(
                        "192\\.0\\.2\\.7 - - \\[0[67]/Nov/1994:[^\\]]+] \"GET /\\\\x22 200 1\\\\x0d\\\\x0a\\\\x1b"
                                + " HTTP/1\\.1\" 400 -"),
                forged);
        String nothing = new AccessLog.Refused(peer, "", 408, 784_111_777_000L).text();
        assertTrue(nothing.endsWith("\"-\" 408 -"), nothing);
        assertTrue(
                new AccessLog.Refused(peer, "x".repeat(100_000), 414, 0).text().length() < 1_100);
    }

    @Test
    void theLogOfAServerHearsOfWhatTheEngineRefuses() throws InterruptedException {
        LogQueue queue = new LogQueue(10);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        queue.offer(() -> {
            begun.countDown();
            awaitQuietly(release);
        });
        begun.await();
        InetSocketAddress peer = new InetSocketAddress("192.0.2.7", 5);
        Server.http(0).filter(new AccessLog(queue)).application().refused(peer, "GET  / HTTP/1.1", 400);
        Server.http(0).application().refused(peer, "nobody logs", 400);
        int room = 0;
        while (queue.offer(() -> {})) {
            room++;
        }
        release.countDown();
        assertEquals(9, room, "one of ten places is taken by the line");
    }

    @Test
    void theAccessLogNeitherChangesNorSwallowsAnything() throws Exception {
        LogQueue queue = new LogQueue(10);
        AccessLog log = new AccessLog(queue);
        Request request = Request.builder("GET", "/x").build();
        Response response = Response.text("x");
        assertEquals(response, log.filter(request, _ -> response));
        assertThrows(
                HttpException.class,
                () -> log.filter(request, _ -> {
                    throw HttpException.notFound();
                }));
        assertTrue(queue.flush(BOUND));
        assertEquals(0, queue.dropped());
    }

    @Test
    void faultsBeyondTheFirstOfASecondAreCountedWithoutATrace() {
        LogQueue queue = new LogQueue(1_000);
        FaultLog faults = new FaultLog(queue);
        Request request = Request.builder("GET", "/").build();
        IllegalStateException fault = new IllegalStateException("expected in this test");
        fault.setStackTrace(new StackTraceElement[0]);
        for (int i = 0; i < 1_000; i++) {
            faults.accept(request, fault);
        }
        assertEquals(1_000, faults.metrics().getFirst().value());
        assertTrue(queue.flush(BOUND));
        assertFalse(queue.dropped() > 0, "a thousand faults fit, as most write nothing");
    }
}
