package ringfort.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import ringfort.timers.Ticker;

/**
 * A client that waits for an answer before it asks again sends nothing while the server stalls, and so sees one slow request
 * per connection. This one must see all that were due.
 */
class OpenLoopTest {
    private static final int CONNECTIONS = 4;
    private static final double RATE = 1_000;
    private static final double SECONDS = 2;
    private static final long STALL_MILLIS = 500;

    @Test
    void aStallIsSeenByAllRequestsThatWereDueMeanwhile() throws Exception {
        OpenLoop.Outcome outcome;
        try (StallingServer server = new StallingServer();
                OpenLoop client = new OpenLoop(server.address(), "/", CONNECTIONS)) {
            long middle = Ticker.system().nanos() + 700_000_000L;
            server.stall(middle, STALL_MILLIS * 1_000_000);
            outcome = client.run(RATE, SECONDS);
        }
        Histogram latency = outcome.latency();
        assertEquals(0, outcome.unanswered());
        assertEquals(0, outcome.failures());
        assertEquals((long) (RATE * SECONDS), latency.getTotalCount());
        assertTrue(outcome.busy() > 0 && outcome.busy() < 1, () -> "busy " + outcome.busy());
        // 500 are due during the stall, and wait for 500 ms to 0: 400 of them for more than 100 ms, 100 for more than
        // 400.
        // A busy machine makes more of them late, never fewer.
        assertTrue(countAbove(latency, 100) >= 395, () -> countAbove(latency, 100) + " took more than 100 ms");
        assertTrue(countAbove(latency, 400) >= 95, () -> countAbove(latency, 400) + " took more than 400 ms");
        assertTrue(latency.getMaxValue() >= (STALL_MILLIS - 5) * 1_000_000, () -> "max " + latency.getMaxValue());
    }

    @Test
    void whatIsNeverAnsweredCountsToo() throws Exception {
        OpenLoop.Outcome outcome;
        try (StallingServer server = new StallingServer();
                OpenLoop client = new OpenLoop(server.address(), "/", CONNECTIONS)) {
            server.stall(Ticker.system().nanos(), 60_000_000_000L);
            outcome = client.run(100, 0.1);
        }
        assertEquals(10, outcome.unanswered());
        assertEquals(10, outcome.latency().getTotalCount());
        assertTrue(outcome.latency().getMinValue() > 4_000_000_000L, "waited for answers");
    }

    private static long countAbove(Histogram latency, long millis) {
        return latency.getTotalCount() - latency.getCountBetweenValues(0, millis * 1_000_000);
    }
}
