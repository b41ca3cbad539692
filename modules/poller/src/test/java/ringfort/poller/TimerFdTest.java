package ringfort.poller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringfort.poller.Epoll.EPOLLET;
import static ringfort.poller.Epoll.EPOLLIN;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import ringfort.timers.Ticker;

class TimerFdTest {
    private static final long MILLI = 1_000_000;
    private static final long BOUND_MILLIS = 10_000;

    @Test
    void a_new_timer_never_expires() throws IOException {
        try (TimerFd timer = TimerFd.open();
                Epoll epoll = Epoll.open(4)) {
            assertEquals(0, epoll.add(timer.fd(), EPOLLIN, 1));
            assertEquals(0, epoll.await(50));
            assertEquals(0, timer.drain());
        }
    }

    @Test
    void once_is_once_and_not_early() throws IOException {
        try (TimerFd timer = TimerFd.open();
                Epoll epoll = Epoll.open(4)) {
            assertEquals(0, epoll.add(timer.fd(), EPOLLIN, 1));
            long start = Ticker.system().nanos();
            timer.onceAfterNanos(20 * MILLI);
            assertEquals(1, epoll.await(BOUND_MILLIS));
            assertTrue(Ticker.system().nanos() - start >= 20 * MILLI);
            assertEquals(1, timer.drain());
            assertEquals(0, timer.drain());
            assertEquals(0, epoll.await(60));
        }
    }

    @Test
    void every_expires_again_and_again() throws IOException {
        try (TimerFd timer = TimerFd.open();
                Epoll epoll = Epoll.open(4)) {
            assertEquals(0, epoll.add(timer.fd(), EPOLLIN | EPOLLET, 1));
            long start = Ticker.system().nanos();
            timer.everyNanos(5 * MILLI);
            long expirations = 0;
            for (int i = 0; i < 10; i++) {
                assertEquals(1, epoll.await(BOUND_MILLIS));
                long drained = timer.drain();
                assertTrue(drained >= 1);
                expirations += drained;
            }
            assertTrue(Ticker.system().nanos() - start >= expirations * 5 * MILLI);
        }
    }

    /**
     * The kernel starts a periodic timer again when it is read. Edge-triggered and never drained, it makes one event
     * only.
     */
    @Test
    void an_edge_triggered_timer_that_nobody_drains_wakes_once_and_counts_on() throws IOException {
        try (TimerFd timer = TimerFd.open();
                Epoll epoll = Epoll.open(4)) {
            assertEquals(0, epoll.add(timer.fd(), EPOLLIN | EPOLLET, 1));
            timer.everyNanos(5 * MILLI);
            assertEquals(1, epoll.await(BOUND_MILLIS));
            assertEquals(0, epoll.await(30));
            assertTrue(timer.drain() >= 6);
            assertEquals(1, epoll.await(BOUND_MILLIS));
        }
    }

    @Test
    void disarm_forgets_an_expiry_that_nobody_drained() throws IOException {
        try (TimerFd timer = TimerFd.open();
                Epoll epoll = Epoll.open(4)) {
            assertEquals(0, epoll.add(timer.fd(), EPOLLIN, 1));
            timer.everyNanos(MILLI);
            assertEquals(1, epoll.await(BOUND_MILLIS));
            timer.disarm();
            assertEquals(0, epoll.await(20));
            assertEquals(0, timer.drain());
        }
    }

    @Test
    void a_period_above_a_second_keeps_its_seconds() throws IOException {
        try (TimerFd timer = TimerFd.open();
                Epoll epoll = Epoll.open(4)) {
            assertEquals(0, epoll.add(timer.fd(), EPOLLIN, 1));
            timer.everyNanos(1_000_000_001);
            assertEquals(1, epoll.await(BOUND_MILLIS));
            long expirations = timer.drain();
            assertTrue(expirations <= 10, () -> expirations + " periods of a second are over");
        }
    }

    @Test
    void a_new_setting_replaces_the_old_one() throws IOException {
        try (TimerFd timer = TimerFd.open();
                Epoll epoll = Epoll.open(4)) {
            assertEquals(0, epoll.add(timer.fd(), EPOLLIN, 1));
            timer.onceAfterNanos(3_600_000 * MILLI);
            timer.onceAfterNanos(1);
            assertEquals(1, epoll.await(BOUND_MILLIS));
            timer.everyNanos(100_000_000_000L * MILLI); // three years
            assertEquals(0, epoll.await(20));
        }
    }

    @Test
    void a_time_that_is_not_positive_is_refused() throws IOException {
        try (TimerFd timer = TimerFd.open()) {
            assertThrows(IllegalArgumentException.class, () -> timer.everyNanos(0));
            assertThrows(IllegalArgumentException.class, () -> timer.onceAfterNanos(-1));
        }
    }

    @Test
    void a_closed_timer_says_so() throws IOException {
        TimerFd timer = TimerFd.open();
        timer.close();
        timer.close();
        assertEquals(-1, timer.fd());
        assertThrows(IllegalStateException.class, () -> timer.everyNanos(MILLI));
        assertThrows(IllegalStateException.class, timer::disarm);
        assertThrows(IllegalStateException.class, timer::drain);
    }
}
