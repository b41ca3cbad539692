package ringfort.websocket;

import java.time.Duration;

/**
 * How long a peer may take. Immutable; any thread. They are looked at four times in a second.
 *
 * @param frame from the first octet of a frame to its last one, and {@link #BYTES_PER_SECOND} beside it; then 1008
 * @param message the same for a message
 * @param pingAfter silence of the peer after which it is sent a Ping
 * @param idle silence of the peer after which it is closed with 1001; an acknowledgement by TCP does not count
 * @param close from our Close to that of the peer; then the connection ends
 */
public record SocketTimeouts(Duration frame, Duration message, Duration pingAfter, Duration idle, Duration close) {
    /** What a peer must send in each second of a frame or message that takes longer than its timeout. */
    public static final int BYTES_PER_SECOND = 240;

    /** 10 s a frame, 30 s a message, a Ping after 30 s, 1001 after 60 s, 5 s for closing. */
    public static final SocketTimeouts DEFAULT = new SocketTimeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofSeconds(5));

    /** Checks that each is positive. */
    public SocketTimeouts {
        for (Duration each : new Duration[] {frame, message, pingAfter, idle, close}) {
            if (!each.isPositive()) {
                throw new IllegalArgumentException("timeout " + each + " is not positive");
            }
        }
    }
}
