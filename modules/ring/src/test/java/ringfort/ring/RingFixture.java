package ringfort.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

/** A ring of the calling thread with what tests need around it. A kernel that gives no ring skips the test. */
final class RingFixture implements AutoCloseable {
    static final RingOptions SMALL = RingOptions.DEFAULT.withEntries(8);
    private static final long WAIT_NANOS = 5_000_000_000L;

    record Completion(long userData, int result, int flags) {
        boolean more() {
            return (flags & IoUring.IORING_CQE_F_MORE) != 0;
        }
    }

    final Ring ring;
    final Arena arena = Arena.ofConfined();
    final MemorySegment memory = arena.allocate(4096, 64);
    private final CompletionBatch batch = new CompletionBatch(64);
    private final List<Integer> descriptors = new ArrayList<>();

    RingFixture(RingOptions options) {
        this(options, RingSyscalls.kernel());
    }

    RingFixture(RingOptions options, RingSyscalls syscalls) {
        ring = open(options, syscalls);
        ring.enable();
    }

    /** The ways to set a ring up: with all features, without deferred work, and with none, as on an old kernel. */
    static Stream<RingOptions> variants() {
        return Stream.of(
                SMALL,
                SMALL.without(SetupFlag.TASKRUN_FLAG),
                SMALL.without(SetupFlag.DEFER_TASKRUN),
                SMALL.without(SetupFlag.DEFER_TASKRUN).without(SetupFlag.TASKRUN_FLAG),
                SMALL.withWanted(EnumSet.noneOf(SetupFlag.class)));
    }

    static Ring open(RingOptions options, RingSyscalls syscalls) {
        try {
            return Ring.open(options, syscalls);
        } catch (RingUnavailableException unavailable) {
            return abort("no io_uring here: " + unavailable.getMessage());
        }
    }

    Sqe sqe() {
        Sqe sqe = ring.sqe();
        assertNotNull(sqe, "the submission queue is full");
        return sqe;
    }

    BufferRing bufferRing(int groupId, int entries, int bufferBytes) {
        try {
            return ring.bufferRing(groupId, entries, bufferBytes);
        } catch (RingUnavailableException unavailable) {
            return abort("no buffer rings here: " + unavailable.getMessage());
        }
    }

    /** Submits, and waits for exactly {@code count} completions. */
    List<Completion> await(int count) {
        List<Completion> found = new ArrayList<>();
        while (found.size() < count) {
            int result = ring.submitAndWait(count - found.size(), WAIT_NANOS);
            assertTrue(result >= 0, () -> "submitAndWait: " + Errno.describe(-result));
            int before = found.size();
            found.addAll(reap());
            assertTrue(found.size() > before, () -> "no further completion after " + found);
        }
        assertEquals(count, found.size(), found::toString);
        return found;
    }

    Completion awaitOne() {
        return await(1).getFirst();
    }

    /** Waits for {@code count} completions of different requests, whose order does not matter. */
    Map<Long, Integer> awaitResults(int count) {
        Map<Long, Integer> results = new TreeMap<>();
        await(count).forEach(c -> results.put(c.userData(), c.result()));
        return results;
    }

    List<Completion> reap() {
        ring.reap(batch);
        List<Completion> found = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            found.add(new Completion(batch.userData(i), batch.result(i), batch.flags(i)));
        }
        return found;
    }

    CompletionBatch batch() {
        return batch;
    }

    int[] socketPair() {
        assertEquals(0, Libc.socketpair(Linux.AF_UNIX, Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0, memory.address()));
        return keep(memory.get(JAVA_INT, 0), memory.get(JAVA_INT, 4));
    }

    int[] keep(int... fds) {
        for (int fd : fds) {
            assertTrue(fd >= 0, () -> Errno.describe(-fd));
            descriptors.add(fd);
        }
        return fds;
    }

    /** Sends from the outside, that is not through the ring. */
    void send(int fd, String text) {
        try (Arena temporary = Arena.ofConfined()) {
            MemorySegment bytes = temporary.allocateFrom(text, US_ASCII);
            assertEquals(text.length(), Libc.send(fd, bytes, text.length(), Linux.MSG_NOSIGNAL));
        }
    }

    static String text(MemorySegment memory, long offset, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(memory, JAVA_BYTE, offset, bytes, 0, length);
        return new String(bytes, US_ASCII);
    }

    /** Returns the address of a timespec that lives as long as this. */
    long timespec(long nanos) {
        MemorySegment timespec = arena.allocate(Timespec.BYTES, 8);
        Timespec.write(timespec, 0, nanos);
        return timespec.address();
    }

    @Override
    public void close() {
        ring.close();
        descriptors.forEach(Libc::close);
        arena.close();
    }

    static String message(@Nullable Throwable failure) {
        return failure == null ? "" : String.valueOf(failure.getMessage());
    }
}
