package ringfort.h2;

import ringfort.budget.Timeouts;

/**
 * How long a peer, or a handler, may take for each phase of a connection and of a stream. Zero switches a bound off.
 *
 * @param shared what HTTP/1 knows too. {@code headerNanos} is for the preface with its SETTINGS, and for each head from
 *     its first octet to its last. {@code bodyNanos} and the body's rate hold for each stream, while the peer may send.
 *     {@code handlerNanos} holds for each stream. The write rate holds for the connection, over all streams.
 *     {@code idleNanos} runs while no stream is open. {@code lingerNanos} is for what still comes after the end
 * @param settingsNanos until our SETTINGS are acknowledged
 * @param creditNanos how long a stream may be without room for its content in the peer's window: each
 *     {@code creditBytes} of room refill it
 * @param creditBytes see {@code creditNanos}
 * @param roundTripNanos how long a drain waits between its two GOAWAY, if the peer does not answer a PING earlier
 * @param drainNanos how long streams may take from the second GOAWAY on
 */
public record H2Timeouts(
        Timeouts shared, long settingsNanos, long creditNanos, int creditBytes, long roundTripNanos, long drainNanos) {
    private static final long SECOND = 1_000_000_000L;

    /** As {@link Timeouts#DEFAULT}, but idle 60 s, and what still comes after the end is dropped for two seconds, absolute. */
    private static final Timeouts SHARED = new Timeouts(
            10 * SECOND, 60 * SECOND, 10 * SECOND, 240, 0, 60 * SECOND, 10 * SECOND, 240, 60 * SECOND, 2 * SECOND);

    /** Shared as they are by default; SETTINGS 10 s; 30 s without 1 KiB of room; drain 1 s and 10 s. */
    public static final H2Timeouts DEFAULT =
            new H2Timeouts(SHARED, 10 * SECOND, 30 * SECOND, 1024, SECOND, 10 * SECOND);

    /** Every bound off but the one between two GOAWAY. */
    public static final H2Timeouts OFF = new H2Timeouts(Timeouts.OFF, 0, 0, 0, SECOND, 0);

    /** Refuses negative numbers, which would be deadlines in the past. */
    public H2Timeouts {
        if (settingsNanos < 0 || creditNanos < 0 || creditBytes < 0 || roundTripNanos <= 0 || drainNanos < 0) {
            throw new IllegalArgumentException("a timeout is negative, or no round trip is waited for");
        }
    }

    /** How the budget of a stream is kept: the write rate is that of the peer's credit. */
    Timeouts ofStream() {
        long bytesPerSecond = creditNanos == 0 ? 0 : Math.max(1, creditBytes * SECOND / creditNanos);
        return new Timeouts(
                0,
                shared.bodyNanos(),
                shared.bodyGraceNanos(),
                shared.bodyBytesPerSecond(),
                shared.handlerNanos(),
                creditNanos,
                creditNanos,
                bytesPerSecond,
                0,
                0);
    }

    /** How the budget of the connection's writing is kept. */
    Timeouts ofConnection() {
        return new Timeouts(
                0, 0, 0, 0, 0, shared.writeNanos(), shared.writeGraceNanos(), shared.writeBytesPerSecond(), 0, 0);
    }
}
