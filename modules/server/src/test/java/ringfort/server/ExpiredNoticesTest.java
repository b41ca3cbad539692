package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.budget.Phase;
import ringfort.server.metrics.Notices;

/** How an operator learns of a deadline that passed: an event of the flight recorder, and a log line if asked for. */
@Timeout(30)
class ExpiredNoticesTest {
    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);

    @Test
    void theLogLineIsBoundedPerSecondAndTheRestIsCounted() {
        try (var notices = new Notices()) {
            for (int i = 0; i < 1000; i++) {
                notices.expired(Phase.HEADER, PEER, 1, 1, 1, true);
            }
            // So many calls take far less than a second, but may meet the end of one: 50 lines, or 100.
            Await.until(() -> notices.droppedCount() >= 900, () -> notices.droppedCount() + " dropped");
            assertTrue(notices.droppedCount() <= 950, () -> notices.droppedCount() + " dropped");
        }
    }

    @Test
    void theFlightRecorderSeesWhichPhaseAndHowLate() throws Exception {
        var seen = new LinkedBlockingQueue<RecordedEvent>();
        try (var recording = new RecordingStream()) {
            recording.enable("ringfort.DeadlineExpired");
            recording.setReuse(false);
            recording.onEvent("ringfort.DeadlineExpired", seen::add);
            recording.startAsync();
            String peerAddress;
            try (Served server = Served.start(
                            Variant.POLL,
                            ShortDeadlines.and(options -> options.logExpired(true)),
                            DeadlineContract::echo);
                    SlowPeer peer = server.connectSlow()) {
                peerAddress = "127.0.0.1:" + peer.localPort();
                peer.send("GET / HT").end().answered(408);
            }
            recording.stop();
            RecordedEvent event = seen.stream() // other tests of this process are recorded too
                    .filter(e -> e.getString("peer").equals(peerAddress))
                    .findFirst()
                    .orElseThrow();
            assertEquals("header", event.getString("phase"));
            assertEquals(8, event.getLong("receivedBytes"));
            Duration age = event.getDuration("ageNanos");
            assertTrue(age.compareTo(ShortDeadlines.HEADER) >= 0, age::toString);
        }
    }
}
