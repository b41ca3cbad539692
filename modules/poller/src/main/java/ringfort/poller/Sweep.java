package ringfort.poller;

import java.io.IOException;
import java.util.function.Consumer;
import ringfort.sys.OnWorker;
import ringfort.timers.DeadlineWheel;

/**
 * Deadlines for an epoll loop: a wheel that a timer sweeps every 25 ms while anything is armed, and never when nothing
 * is. All methods belong to one thread at a time, the loop's; after {@link #open} nothing allocates.
 *
 * <p>A deadline is noticed late by up to a tick, plus the time the loop needs before it calls {@link #onTick}; never
 * early. One timer for all deadlines costs one wake-up per tick, however many deadlines there are. Arming, moving,
 * disarming and clearing make no system call, with one exception: the first deadline that is armed after a time without
 * any starts the timer. The timer stops at the first tick that leaves nothing armed, not with the last clear. So a loop
 * whose only connection arms and disarms with each request does not set the timer with each request.
 *
 * <p>Watch {@link #fd} for {@link Epoll#EPOLLIN} and call {@link #onTick} for each of its events.
 *
 * @param <E> what carries the deadline, usually a connection
 */
public final class Sweep<E extends DeadlineWheel.Entry> implements AutoCloseable {
    /** The time from one sweep to the next. */
    public static final long TICK_NANOS = 25_000_000;

    private final DeadlineWheel<E> wheel;
    private final TimerFd timer;
    private final Consumer<? super E> expired;
    private boolean ticking;
    private long wakeUps;

    private Sweep(TimerFd timer, long startNanos, Consumer<? super E> expired) {
        this.timer = timer;
        this.wheel = new DeadlineWheel<>(startNanos);
        this.expired = expired;
    }

    /**
     * Opens a sweep with nothing armed.
     *
     * @param startNanos a reading of the {@link ringfort.timers.Ticker} whose times are used for deadlines and ticks
     * @param expired called by {@link #onTick} with each entry whose deadline has come, already disarmed; it may arm,
     *     disarm and clear any entry
     * @throws IOException when there is no descriptor left
     */
    public static <E extends DeadlineWheel.Entry> Sweep<E> open(long startNanos, @OnWorker Consumer<? super E> expired)
            throws IOException {
        return new Sweep<>(TimerFd.open(), startNanos, expired);
    }

    /** Gives the entry this deadline, whether it had a deadline before or not; see {@link DeadlineWheel#arm}. */
    public void arm(E entry, long deadlineNanos) {
        wheel.arm(entry, deadlineNanos);
        if (!ticking) {
            timer.everyNanos(TICK_NANOS);
            ticking = true;
        }
    }

    /** Takes the deadline from an entry that will soon have another; see {@link DeadlineWheel#disarm}. */
    public void disarm(E entry) {
        wheel.disarm(entry);
    }

    /** Takes the deadline from an entry that is done for good; see {@link DeadlineWheel#clear}. */
    public void clear(E entry) {
        wheel.clear(entry);
    }

    /**
     * Hands every entry whose deadline is not after {@code nowNanos} to the callback, and stops the timer when nothing
     * is armed after that. To be called for each event of {@link #fd}; harmless at any other time. When the callback
     * throws, this method throws the exception on; the entries that were still to be handed over come with the next
     * tick.
     *
     * @param nowNanos the time now, read after the wait: a reading from before the wait would find fewer entries due
     * @return how many entries expired
     */
    public int onTick(long nowNanos) {
        return onTick(nowNanos, Integer.MAX_VALUE);
    }

    /**
     * As {@link #onTick(long)}, but hands over {@code limit} entries at most. While {@link #hasDue} tells that more are due, call
     * this again after the loop's other work; no tick announces them.
     *
     * @param limit how many, at least 1
     * @return how many entries expired
     */
    public int onTick(long nowNanos, int limit) {
        if (timer.drain() > 0) {
            wakeUps++;
        }
        try {
            return wheel.expire(nowNanos, limit, expired);
        } finally {
            if (wheel.isEmpty() && ticking) {
                timer.disarm();
                ticking = false;
            }
        }
    }

    /** Whether entries are due that the last {@link #onTick} did not hand over. */
    public boolean hasDue() {
        return wheel.hasDue();
    }

    /** The descriptor that becomes readable with each tick; -1 once this is closed. */
    public int fd() {
        return timer.fd();
    }

    /** How many entries have a deadline. */
    public int size() {
        return wheel.size();
    }

    /** Whether the timer runs: while anything is armed, and up to one tick longer. */
    public boolean isTicking() {
        return ticking;
    }

    /** How many ticks have woken the loop. */
    public long wakeUps() {
        return wakeUps;
    }

    /** Closes the timer. Entries that are still armed never expire. Idempotent. */
    @Override
    public void close() {
        timer.close();
    }
}
