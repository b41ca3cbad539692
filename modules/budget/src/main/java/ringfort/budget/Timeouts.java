package ringfort.budget;

/**
 * How long a peer, or a handler, may take for each phase of a connection. Zero switches a bound off.
 *
 * <p>Content and responses have a least rate, which is kept as a bucket of waiting time. At the start it holds the grace.
 * Waiting for the peer drains it, and each byte adds what it takes at the least rate, up to the longest pause. So a peer that
 * has moved {@code N} bytes has kept us waiting for {@code grace + N / rate} at most, whatever it does, and never for longer
 * than the longest pause at once. A peer that moved much may pause, once and again, for as long as that.
 *
 * @param headerNanos for a request head, absolute: bytes never move it
 * @param bodyNanos the longest pause in the content of one request; zero for as long as what came has earned. While the rate
 *     is off nothing is earned, and this is the waiting time in all
 * @param bodyGraceNanos how far a peer may fall behind the body rate before it has sent anything; zero switches the rate off
 * @param bodyBytesPerSecond the least rate at which content has to arrive while we wait for it; zero switches the rate
 *     off
 * @param handlerNanos from a complete head until the response starts
 * @param writeNanos the longest pause of a peer that takes a response; zero for as long as what it took has earned. Means
 *     nothing while the rate is off
 * @param writeGraceNanos how far a peer may fall behind the write rate before it has taken anything; zero switches the rate
 *     off
 * @param writeBytesPerSecond the least rate at which a peer has to take a response while we wait; zero switches the
 *     rate off
 * @param idleNanos between two requests
 * @param lingerNanos for reading and dropping what a peer still sends after its response, in all; {@link LingerBudget}
 */
public record Timeouts(
        long headerNanos,
        long bodyNanos,
        long bodyGraceNanos,
        long bodyBytesPerSecond,
        long handlerNanos,
        long writeNanos,
        long writeGraceNanos,
        long writeBytesPerSecond,
        long idleNanos,
        long lingerNanos) {

    private static final long SECOND = 1_000_000_000L;

    /**
     * Header 10 s; body and write 240 B/s, with a grace of 10 s and pauses of 60 s; no bound on handlers; idle 75 s; linger
     * 30 s.
     */
    public static final Timeouts DEFAULT = new Timeouts(
            10 * SECOND, 60 * SECOND, 10 * SECOND, 240, 0, 60 * SECOND, 10 * SECOND, 240, 75 * SECOND, 30 * SECOND);

    /** Every bound off. */
    public static final Timeouts OFF = new Timeouts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** What is longer counts as this long, 146 years, so that no sum or difference of clock readings overflows. */
    private static final long MOST_NANOS = Long.MAX_VALUE / 4;

    /**
     * Refuses negative numbers, which would be deadlines in the past.
     *
     * @throws IllegalArgumentException when a number is negative
     */
    public Timeouts {
        notNegative("headerNanos", headerNanos);
        notNegative("bodyNanos", bodyNanos);
        notNegative("bodyGraceNanos", bodyGraceNanos);
        notNegative("bodyBytesPerSecond", bodyBytesPerSecond);
        notNegative("handlerNanos", handlerNanos);
        notNegative("writeNanos", writeNanos);
        notNegative("writeGraceNanos", writeGraceNanos);
        notNegative("writeBytesPerSecond", writeBytesPerSecond);
        notNegative("idleNanos", idleNanos);
        notNegative("lingerNanos", lingerNanos);
        headerNanos = bounded(headerNanos);
        bodyNanos = bounded(bodyNanos);
        bodyGraceNanos = bounded(bodyGraceNanos);
        handlerNanos = bounded(handlerNanos);
        writeNanos = bounded(writeNanos);
        writeGraceNanos = bounded(writeGraceNanos);
        idleNanos = bounded(idleNanos);
        lingerNanos = bounded(lingerNanos);
    }

    static long bounded(long nanos) {
        return Math.min(nanos, MOST_NANOS);
    }

    /** What a bucket holds at most: for no bound, 146 years. */
    static long capacity(long nanos) {
        return nanos == 0 ? MOST_NANOS : nanos;
    }

    boolean hasBodyRate() {
        return bodyGraceNanos > 0 && bodyBytesPerSecond > 0;
    }

    boolean hasWriteRate() {
        return writeGraceNanos > 0 && writeBytesPerSecond > 0;
    }

    private static void notNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is " + value + "; use 0 to switch it off");
        }
    }
}
