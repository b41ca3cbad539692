package ringfort.budget;

/**
 * How long a peer may still keep us waiting: drained by the time we wait, and refilled, if at all, by what the peer
 * moves. A budget that is never refilled is an absolute bound on waiting time. One that is refilled by bytes is a token
 * bucket: a least rate, with what is in it at the start as grace, and with its capacity as the longest pause.
 */
final class WaitBudget {
    private static final double NANOS_PER_SECOND = 1e9;

    private long startNanos;
    private long capacityNanos;
    private long leftNanos;
    private long sinceNanos;
    private boolean waiting;

    /** Not waiting, and with {@code start} left, or the capacity if that is less. */
    void fill(long start, long capacity) {
        startNanos = Math.min(start, capacity);
        capacityNanos = capacity;
        leftNanos = startNanos;
        waiting = false;
    }

    /** Changes what it started with and its capacity; what has been used stays used, what was earned stays earned. */
    void resize(long start, long capacity) {
        long newStart = Math.min(start, capacity);
        leftNanos = Math.min(leftNanos + newStart - startNanos, capacity);
        startNanos = newStart;
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
