package ringfort.budget;

/**
 * How long a peer may go on sending what is only dropped: in all {@link Timeouts#lingerNanos}, and never silent for
 * {@link #SILENCE_NANOS} or slower than {@link Timeouts#bodyBytesPerSecond}. How much it sends does not matter, since dropping
 * costs no memory: a peer that is in the middle of an upload is to get the answer that came early. One thread at a time.
 */
public final class LingerBudget {
    /** A peer that has sent nothing for so long has nothing more to say. */
    public static final long SILENCE_NANOS = 5_000_000_000L;

    private static final double NANOS_PER_SECOND = 1e9;

    private final long lingerNanos;
    private final long silenceNanos;
    private final long bytesPerSecond;
    private long endNanos;
    private long silentNanos; // when the peer will have been silent, or too slow, for too long

    /** Begins now. */
    public LingerBudget(Timeouts timeouts, long nowNanos) {
        lingerNanos = timeouts.lingerNanos();
        silenceNanos = Math.min(SILENCE_NANOS, lingerNanos);
        bytesPerSecond = timeouts.bodyBytesPerSecond();
        again(nowNanos);
    }

    /** Begins anew. */
    public void again(long nowNanos) {
        endNanos = nowNanos + lingerNanos;
        silentNanos = nowNanos + silenceNanos;
    }

    /** So many bytes came and were dropped. */
    public void dropped(long bytes, long nowNanos) {
        long most = nowNanos + silenceNanos;
        double earned = bytesPerSecond == 0 ? silenceNanos : bytes * NANOS_PER_SECOND / bytesPerSecond;
        silentNanos = earned >= most - silentNanos ? most : silentNanos + (long) earned;
    }

    /** When it is over, unless more comes. */
    public long deadlineNanos() {
        return silentNanos - endNanos < 0 ? silentNanos : endNanos;
    }
}
