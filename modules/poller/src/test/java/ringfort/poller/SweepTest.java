package ringfort.poller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringfort.poller.Epoll.EPOLLET;
import static ringfort.poller.Epoll.EPOLLIN;
import static ringfort.poller.Epoll.EPOLLRDHUP;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.Sockets;
import ringfort.timers.DeadlineWheel;
import ringfort.timers.Ticker;

class SweepTest {
    private static final long MILLI = 1_000_000;

    /** How late an entry may be: six ticks, for a machine that does other things too. */
    private static final long LATE_NANOS = 150 * MILLI;

    private static final long BOUND_MILLIS = 10_000;
    private static final long SWEEP = -1;
    private static final long LISTENER = -2;

    private final Ticker ticker = Ticker.system();
    private final List<Waiter> expired = new ArrayList<>();
    private final Epoll epoll;
    private final Sweep<Waiter> sweep;

    /** How often the loop woke, for whatever reason but its own bound. */
    private int wakeUps;

    SweepTest() throws IOException {
        epoll = Epoll.open(16);
        sweep = Sweep.open(ticker.nanos(), expired::add);
        assertEquals(0, epoll.add(sweep.fd(), EPOLLIN | EPOLLET, SWEEP));
    }

    @AfterEach
    void close() {
        sweep.close();
        epoll.close();
    }

    private static final class Waiter extends DeadlineWheel.Entry {
        int fd = -1;
    }

    /** One turn of a loop that has nothing but the sweep. */
    private void turn(long timeoutMillis) {
        int ready = epoll.await(timeoutMillis);
        for (int i = 0; i < ready; i++) {
            wakeUps++;
            assertEquals(SWEEP, epoll.data(i));
            sweep.onTick(ticker.nanos());
        }
    }

    /** Turns until nothing has happened for this time. */
    private void turnUntilSilentForMillis(long millis) {
        long end = ticker.nanos() + BOUND_MILLIS * MILLI;
        int before;
        do {
            assertTrue(end - ticker.nanos() > 0, "the sweep is never silent");
            before = wakeUps;
            turn(millis);
        } while (wakeUps > before);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 24, 25, 60, 130})
    void an_entry_expires_in_time_and_never_early(long budgetMillis) {
        Waiter waiter = new Waiter();
        long deadline = ticker.nanos() + budgetMillis * MILLI;
        sweep.arm(waiter, deadline);
        while (expired.isEmpty()) {
            int before = wakeUps;
            turn(BOUND_MILLIS);
            assertTrue(wakeUps > before, "nothing woke the loop for the deadline");
        }
        long late = ticker.nanos() - deadline;
        assertTrue(late >= 0, () -> -late + " ns early");
        assertTrue(late <= LATE_NANOS, () -> late + " ns late");
        assertEquals(List.of(waiter), expired);
        assertFalse(sweep.isTicking());
    }

    @Test
    void nothing_armed_wakes_nobody() {
        assertEquals(0, epoll.await(200));
        assertEquals(0, sweep.wakeUps());
        assertFalse(sweep.isTicking());
    }

    @Test
    void after_the_last_entry_is_gone_one_tick_stops_the_timer() {
        Waiter cleared = new Waiter();
        Waiter disarmed = new Waiter();
        sweep.arm(cleared, ticker.nanos() + 60_000 * MILLI);
        sweep.arm(disarmed, ticker.nanos() + 60_000 * MILLI);
        turn(BOUND_MILLIS);
        turn(BOUND_MILLIS);
        assertTrue(sweep.isTicking());
        assertEquals(2, sweep.wakeUps());
        sweep.clear(cleared);
        sweep.disarm(disarmed);
        assertEquals(0, sweep.size());
        turnUntilSilentForMillis(150);
        assertEquals(3, sweep.wakeUps());
        assertFalse(sweep.isTicking());
        assertEquals(0, epoll.await(150));
        assertTrue(expired.isEmpty());
    }

    @Test
    void requests_that_arm_and_disarm_within_a_tick_do_not_set_the_timer_each_time() {
        Waiter waiter = new Waiter();
        for (int i = 0; i < 10_000; i++) {
            sweep.arm(waiter, ticker.nanos() + 60_000 * MILLI);
            assertTrue(sweep.isTicking());
            sweep.disarm(waiter);
            assertTrue(sweep.isTicking());
        }
        turnUntilSilentForMillis(150);
        assertFalse(sweep.isTicking());
    }

    @Test
    void it_ticks_again_after_a_silence() {
        for (int round = 1; round <= 3; round++) {
            sweep.arm(new Waiter(), ticker.nanos() + 30 * MILLI);
            turnUntilSilentForMillis(150);
            assertEquals(round, expired.size());
            assertFalse(sweep.isTicking());
        }
    }

    @Test
    void a_callback_that_arms_keeps_it_ticking_and_one_that_throws_does_too() throws IOException {
        List<Waiter> seen = new ArrayList<>();
        try (Sweep<Waiter> other = Sweep.open(0, late -> {
            seen.add(late);
            if (seen.size() == 1) {
                throw new IllegalStateException("a broken connection");
            }
        })) {
            other.arm(new Waiter(), 10);
            other.arm(new Waiter(), 20);
            assertThrows(IllegalStateException.class, () -> other.onTick(100));
            assertTrue(other.isTicking());
            assertEquals(1, other.size());
            assertEquals(1, other.onTick(100));
            assertFalse(other.isTicking());
            assertEquals(2, seen.size());
        }
    }

    @Test
    void closed_is_closed() {
        sweep.close();
        sweep.close();
        assertEquals(-1, sweep.fd());
        assertThrows(IllegalStateException.class, () -> sweep.arm(new Waiter(), ticker.nanos()));
    }

    /**
     * One slow client on an otherwise idle worker: three letters of a request and then silence. Nothing but the sweep
     * wakes the loop: its own timeout is only the bound of this test.
     */
    @Test
    void one_slow_client_on_an_otherwise_idle_worker_is_closed_in_time() throws IOException {
        long budget = 100 * MILLI;
        int listener = Sockets.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8, false, true);
        try (Socket client = new Socket()) {
            assertEquals(0, epoll.add(listener, EPOLLIN | EPOLLET, LISTENER));
            client.setSoTimeout((int) BOUND_MILLIS);
            client.connect(Sockets.localAddress(listener));
            client.getOutputStream().write("GET".getBytes(StandardCharsets.US_ASCII));

            Waiter connection = new Waiter();
            while (expired.isEmpty()) {
                int ready = epoll.await(BOUND_MILLIS);
                assertTrue(ready > 0, "nothing woke the loop for the deadline");
                for (int i = 0; i < ready; i++) {
                    if (epoll.data(i) == LISTENER) {
                        connection.fd = Libc.accept4(listener, 0, 0, Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
                        assertTrue(connection.fd >= 0);
                        assertEquals(0, epoll.add(connection.fd, EPOLLIN | EPOLLRDHUP | EPOLLET, connection.fd));
                        sweep.arm(connection, ticker.nanos() + budget);
                    } else if (epoll.data(i) == SWEEP) {
                        sweep.onTick(ticker.nanos());
                    }
                }
            }
            long late = ticker.nanos() - connection.deadlineNanos();
            assertTrue(late >= 0 && late <= LATE_NANOS, () -> late + " ns late");
            assertEquals(0, Libc.shutdown(connection.fd, Linux.SHUT_WR));
            assertEquals(-1, client.getInputStream().read());
            assertEquals(0, Libc.close(connection.fd));
            assertEquals(0, epoll.await(150), "the worker is idle again");
        } finally {
            Libc.close(listener);
        }
    }
}
