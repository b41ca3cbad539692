package ringfort.tls;

/** So many at once, and so many more each second. */
final class Bucket {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final int capacity;
    private final long nanosPerToken; // 0: none is added
    private int left;
    private long countedNanos; // up to when tokens have been added; valid while some are missing

    Bucket(int capacity, int perSecond) {
        this.capacity = capacity;
        nanosPerToken = perSecond == 0 ? 0 : Math.max(1, NANOS_PER_SECOND / perSecond);
        left = capacity;
    }

    /** Takes one; false when there is none. */
    boolean take(long nowNanos) {
        if (left == capacity) {
            countedNanos = nowNanos;
        } else if (nanosPerToken != 0) {
            long earned = Math.max(0, nowNanos - countedNanos) / nanosPerToken;
            left = (int) Math.min(capacity, left + Math.min(earned, capacity));
            countedNanos = left == capacity ? nowNanos : countedNanos + earned * nanosPerToken;
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}
