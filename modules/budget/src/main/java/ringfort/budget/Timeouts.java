package ringfort.budget;

/**
 * How long a peer, or a handler, may take for each phase of a connection. Zero switches a bound off.
 *
 * @param headerNanos for a request head, absolute: bytes never move it
 * @param bodyNanos for the content of one request: waiting time in all, absolute while we wait
 * @param bodyGraceNanos how far a peer may fall behind the body rate; zero switches the rate off
 * @param bodyBytesPerSecond the least rate at which content has to arrive while we wait for it; zero switches the rate
 *     off
 * @param handlerNanos from a complete head until the response starts
 * @param writeGraceNanos how far a peer may fall behind the write rate; zero switches the rate off
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
        long writeGraceNanos,
        long writeBytesPerSecond,
        long idleNanos,
        long lingerNanos) {

    private static final long SECOND = 1_000_000_000L;

    /** Header 10 s; body 30 s and 240 B/s after 5 s; no bound on handlers; write 240 B/s after 5 s; idle 75 s; linger 30 s. */
    public static final Timeouts DEFAULT =
            new Timeouts(10 * SECOND, 30 * SECOND, 5 * SECOND, 240, 0, 5 * SECOND, 240, 75 * SECOND, 30 * SECOND);

    /** Every bound off. */
    public static final Timeouts OFF = new Timeouts(0, 0, 0, 0, 0, 0, 0, 0, 0);

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
        notNegative("writeGraceNanos", writeGraceNanos);
        notNegative("writeBytesPerSecond", writeBytesPerSecond);
        notNegative("idleNanos", idleNanos);
        notNegative("lingerNanos", lingerNanos);
        headerNanos = bounded(headerNanos);
        bodyNanos = bounded(bodyNanos);
        bodyGraceNanos = bounded(bodyGraceNanos);
        handlerNanos = bounded(handlerNanos);
        writeGraceNanos = bounded(writeGraceNanos);
        idleNanos = bounded(idleNanos);
        lingerNanos = bounded(lingerNanos);
    }

    static long bounded(long nanos) {
        return Math.min(nanos, MOST_NANOS);
    }

    private static void notNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is " + value + "; use 0 to switch it off");
        }
    }
}
