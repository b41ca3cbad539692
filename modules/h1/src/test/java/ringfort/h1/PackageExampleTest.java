package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.message.ByteSink;
import ringfort.message.DateHeader;

/** The example of the package's documentation, as it stands there. */
final class PackageExampleTest {
    private static String serve(String received) {
        DeadlineSlot slot = new DeadlineSlot() { // a server would keep the deadline, and call expired() when it passes
                    @Override
                    public void arm(Phase phase, long deadlineNanos) {}

                    @Override
                    public void clear() {}
                };
        var connection = new H1State(Limits.DEFAULT, Timeouts.DEFAULT, slot);
        var encoder = new ResponseEncoder();
        var date = new DateHeader();
        var out = new ByteSink(256);
        long now = 0; // a monotonic clock, in nanoseconds
        connection.accepted(now);
        byte[] bytes = received.getBytes(StandardCharsets.ISO_8859_1);
        int at = 0;
        while (true) {
            H1State.Event event = connection.next(bytes, at, bytes.length, now);
            at = connection.position();
            switch (event) {
                case HEAD, BODY -> {} // the request begins; bytes[dataFrom(), dataTo()) are content
                case END -> {
                    RequestHead head = connection.head();
                    boolean keepAlive = connection.keepAlive();
                    connection.responseHead(keepAlive, now);
                    encoder.begin(out, 200, head.minorVersion(), head.isHead(), 0, keepAlive, date.value(784111777));
                    encoder.field(out, "X-Target", head.target());
                    encoder.end(out);
                    if (connection.responseComplete(now) == H1State.After.CLOSE) {
                        return out.toString();
                    }
                }
                case REFUSED -> {
                    encoder.begin(out, connection.refusal().status(), 1, false, 0, false, date.value(784111777));
                    encoder.end(out);
                    return out.toString();
                }
                case NEED_INPUT, BUSY, CLOSE, TUNNEL -> {
                    return out.toString();
                }
            }
        }
    }

    @Test
    void theExampleServes() {
        String date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
        assertEquals(
                "HTTP/1.1 200 OK\r\n" + date + "Content-Length: 0\r\nX-Target: /a\r\n\r\n"
                        + "HTTP/1.1 400 Bad Request\r\n" + date + "Content-Length: 0\r\nConnection: close\r\n\r\n",
                serve("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b\n"));
    }
}
