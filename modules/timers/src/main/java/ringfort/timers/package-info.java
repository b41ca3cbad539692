/**
 * A monotonic clock that can be injected, and a wheel of deadlines.
 *
 * <p>{@link ringfort.timers.Ticker} is where time comes from, {@link ringfort.timers.ManualTicker} is time in a test, and
 * {@link ringfort.timers.DeadlineWheel} keeps one absolute deadline for each of many things that wait. A loop looks like
 * this:
 *
 * {@snippet lang="java" :
 * final class Connection extends DeadlineWheel.Entry {
 *     void timedOut() {
 *         System.out.println("a peer outstayed its budget");
 *     }
 * }
 *
 * void run(Ticker ticker) {
 *     DeadlineWheel<Connection> wheel = new DeadlineWheel<>(ticker.nanos());
 *     Connection connection = new Connection();
 *     wheel.arm(connection, ticker.nanos() + 10_000_000_000L); // ten seconds from now, whatever arrives until then
 *     while (!wheel.isEmpty()) {
 *         long waitNanos = wheel.nextExpireNanos(0) - ticker.nanos();
 *         LockSupport.parkNanos(waitNanos); // a server waits for its sockets here, for at most this long
 *         wheel.expire(ticker.nanos(), Connection::timedOut);
 *     }
 * }
 * }
 *
 * <p>All times are nanoseconds of one {@link ringfort.timers.Ticker}. Their origin is arbitrary, they may be negative and
 * they may wrap, so two of them are compared by their difference: {@code a - b < 0}, never {@code a < b}.
 */
package ringfort.timers;
