package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.message.ByteSink;

/** The example of the package's documentation, as it stands there. */
final class PackageExampleTest {
    private static byte[] serve(byte[] received) {
        DeadlineSlot slot = new DeadlineSlot() { // a server would keep the deadline, and call expired() when it passes
                    @Override
                    public void arm(Phase phase, long deadlineNanos) {}

                    @Override
                    public void clear() {}
                };
        var connection = new H2State(H2Limits.DEFAULT, H2Timeouts.DEFAULT, slot);
        var out = new ByteSink(256);
        long now = 0; // a monotonic clock, in nanoseconds
        connection.accepted(now);
        int at = 0;
        H2State.Event event;
        do {
            event = connection.next(received, at, received.length, now);
            at = connection.position();
            switch (event) {
                case NEED_INPUT, CLOSE, REQUEST -> {}
                case DATA -> connection.consumed(connection.stream(), connection.dataTo() - connection.dataFrom(), now);
                case END -> {
                    H2Stream stream = connection.stream();
                    byte[] content = stream.head().target().getBytes(StandardCharsets.ISO_8859_1);
                    connection.respond(stream, ResponseHead.of(200).field("content-type", "text/plain"), false, now);
                    connection.send(stream, content, 0, content.length, now);
                    connection.end(stream, null, now);
                    connection.handlerReturned(stream, now);
                }
                case REFUSED, RESET -> connection.handlerReturned(connection.stream(), now);
            }
        } while (event != H2State.Event.NEED_INPUT && event != H2State.Event.CLOSE);
        while (connection.hasOutput()) {
            connection.write(out, 64 * 1024, now);
        }
        return out.toByteArray();
    }

    @Test
    void theExampleServes() {
        Frames frames = Frames.opening().get(1).post(3).data(3, true, "content");
        byte[] sent = serve(frames.bytes());
        var frame = new Reading().frames(sent, 0, sent.length);
        assertEquals(
                "[HEADERS 1 [:status: 200; content-type: text/plain], HEADERS 3 [:status: 200; content-type: text/plain],"
                        + " DATA 1 '/' END, DATA 3 '/' END]",
                frame.subList(3, frame.size()).toString());
    }
}
