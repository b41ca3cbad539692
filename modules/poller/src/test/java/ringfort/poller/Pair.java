package ringfort.poller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

/** Two connected descriptors, non-blocking: the ends of a pipe, or of a stream socket. */
record Pair(int near, int far) implements AutoCloseable {
    /** {@code near} is the end to read from. */
    static Pair pipe() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(8, 4);
            assertEquals(0, Libc.pipe2(fds.address(), Linux.O_NONBLOCK | Linux.O_CLOEXEC));
            return of(fds);
        }
    }

    static Pair sockets() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(8, 4);
            int type = Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
            assertEquals(0, Libc.socketpair(Linux.AF_UNIX, type, 0, fds.address()));
            return of(fds);
        }
    }

    private static Pair of(MemorySegment fds) {
        return new Pair(fds.getAtIndex(ValueLayout.JAVA_INT, 0), fds.getAtIndex(ValueLayout.JAVA_INT, 1));
    }

    /** Sends from the far end. */
    void send(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            assertEquals(bytes.length, Libc.write(far, memory, bytes.length));
        }
    }

    /** Reads at the near end: the bytes there are, 0 at the end of the stream, or a negated error number. */
    long receive(int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.read(near, arena.allocate(bytes), bytes);
        }
    }

    /** Writes at the near end until it is full, and returns how many bytes it took. */
    long fill() {
        long total = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(16_384);
            long written;
            while ((written = Libc.write(near, block, block.byteSize())) > 0) {
                total += written;
            }
        }
        return total;
    }

    /** Reads at the far end this many bytes. */
    void drainFar(long bytes) {
        long left = bytes;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(16_384);
            while (left > 0) {
                long read = Libc.read(far, block, Math.min(left, block.byteSize()));
                assertTrue(read > 0);
                left -= read;
            }
        }
    }

    @Override
    public void close() {
        Libc.close(near);
        Libc.close(far);
    }
}
