package ringfort.budget;

/**
 * The one deadline that a connection, or a stream, has at a time. The code that owns the clock implements it.
 *
 * <p>{@link Budget#publish} calls it on every change, on the thread of the protocol, so an implementation should only store
 * what it is told. When the deadline has passed, the owner of the slot tells the protocol ({@code H1State.expired}).
 */
public interface DeadlineSlot {
    /**
     * Sets the deadline, in place of any other.
     *
     * @param phase what the deadline is for
     * @param deadlineNanos absolute, on the clock whose readings the protocol is given; may wrap, so compare by difference
     */
    void arm(Phase phase, long deadlineNanos);

    /** Removes the deadline: the connection may wait without a bound. */
    void clear();
}
