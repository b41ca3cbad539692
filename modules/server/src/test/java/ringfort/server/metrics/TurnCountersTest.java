package ringfort.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.server.Await;
import ringfort.server.Served;
import ringfort.server.ShortDeadlines;
import ringfort.server.SlowPeer;
import ringfort.server.Variant;

/** A worker that was long in coming back to the kernel is seen in the metrics. */
@Timeout(30)
class TurnCountersTest {
    private final TurnCounters turns = new TurnCounters();

    @Test
    void theBoundOfABucketBelongsToItAndBucketsAddUp() {
        turns.ended(100_000);
        turns.ended(100_001);
        turns.ended(1_000_000);
        assertEquals(1, turns.atMost(0));
        assertEquals(3, turns.atMost(1));
        assertEquals(3, turns.count());
        assertEquals(1_200_001, turns.nanos.get());
    }

    @Test
    void whatIsLongerThanAllBoundsIsCounted() {
        turns.ended(3_000_000_000L);
        assertEquals(0, turns.atMost(TurnCounters.MICROS.size() - 1));
        assertEquals(1, turns.count());
    }

    @Test
    void theLongestStays() {
        turns.ended(5);
        turns.ended(70);
        turns.ended(6);
        assertEquals(70, turns.longestNanos.get());
    }

    /** The turn of a handler that holds its worker is long, and the sleep between two requests is not a turn. */
    @ParameterizedTest
    @EnumSource(names = {"RING", "RING_WITH_KERNEL_TIMERS", "POLL"})
    void aTurnIsAsLongAsItsHandlersAndNotAsTheSleepBehindIt(Variant variant) throws Exception {
        try (Served server = Served.start(
                variant,
                ShortDeadlines.and(options -> options.idleTimeout(Duration.ofSeconds(20))),
                routes -> routes.get(
                        "/",
                        _ -> {
                            Await.pass(Duration.ofMillis(120));
                            return Response.text("here");
                        },
                        Route.inline()))) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.get("/").expect("here");
                Await.until(() -> beyond(server, "0.1") >= 1, () -> "no long turn was seen");
                long asleep = beyond(server, "1.0");
                Await.pass(Duration.ofMillis(1100));
                peer.get("/").expect("here"); // ends the sleep
                peer.get("/").expect("here");
                assertEquals(asleep, beyond(server, "1.0"), "sleep is no turn");
            }
            assertTrue(server.metric("ringfort_worker_turn_seconds_count") > 1);
        }
    }

    /** Counts the turns that were longer. A turn that ends between two readings would be in one of them only. */
    private static long beyond(Served server, String seconds) {
        while (true) {
            long all = server.metric("ringfort_worker_turn_seconds_count");
            long within = server.metric("ringfort_worker_turn_seconds_bucket", Map.of("le", seconds));
            if (all == server.metric("ringfort_worker_turn_seconds_count")) {
                return all - within;
            }
        }
    }
}
