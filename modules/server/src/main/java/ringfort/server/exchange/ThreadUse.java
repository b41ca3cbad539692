package ringfort.server.exchange;

/**
 * What a platform thread has used so far. Two of these, one before and one after, tell a thread that computed or blocked from
 * one that was only kept from its processor.
 *
 * @param cpuNanos processor time
 * @param waits how often it gave its processor up because it had to wait for something
 */
public record ThreadUse(long cpuNanos, long waits) {
    /** Where the platform does not tell. */
    public static final ThreadUse UNKNOWN = new ThreadUse(-1, -1);
}
