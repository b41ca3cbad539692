package ringfort.budget;

/**
 * How long a peer may still keep us waiting: drained by the time we wait, and refilled, if at all, by what the peer
 * does. A budget that is never refilled is an absolute bound on waiting time; one that is refilled by bytes is a token
 * bucket, and so a least rate with a grace period.
 */
final class WaitBudget {
    private static final double NANOS_PER_SECOND = 1e9;

    private long capacityNanos;
    private long leftNanos;
    private long sinceNanos;
    private boolean waiting;

    /** Full, and not waiting. */
    void fill(long capacity) {
        capacityNanos = capacity;
        leftNanos = capacity;
        waiting = false;
    }

    /** Changes the capacity; what has been used stays used. */
    void resize(long capacity) {
        leftNanos += capacity - capacityNanos;
        capacityNanos = capacity;
    }

    /** We wait from now on. Without effect when we already do: waiting twice does not start anew. */
    void begin(long nowNanos) {
        if (!waiting) {
            waiting = true;
            sinceNanos = nowNanos;
        }
    }

    /** We no longer wait. */
    void end(long nowNanos) {
        if (waiting) {
            leftNanos -= nowNanos - sinceNanos;
            waiting = false;
        }
    }

    /** The peer has earned time, at so many bytes a second; more than the capacity is not kept. */
    void earn(long bytes, long bytesPerSecond, long nowNanos) {
        if (waiting) {
            leftNanos -= nowNanos - sinceNanos;
            sinceNanos = nowNanos;
        }
        long earned = (long) (bytes * NANOS_PER_SECOND / bytesPerSecond);
        leftNanos = earned >= capacityNanos - leftNanos ? capacityNanos : leftNanos + earned;
    }

    boolean waiting() {
        return waiting;
    }

    /** When the budget runs out, if we keep waiting. */
    long deadlineNanos() {
        return sinceNanos + leftNanos;
    }
}
