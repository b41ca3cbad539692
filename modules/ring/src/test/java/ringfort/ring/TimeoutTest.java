package ringfort.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import ringfort.ring.RingFixture.Completion;
import ringfort.sys.Errno;

@ParameterizedClass
@MethodSource("ringfort.ring.RingFixture#variants")
class TimeoutTest {
    private static final long SOON = 5_000_000;
    private static final long NEVER = 3600_000_000_000L;
    private final RingFixture f;

    TimeoutTest(RingOptions options) {
        f = new RingFixture(options);
    }

    @AfterEach
    void close() {
        f.close();
    }

    @Test
    void aTimeoutFiresWithEtime() {
        f.sqe().timeout(f.timespec(SOON), 0, 0, 1);
        assertEquals(new Completion(1, -Errno.ETIME, 0), f.awaitOne());
    }

    /** The clock of absolute timeouts starts with the machine: a second after its start is past, an age after it is not. */
    @Test
    void anAbsoluteTimeoutMeansAMomentOfTheMonotonicClock() {
        f.sqe().timeout(f.timespec(Long.MAX_VALUE / 2), IoUring.IORING_TIMEOUT_ABS, 0, 1);
        f.sqe().timeout(f.timespec(1), IoUring.IORING_TIMEOUT_ABS, 0, 2);
        assertEquals(new Completion(2, -Errno.ETIME, 0), f.awaitOne());
    }

    @Test
    void aTimeoutEndsWithOtherCompletionsWhenItCountsThem() {
        f.sqe().timeout(f.timespec(NEVER), 0, 2, 1);
        f.sqe().nop(2);
        f.sqe().nop(3);
        assertEquals(Map.of(1L, 0, 2L, 0, 3L, 0), f.awaitResults(3));
    }

    @Test
    void anUpdateMovesATimeoutEarlierAndLater() {
        f.sqe().timeout(f.timespec(NEVER), 0, 0, 1);
        f.sqe().timeout(f.timespec(SOON * 4), 0, 0, 2);
        f.ring.submit();
        f.sqe().timeoutUpdate(1, f.timespec(SOON), 0, 3);
        f.sqe().timeoutUpdate(2, f.timespec(NEVER), 0, 4);
        f.sqe().timeoutUpdate(99, f.timespec(SOON), 0, 5);
        assertEquals(Map.of(1L, -Errno.ETIME, 3L, 0, 4L, 0, 5L, -Errno.ENOENT), f.awaitResults(4));
        f.sqe().timeoutUpdate(2, f.timespec(1), IoUring.IORING_TIMEOUT_ABS, 6);
        assertEquals(Map.of(2L, -Errno.ETIME, 6L, 0), f.awaitResults(2));
    }

    @Test
    void aRemovedTimeoutCompletesAsCancelled() {
        f.sqe().timeout(f.timespec(NEVER), 0, 0, 1);
        f.ring.submit();
        f.sqe().timeoutRemove(1, 2);
        f.sqe().timeoutRemove(1, 3);
        assertEquals(Map.of(1L, -Errno.ECANCELED, 2L, 0, 3L, -Errno.ENOENT), f.awaitResults(3));
    }

    @Test
    void aLinkTimeoutCancelsTheRequestBeforeIt() {
        int[] pair = f.socketPair();
        f.sqe().recv(pair[0], f.memory.address(), 10, 0, 1).link();
        f.sqe().linkTimeout(f.timespec(SOON), 0, 2);
        assertEquals(Map.of(1L, -Errno.ECANCELED, 2L, -Errno.ETIME), f.awaitResults(2));

        f.sqe().recv(pair[0], f.memory.address(), 10, 0, 3).link();
        f.sqe().linkTimeout(f.timespec(NEVER), 0, 4);
        f.ring.submit();
        f.send(pair[1], "in time");
        assertEquals(Map.of(3L, 7, 4L, -Errno.ECANCELED), f.awaitResults(2));
    }

    /** The memory is the caller's again once submit has counted the request: what it holds then no longer matters. */
    @Test
    void theTimespecIsReadWhileTheRequestIsSubmitted() {
        MemorySegment timespec = f.arena.allocate(Timespec.BYTES, 8);
        Timespec.write(timespec, 0, SOON);
        f.sqe().timeout(timespec.address(), 0, 0, 1);
        assertEquals(1, f.ring.submit());
        Timespec.write(timespec, 0, NEVER);
        assertEquals(new Completion(1, -Errno.ETIME, 0), f.awaitOne());
    }

    @Test
    void aNegativeTimeIsNow() {
        f.sqe().timeout(f.timespec(-5), 0, 0, 1);
        assertEquals(-Errno.ETIME, f.awaitOne().result());
    }

    @Test
    void waitingEndsWithTheTimeGivenAndIsNoError() {
        int[] pair = f.socketPair();
        f.sqe().recv(pair[0], f.memory.address(), 10, 0, 1);
        assertEquals(1, f.ring.submitAndWait(1, SOON));
        assertEquals(0, f.ring.submitAndWait(1, SOON));
        assertEquals(0, f.ring.submitAndWait(1, 0));
        assertEquals(0, f.ring.submitAndWait(0, -1));
        assertTrue(f.reap().isEmpty());
        f.send(pair[1], "x");
        assertEquals(Map.of(1L, 1), f.awaitResults(1));
    }

    /** Without deferred work shown or interrupting, only entering the kernel finds completions: a peek must do it. */
    @Test
    void aPeekFindsWhatHappenedSinceTheLastCall() {
        int[] pair = f.socketPair();
        f.sqe().recv(pair[0], f.memory.address(), 10, 0, 1);
        f.ring.submit();
        f.send(pair[1], "x");
        assertEquals(0, f.ring.submitAndWait(1, 0));
        assertEquals(1, f.reap().size());
    }
}
