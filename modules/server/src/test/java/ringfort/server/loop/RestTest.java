package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;
import ringfort.server.wire.WireUser;
import ringfort.timers.ManualTicker;

/** A connection on which nothing is under way idles, expires, drains and ends without protocol state. */
class RestTest {
    private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ManualTicker ticker = new ManualTicker();
    private final FakeWorker worker =
            new FakeWorker(Server.http(0).get("/", _ -> Response.text("here"), Route.inline()), ticker) {
                @Override
                void beforeRest() {
                    wakeUps.release(); // there is nothing to wait for
                }
            };

    @AfterEach
    void endNotices() {
        worker.context().notices().close();
    }

    /** A wire that takes all that is sent, and sends FINs. */
    private static final class Taking extends FakeWire {
        @Override
        public void flush(WireUser user) {
            while (user.hasOutput()) {
                user.sent(user.out().length());
            }
            if (user.wantsFin()) {
                user.finSent();
            }
        }
    }

    private Connection accepted() {
        worker.readClock();
        Connection connection = worker.add(new Taking());
        connection.accepted();
        connection.settle();
        return connection;
    }

    private Connection served() {
        Connection connection = accepted();
        connection.received(REQUEST, 0, REQUEST.length);
        assertNotNull(connection.protocol(), "a message is under way");
        worker.turn(); // the answer comes by the mailbox: this thread is not the worker's

        return connection;
    }

    @Test
    void aConnectionThatHasSentNothingHasNone() {
        Connection connection = accepted();
        assertNull(connection.protocol());
        assertEquals(Phase.HEADER, connection.deadline().phase());
    }

    @Test
    void whatWasLentGoesBackWithTheResponse() {
        Connection connection = served();
        assertNull(connection.protocol());
        assertEquals(Phase.IDLE, connection.deadline().phase());
    }

    @Test
    void anIdleConnectionExpiresWithoutAny() {
        Connection connection = served();
        ticker.advance(Duration.ofNanos(worker.context().timeouts().idleNanos()));
        worker.readClock();
        connection.deadlinePassed();
        assertNull(connection.protocol());
        assertTrue(connection.isGone());
        assertEquals(1, worker.counters().phase(Phase.IDLE).expired.get());
    }

    @Test
    void oneThatEndsLingersWithoutAny() {
        Connection connection = served();
        connection.closeWhenSent(CloseReason.DRAINED);
        connection.settle();
        assertNull(connection.protocol());
        assertEquals(Phase.LINGER, connection.deadline().phase());
        assertFalse(connection.isGone());
        connection.inputEnded();
        connection.settle();
        assertTrue(connection.isGone());
        assertNull(connection.protocol());
        assertEquals(1, worker.counters().closed(CloseReason.DRAINED).get());
    }

    /** The peer's FIN finds nothing under way: there is nothing to ask. */
    @Test
    void aPeerThatLeavesInPeaceMeetsNone() {
        Connection connection = served();
        connection.inputEnded();
        assertNull(connection.protocol());
        connection.settle();
        assertTrue(connection.isGone());
        assertEquals(1, worker.counters().closed(CloseReason.PEER).get());
    }

    /** All that a worker with many idle connections does to stop. */
    @Test
    void aDrainOfIdleConnectionsTakesNone() {
        Connection[] connections = new Connection[100];
        for (int i = 0; i < connections.length; i++) {
            connections[i] = i % 2 == 0 ? served() : accepted();
        }
        for (Connection connection : connections) {
            connection.closeWhenSent(CloseReason.DRAINED);
            connection.settle();
            assertNull(connection.protocol(), "ending takes protocol state");
        }
    }

    /** A queue of the transport's may still name it. Counted out twice, its place would be given to two others. */
    @Test
    void aConnectionThatIsOverIsCountedOutOnce() {
        Connection connection = accepted();
        connection.destroy(CloseReason.RESET, null);
        connection.settle();
        assertEquals(1, worker.counters().closed(CloseReason.RESET).get());
        connection.touch();
        connection.settle();
        assertEquals(1, worker.counters().closed(CloseReason.RESET).get());
    }
}
