package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringfort.api.Server;
import ringfort.budget.Phase;
import ringfort.server.wire.WireUser;
import ringfort.timers.ManualTicker;

/** What had come from a peer when its deadline was reached is read before it is judged; what comes later is not waited for. */
class LastLookTest {
    private final ManualTicker ticker = new ManualTicker();
    private final FakeWorker worker = new FakeWorker(Server.http(0), ticker);
    private int waiting; // bytes in the socket
    private final Connection connection = accept();

    private Connection accept() {
        worker.readClock();
        Connection accepted = worker.add(new FakeWire() {
            @Override
            public int peek(WireUser user, byte[] target) {
                return waiting;
            }
        });
        accepted.accepted();
        accepted.settle();
        return accepted;
    }

    @AfterEach
    void end() {
        worker.context().notices().close();
    }

    private void headerIsDue() {
        ticker.advance(Duration.ofNanos(worker.context().timeouts().headerNanos()));
        worker.readClock();
        passes();
    }

    /** As the timekeeper says in each turn, while the deadline is reached. */
    private void passes() {
        connection.settle();
        connection.deadlinePassed();
    }

    private void reads(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        connection.received(bytes, 0, bytes.length);
        waiting -= bytes.length;
    }

    private long expired() {
        return worker.counters().phase(Phase.HEADER).expired.get();
    }

    @Test
    void aPeerOfWhichNothingWaitsIsJudgedAtOnce() {
        headerIsDue();
        assertTrue(connection.isGone());
        assertEquals(1, expired());
    }

    @Test
    void aHeadThatHadComeIsServed() {
        String head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        waiting = head.length();
        headerIsDue();
        passes();
        reads(head.substring(0, 10)); // a turn has no time for more
        passes();
        assertTrue(connection.isOpen());
        reads(head.substring(10));
        passes();
        assertEquals(0, expired());
    }

    /** There is always one byte more in the socket. */
    @Test
    void aPeerThatDripsGainsNoTime() {
        waiting = 3;
        headerIsDue();
        assertTrue(connection.isOpen());
        waiting += 1;
        reads("GET");
        passes();
        assertFalse(connection.isOpen());
        assertEquals(1, expired());
    }
}
