package ringfort.timers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineWheelTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final long HOUR = 3_600 * SECOND;
    private static final long DAY = 24 * HOUR;
    private static final long START = -12_345_678_901L;

    private final DeadlineWheel<Waiter> wheel = new DeadlineWheel<>(START);
    private final List<Waiter> fired = new ArrayList<>();

    private static final class Waiter extends DeadlineWheel.Entry {}

    private int expire(long now) {
        return wheel.expire(now, fired::add);
    }

    @Test
    void a_new_wheel_is_empty() {
        assertTrue(wheel.isEmpty());
        assertEquals(0, wheel.size());
        assertEquals(42, wheel.earliestDeadlineNanos(42));
        assertEquals(42, wheel.nextExpireNanos(42));
        assertEquals(0, expire(START + DAY));
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                1,
                MILLI,
                2 * MILLI,
                67 * MILLI,
                68 * MILLI,
                10 * SECOND,
                5 * HOUR,
                30 * DAY,
                100 * 365 * DAY,
                1L << 62
            })
    void an_entry_fires_at_its_deadline_and_not_a_nanosecond_before(long budgetNanos) {
        Waiter waiter = new Waiter();
        wheel.arm(waiter, START + budgetNanos);
        assertTrue(waiter.isArmed());
        assertEquals(START + budgetNanos, wheel.earliestDeadlineNanos(0));
        assertEquals(0, expire(START + budgetNanos - 1));
        assertEquals(START + budgetNanos, wheel.nextExpireNanos(0));
        assertEquals(1, expire(START + budgetNanos));
        assertEquals(List.of(waiter), fired);
        assertFalse(waiter.isArmed());
        assertEquals(START + budgetNanos, waiter.deadlineNanos());
        assertTrue(wheel.isEmpty());
        assertEquals(0, expire(START + budgetNanos + DAY));
    }

    @Test
    void a_deadline_that_has_passed_fires_with_the_next_expire() {
        expire(START + SECOND);
        wheel.arm(new Waiter(), START + MILLI);
        wheel.arm(new Waiter(), START - DAY);
        assertEquals(START - DAY, wheel.earliestDeadlineNanos(0));
        assertTrue(wheel.nextExpireNanos(0) - (START + SECOND) <= 0);
        assertEquals(2, expire(START + SECOND));
    }

    @Test
    void a_deadline_moved_later_does_not_fire_at_its_old_time() {
        Waiter waiter = new Waiter();
        wheel.arm(waiter, START + SECOND);
        wheel.arm(waiter, START + 3 * SECOND);
        assertEquals(1, wheel.size());
        assertEquals(0, expire(START + 2 * SECOND));
        assertTrue(waiter.isArmed());
        assertEquals(START + 3 * SECOND, wheel.earliestDeadlineNanos(0));
        assertEquals(1, expire(START + 3 * SECOND));
    }

    @Test
    void a_deadline_moved_earlier_fires_earlier_and_once() {
        Waiter waiter = new Waiter();
        wheel.arm(waiter, START + DAY);
        wheel.arm(waiter, START + SECOND);
        assertEquals(START + SECOND, wheel.earliestDeadlineNanos(0));
        assertEquals(1, expire(START + SECOND));
        assertEquals(0, expire(START + 2 * DAY));
    }

    @Test
    void moved_later_and_then_back_between_fires_at_the_last_deadline() {
        Waiter waiter = new Waiter();
        wheel.arm(waiter, START + SECOND);
        wheel.arm(waiter, START + 9 * SECOND);
        wheel.arm(waiter, START + 5 * SECOND);
        assertEquals(0, expire(START + 5 * SECOND - 1));
        assertEquals(1, expire(START + 5 * SECOND));
    }

    @Test
    void clear_and_disarm_are_idempotent() {
        Waiter waiter = new Waiter();
        wheel.clear(waiter);
        wheel.disarm(waiter);
        wheel.arm(waiter, START + SECOND);
        wheel.disarm(waiter);
        wheel.disarm(waiter);
        assertTrue(wheel.isEmpty());
        assertFalse(waiter.isArmed());
        wheel.clear(waiter);
        wheel.clear(waiter);
        assertTrue(wheel.isEmpty());
        assertEquals(0, expire(START + DAY));
    }

    @Test
    void a_disarmed_entry_is_armed_again_before_its_old_time_and_after() {
        Waiter before = new Waiter();
        Waiter after = new Waiter();
        wheel.arm(before, START + SECOND);
        wheel.arm(after, START + SECOND);
        wheel.disarm(before);
        wheel.disarm(after);
        wheel.arm(before, START + 4 * SECOND);
        assertEquals(0, expire(START + 2 * SECOND));
        wheel.arm(after, START + 3 * SECOND);
        assertEquals(1, expire(START + 3 * SECOND));
        assertEquals(1, expire(START + 4 * SECOND));
        assertEquals(List.of(after, before), fired);
    }

    @Test
    void an_entry_belongs_to_one_wheel_until_it_is_cleared() {
        DeadlineWheel<Waiter> other = new DeadlineWheel<>(START);
        Waiter waiter = new Waiter();
        wheel.arm(waiter, START + SECOND);
        assertThrows(IllegalArgumentException.class, () -> other.arm(waiter, START));
        assertThrows(IllegalArgumentException.class, () -> other.disarm(waiter));
        assertThrows(IllegalArgumentException.class, () -> other.clear(waiter));
        assertEquals(START + SECOND, waiter.deadlineNanos());
        wheel.clear(waiter);
        other.arm(waiter, START + SECOND);
        assertEquals(0, expire(START + DAY));
        assertEquals(1, other.expire(START + SECOND, fired::add));
    }

    @Test
    void an_entry_that_has_fired_may_go_to_another_wheel() {
        DeadlineWheel<Waiter> other = new DeadlineWheel<>(START);
        Waiter waiter = new Waiter();
        wheel.arm(waiter, START);
        wheel.expire(START, due -> other.arm(due, START + SECOND));
        assertEquals(1, other.size());
        assertTrue(wheel.isEmpty());
    }

    @Test
    void a_callback_sees_its_entry_disarmed_and_may_arm_it_again() {
        Waiter waiter = new Waiter();
        wheel.arm(waiter, START + SECOND);
        int count = wheel.expire(START + SECOND, due -> {
            assertFalse(due.isArmed());
            assertTrue(wheel.isEmpty());
            wheel.arm(due, START + 2 * SECOND);
        });
        assertEquals(1, count);
        assertEquals(1, expire(START + 2 * SECOND));
    }

    @Test
    void a_callback_that_arms_in_the_past_does_not_keep_the_round_going() {
        Waiter waiter = new Waiter();
        wheel.arm(waiter, START + SECOND);
        assertEquals(1, wheel.expire(START + SECOND, due -> wheel.arm(due, START)));
        assertEquals(START, wheel.earliestDeadlineNanos(0));
        assertEquals(1, expire(START + SECOND));
    }

    @Test
    void a_callback_may_clear_disarm_and_move_others_that_are_due_in_the_same_round() {
        Waiter first = new Waiter();
        Waiter cleared = new Waiter();
        Waiter disarmed = new Waiter();
        Waiter moved = new Waiter();
        Waiter movedIntoThePast = new Waiter();
        List<Waiter> others = List.of(cleared, disarmed, moved, movedIntoThePast);
        wheel.arm(first, START + 1);
        others.forEach(other -> wheel.arm(other, START + SECOND));
        int count = wheel.expire(START + 2 * SECOND, due -> {
            assertSame(first, due);
            assertEquals(4, wheel.size());
            assertEquals(START + SECOND, wheel.earliestDeadlineNanos(0));
            assertTrue(wheel.nextExpireNanos(0) - (START + 2 * SECOND) <= 0);
            wheel.clear(cleared);
            wheel.disarm(disarmed);
            wheel.arm(moved, START + 3 * SECOND);
            wheel.arm(movedIntoThePast, START);
        });
        assertEquals(1, count);
        assertEquals(2, wheel.size());
        assertEquals(START, wheel.earliestDeadlineNanos(0));
        assertEquals(1, expire(START + 2 * SECOND));
        assertEquals(1, expire(START + 3 * SECOND));
        assertEquals(List.of(movedIntoThePast, moved), fired);
    }

    @Test
    void a_callback_that_throws_loses_no_other_entry() {
        Waiter broken = new Waiter();
        List<Waiter> others = List.of(new Waiter(), new Waiter(), new Waiter());
        wheel.arm(broken, START + 1);
        others.forEach(other -> wheel.arm(other, START + 2));
        Waiter later = new Waiter();
        wheel.arm(later, START + SECOND);
        IllegalStateException failure = new IllegalStateException("a broken connection");
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> wheel.expire(START + MILLI, due -> {
                    throw failure;
                }));
        assertSame(failure, thrown);
        assertFalse(broken.isArmed());
        assertEquals(4, wheel.size());
        assertEquals(START + 2, wheel.earliestDeadlineNanos(0));
        assertEquals(3, expire(START + MILLI));
        assertEquals(others, fired);
        assertEquals(1, expire(START + SECOND));
    }

    @Test
    void expire_within_expire_is_refused_and_leaves_the_wheel_whole() {
        wheel.arm(new Waiter(), START + 1);
        wheel.arm(new Waiter(), START + 2);
        assertThrows(IllegalStateException.class, () -> wheel.expire(START + 3, due -> expire(START + 3)));
        assertEquals(1, expire(START + 3));
    }

    @Test
    void a_reading_that_steps_back_fires_nothing_new() {
        expire(START + SECOND);
        wheel.arm(new Waiter(), START + 2 * SECOND);
        assertEquals(0, expire(START));
        assertEquals(0, expire(START + 2 * SECOND - 1));
        assertEquals(1, expire(START + 2 * SECOND));
    }

    @Test
    void deadlines_on_both_sides_of_the_wrap_fire_in_order() {
        long start = Long.MAX_VALUE - 5 * SECOND;
        DeadlineWheel<Waiter> wrapping = new DeadlineWheel<>(start);
        Waiter before = new Waiter();
        Waiter after = new Waiter();
        wrapping.arm(after, start + 10 * SECOND);
        wrapping.arm(before, start + SECOND);
        assertEquals(start + SECOND, wrapping.earliestDeadlineNanos(0));
        assertEquals(1, wrapping.expire(start + SECOND, fired::add));
        assertTrue(wrapping.nextExpireNanos(0) - (start + 10 * SECOND) <= 0);
        assertEquals(0, wrapping.expire(start + 10 * SECOND - 1, fired::add));
        assertEquals(1, wrapping.expire(start + 10 * SECOND, fired::add));
        assertEquals(List.of(before, after), fired);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 30 * MILLI, 10 * SECOND, 60 * SECOND, HOUR, 30 * DAY, 1L << 61})
    void a_loop_that_waits_for_the_next_expire_wakes_seldom_and_on_time(long budgetNanos) {
        wheel.arm(new Waiter(), START + budgetNanos);
        long now = START;
        int wakeUps = 0;
        while (!wheel.isEmpty()) {
            long next = wheel.nextExpireNanos(0);
            assertTrue(next - now > 0, "the loop would spin");
            assertTrue(next - (START + budgetNanos) <= 0, "the loop would be late");
            now = next;
            wakeUps++;
            expire(now);
        }
        assertEquals(START + budgetNanos, now);
        assertTrue(wakeUps <= 8, () -> "woke more than eight times");
    }

    @Test
    void a_connection_that_answers_request_after_request_is_hung_once_per_budget() {
        // 60 s of requests, a thousand a second, each of which arms the idle deadline again and disarms it.
        Waiter connection = new Waiter();
        int wakeUps = 0;
        long now = START;
        for (int request = 0; request < 60_000; request++) {
            wheel.arm(connection, now + 60 * SECOND);
            now += MILLI / 2;
            if (wheel.nextExpireNanos(now + DAY) - now <= 0) {
                wakeUps++;
                assertEquals(0, expire(now));
            }
            wheel.disarm(connection);
            now += MILLI / 2;
        }
        assertTrue(wakeUps <= 8, "the lazy deadline woke the loop far too often");
        assertEquals(0, expire(now + DAY));
    }
}
