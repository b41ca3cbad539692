package ringfort.h1;

/**
 * The one deadline a connection has at a time, kept by whoever has a clock.
 *
 * <p>{@link H1State} calls it on every change and from the thread that calls {@link H1State}, so an implementation
 * should only store what it is told. When the deadline has passed, the owner calls {@link H1State#expired}.
 */
public interface DeadlineSlot {
    /**
     * Sets the deadline, in place of any other.
     *
     * @param phase what the deadline is for
     * @param deadlineNanos absolute, on the clock whose readings {@link H1State} is given; may wrap, so compare by
     *     difference
     */
    void arm(Phase phase, long deadlineNanos);

    /** Removes the deadline: the connection may wait without a bound. */
    void clear();
}
