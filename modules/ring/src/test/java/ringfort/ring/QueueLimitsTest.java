package ringfort.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ringfort.ring.RingFixture.Completion;
import ringfort.sys.Errno;

class QueueLimitsTest {
    /** A full queue that drops a request silently loses a timer or an accept. It must refuse it, and take it later. */
    @ParameterizedTest
    @MethodSource("ringfort.ring.RingFixture#variants")
    void aFullSubmissionQueueSaysSoAndLosesNothing(RingOptions options) {
        try (RingFixture f = new RingFixture(options)) {
            assertEquals(8, f.ring.sqEntries());
            List<Long> completed = new ArrayList<>();
            long next = 0;
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < 8; i++) {
                    f.sqe().nop(next++);
                }
                assertNull(f.ring.sqe());
                assertNull(f.ring.sqe());
                assertEquals(8, f.ring.unsubmitted());
                assertEquals(8, f.ring.submit());
                assertEquals(0, f.ring.unsubmitted());
                assertEquals(0, f.ring.submit());
                f.await(8).forEach(c -> completed.add(c.userData()));
            }
            assertEquals(IntStream.range(0, 40).mapToObj(Long::valueOf).toList(), completed);
        }
    }

    /** The kernel may take fewer requests than it is offered; those that are left must go with the next call. */
    @Test
    void requestsTheKernelDidNotTakeStayInTheQueue() {
        RingSyscalls twoAtATime = new PassThrough() {
            @Override
            public int enter(int fd, int toSubmit, int minComplete, int flags, long argument, long argumentBytes) {
                return super.enter(fd, Math.min(2, toSubmit), minComplete, flags, argument, argumentBytes);
            }
        };
        try (RingFixture f = new RingFixture(RingFixture.SMALL, twoAtATime)) {
            for (int i = 0; i < 5; i++) {
                f.sqe().nop(i);
            }
            assertEquals(2, f.ring.submit());
            assertEquals(3, f.ring.unsubmitted());
            assertEquals(2, f.ring.submitAndWait(0, 0));
            f.sqe().nop(5);
            assertEquals(2, f.ring.submit());
            assertEquals(0, f.ring.submit());
            assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L), userData(f.await(6)));
        }
    }

    @ParameterizedTest
    @MethodSource("ringfort.ring.RingFixture#variants")
    void completionsBeyondTheQueueAreFetchedAndCounted(RingOptions options) {
        boolean sized = options.wanted().contains(SetupFlag.CQSIZE);
        try (RingFixture f = new RingFixture(options.withCqEntries(8))) {
            assertEquals(sized ? 8 : 16, f.ring.cqEntries());
            int rounds = 2 * f.ring.cqEntries() / 8;
            for (int i = 0; i < 8 * rounds; i++) {
                f.sqe().nop(i);
                if (i % 8 == 7) {
                    assertEquals(8, f.ring.submit());
                }
            }
            assertEquals(0, f.ring.cqOverflows());
            List<Completion> found = f.reap();
            assertEquals(8 * rounds, found.size());
            assertEquals(IntStream.range(0, 8 * rounds).mapToObj(Long::valueOf).toList(), userData(found));
            assertEquals(1, f.ring.cqOverflows());
            assertEquals(0, f.ring.cqDropped());
            f.sqe().nop(99);
            assertEquals(List.of(99L), userData(f.await(1)));
            assertEquals(1, f.ring.cqOverflows());
        }
    }

    @Test
    void aSmallBatchTakesACrowdInTurns() {
        try (RingFixture f = new RingFixture(RingFixture.SMALL.withCqEntries(8))) {
            for (int i = 0; i < 24; i++) {
                f.sqe().nop(i);
                if (i % 8 == 7) {
                    f.ring.submit();
                }
            }
            CompletionBatch batch = new CompletionBatch(5);
            List<Long> found = new ArrayList<>();
            while (f.ring.reap(batch) > 0) {
                for (int i = 0; i < batch.size(); i++) {
                    found.add(batch.userData(i));
                }
            }
            assertEquals(IntStream.range(0, 24).mapToObj(Long::valueOf).toList(), found);
        }
    }

    /** Another thread may peek while the owner is busy elsewhere; the owner still reaps what that thread has seen. */
    @Test
    void whoOnlyLooksTakesNothing() throws InterruptedException {
        try (RingFixture f = new RingFixture(RingFixture.SMALL)) {
            for (int i = 0; i < 3; i++) {
                f.sqe().nop(i);
            }
            f.ring.submitAndWait(3, 1_000_000_000L);
            CompletionBatch seen = new CompletionBatch(2);
            Thread other = Thread.ofPlatform().start(() -> f.ring.peek(seen));
            other.join();
            assertEquals(2, seen.size(), "as many as there is room for");
            assertEquals(0, seen.userData(0));
            assertEquals(1, seen.userData(1));
            CompletionBatch reaped = new CompletionBatch(8);
            assertEquals(3, f.ring.reap(reaped));
            assertEquals(2, reaped.userData(2));
            assertEquals(0, f.ring.peek(seen));
        }
    }

    /** A signal, such as a profiler sends, ends a wait early; taken for a failure, it would end the worker. */
    @Test
    void aSignalDuringTheWaitIsNoError() {
        class Interrupted extends PassThrough {
            int interruptions;

            @Override
            public int enter(int fd, int toSubmit, int minComplete, int flags, long argument, long argumentBytes) {
                if (interruptions > 0) {
                    interruptions--;
                    return -Errno.EINTR;
                }
                return super.enter(fd, toSubmit, minComplete, flags, argument, argumentBytes);
            }
        }
        Interrupted kernel = new Interrupted();
        try (RingFixture f = new RingFixture(RingFixture.SMALL, kernel)) {
            for (int interruptions = 1; interruptions <= 2; interruptions++) {
                for (long timeout : new long[] {-1, 1_000_000_000}) {
                    f.sqe().nop(1);
                    kernel.interruptions = interruptions;
                    assertTrue(f.ring.submitAndWait(1, timeout) >= 0);
                    assertEquals(0, kernel.interruptions);
                    assertEquals(List.of(1L), userData(f.await(1)));
                }
            }
            f.sqe().nop(2);
            kernel.interruptions = 1;
            assertEquals(0, f.ring.submit());
            assertEquals(1, f.ring.unsubmitted());
            assertEquals(List.of(2L), userData(f.await(1)));
        }
    }

    @Test
    void otherFailuresOfEnterAreReturned() {
        RingSyscalls busy = new PassThrough() {
            @Override
            public int enter(int fd, int toSubmit, int minComplete, int flags, long argument, long argumentBytes) {
                return -Errno.EBUSY;
            }
        };
        try (RingFixture f = new RingFixture(RingFixture.SMALL, busy)) {
            f.sqe().nop(1);
            assertEquals(-Errno.EBUSY, f.ring.submit());
            assertEquals(-Errno.EBUSY, f.ring.submitAndWait(1, -1));
            assertEquals(1, f.ring.unsubmitted());
        }
    }

    /** Nothing to submit, nothing that could have happened: a loop that peeks must not pay for a system call. */
    @Test
    void anIdlePeekDoesNotEnterTheKernelWhereWorkShowsItself() {
        class Counting extends PassThrough {
            int entered;

            @Override
            public int enter(int fd, int toSubmit, int minComplete, int flags, long argument, long argumentBytes) {
                entered++;
                return super.enter(fd, toSubmit, minComplete, flags, argument, argumentBytes);
            }
        }
        Counting kernel = new Counting();
        try (RingFixture f = new RingFixture(RingFixture.SMALL, kernel)) {
            boolean shown = f.ring.flags().contains(SetupFlag.TASKRUN_FLAG);
            for (int i = 0; i < 10; i++) {
                assertEquals(0, f.ring.submitAndWait(1, 0));
            }
            assertEquals(shown ? 0 : 10, kernel.entered);
        }
    }

    @Test
    void aBatchKnowsItsBounds() {
        CompletionBatch batch = new CompletionBatch(1);
        assertEquals(0, batch.size());
        assertFalse(throwsNothing(() -> batch.userData(0)));
        assertFalse(throwsNothing(() -> batch.result(0)));
        assertFalse(throwsNothing(() -> new CompletionBatch(0)));
        assertNotNull(RingOptions.DEFAULT.wanted());
        assertEquals(EnumSet.allOf(SetupFlag.class), RingOptions.DEFAULT.wanted());
    }

    private static boolean throwsNothing(Runnable action) {
        try {
            action.run();
            return true;
        } catch (IndexOutOfBoundsException | IllegalArgumentException expected) {
            return false;
        }
    }

    private static List<Long> userData(List<Completion> completions) {
        return completions.stream().map(Completion::userData).toList();
    }

    static class PassThrough implements RingSyscalls {
        private final RingSyscalls kernel = RingSyscalls.kernel();

        @Override
        public int setup(int entries, MemorySegment params) {
            return kernel.setup(entries, params);
        }

        @Override
        public int enter(int fd, int toSubmit, int minComplete, int flags, long argument, long argumentBytes) {
            return kernel.enter(fd, toSubmit, minComplete, flags, argument, argumentBytes);
        }

        @Override
        public int register(int fd, int operation, long argument, int arguments) {
            return kernel.register(fd, operation, argument, arguments);
        }
    }
}
