package ringfort.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LibcTest {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment fds = arena.allocate(8);
    private final MemorySegment memory = arena.allocate(4096);
    private int left;
    private int right;

    @BeforeEach
    void connectTwoSockets() {
        assertEquals(0, Libc.socketpair(Linux.AF_UNIX, Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0, fds.address()));
        left = fds.get(JAVA_INT, 0);
        right = fds.get(JAVA_INT, 4);
    }

    @AfterEach
    void closeBoth() {
        Libc.close(left);
        Libc.close(right);
        arena.close();
    }

    @Test
    void bytesSentArrive() {
        write("hello");
        assertEquals(5, Libc.send(left, memory, 5, Linux.MSG_NOSIGNAL));
        assertEquals(5, Libc.ioctlInt(right, Linux.FIONREAD));
        memory.fill((byte) 0);
        assertEquals(5, Libc.recv(right, memory, memory.byteSize(), 0));
        assertEquals("hello", read(5));
    }

    @Test
    void theVariantsThatNeverWaitAnswerEagain() {
        assertEquals(-Errno.EAGAIN, Libc.recvNow(right, memory.address(), 16, 0));
        write("now");
        assertEquals(3, Libc.sendNow(left, memory.address(), 3, Linux.MSG_NOSIGNAL));
        assertEquals(3, Libc.recvNow(right, memory.address(), 16, 0));
    }

    @Test
    void endOfStreamIsZeroAndWritingPastItIsEpipe() {
        assertEquals(0, Libc.shutdown(left, Linux.SHUT_WR));
        assertEquals(0, Libc.recv(right, memory, 16, 0));
        assertEquals(-Errno.EPIPE, Libc.send(left, memory, 1, Linux.MSG_NOSIGNAL));
    }

    @Test
    void aFailureIsTheNegatedErrorNumber() {
        assertEquals(-Errno.EBADF, Libc.read(-1, memory, 1));
        assertEquals(-Errno.EBADF, Libc.close(-1));
        assertEquals(-Errno.EINVAL, Libc.socket(Linux.AF_INET, 0xff, 0));
        assertEquals(-Errno.ENOTSOCK, notASocket());
        assertEquals(-Errno.ENOTTY, Libc.ioctl(left, 0xdead, 0));
        assertEquals(-Errno.EFAULT, Libc.send(left, 8, 16, Linux.MSG_NOSIGNAL));
    }

    private int notASocket() {
        assertEquals(0, Libc.pipe2(fds.address(), Linux.O_CLOEXEC));
        int reading = fds.get(JAVA_INT, 0);
        try {
            return Libc.listen(reading, 1);
        } finally {
            Libc.close(reading);
            Libc.close(fds.get(JAVA_INT, 4));
        }
    }

    /**
     * System calls that the JVM makes between two lines of Java must not change errno, nor must those of another
     * thread.
     */
    @Test
    void errnoBelongsToTheThreadThatFailed() throws InterruptedException {
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(4);
        for (int t = 0; t < 4; t++) {
            boolean bad = t % 2 == 0;
            Thread.Builder builder = t < 2 ? Thread.ofPlatform() : Thread.ofVirtual();
            builder.start(() -> {
                for (int i = 0; i < 20_000; i++) {
                    int result = bad ? Libc.shutdown(-1, 0) : Libc.setsockoptInt(left, 9999, 1, 1);
                    if (result != (bad ? -Errno.EBADF : -Errno.EOPNOTSUPP)) {
                        wrong.incrementAndGet();
                    }
                }
                done.countDown();
            });
        }
        done.await();
        assertEquals(0, wrong.get());
    }

    @Test
    void optionsAndFlagsReadBackAsSet() {
        assertEquals(0, Libc.setsockoptInt(left, Linux.SOL_SOCKET, Linux.SO_KEEPALIVE, 1));
        assertEquals(1, Libc.getsockoptInt(left, Linux.SOL_SOCKET, Linux.SO_KEEPALIVE));
        assertEquals(0, Libc.getsockoptInt(left, Linux.SOL_SOCKET, Linux.SO_ERROR));
        assertEquals(0, Libc.setLinger(left, true, 0));
        assertEquals(Linux.FD_CLOEXEC, Libc.fcntl(left, Linux.F_GETFD, 0));
        assertEquals(0, Sockets.setNonBlocking(left, true));
        assertTrue((Libc.fcntl(left, Linux.F_GETFL, 0) & Linux.O_NONBLOCK) != 0);
        assertEquals(-Errno.EAGAIN, Libc.read(left, memory, 1));
        assertEquals(0, Sockets.setNonBlocking(left, false));
        assertEquals(0, Libc.fcntl(left, Linux.F_GETFL, 0) & Linux.O_NONBLOCK);
    }

    @Test
    void mappedMemoryCanBeWrittenAndUnmapped() {
        long address =
                Libc.mmap(4096, Linux.PROT_READ | Linux.PROT_WRITE, Linux.MAP_PRIVATE | Linux.MAP_ANONYMOUS, -1, 0);
        assertTrue(address > 0);
        MemorySegment mapped = MemorySegment.ofAddress(address).reinterpret(4096);
        mapped.set(ValueLayout.JAVA_LONG, 4088, 42);
        assertEquals(42, mapped.get(ValueLayout.JAVA_LONG, 4088));
        assertEquals(0, Libc.munmap(address, 4096));
        assertEquals(-Errno.EINVAL, Libc.mmap(0, Linux.PROT_READ, Linux.MAP_PRIVATE | Linux.MAP_ANONYMOUS, -1, 0));
    }

    @Test
    void limitsReadAndMayBeSetToWhatTheyAre() {
        Libc.ResourceLimit limit = Libc.getrlimit(Linux.RLIMIT_NOFILE);
        assertTrue(limit != null && limit.soft() > 0);
        assertEquals(0, Libc.setrlimit(Linux.RLIMIT_NOFILE, limit));
        assertEquals(null, Libc.getrlimit(9999));
    }

    @Test
    void aSystemCallByNumberFailsLikeTheOthers() {
        long ioUringEnter = 426; // asm-generic/unistd.h; on a descriptor that is none
        long result = Libc.syscall(ioUringEnter, -1, 0, 0, 0, 0, 0);
        assertTrue(
                result == -Errno.EBADF || result == -Errno.ENOSYS || result == -Errno.EPERM,
                () -> "io_uring_enter on descriptor -1: " + result);
    }

    @Test
    void memoryTheKernelCannotReachIsRefusedBeforeTheCall() {
        assertThrows(IllegalArgumentException.class, () -> Libc.send(left, MemorySegment.ofArray(new byte[4]), 4, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Libc.recv(left, memory, 4097, 0));
    }

    @Test
    void everyErrorNumberSaysItsName() {
        assertEquals("EMFILE (24): too many open files", Errno.describe(Errno.EMFILE));
        assertEquals("ECONNRESET", Errno.name(104));
        assertEquals("errno 133", Errno.describe(133));
        assertEquals("errno -5", Errno.name(-5));
    }

    private void write(String text) {
        MemorySegment.copy(text.getBytes(US_ASCII), 0, memory, ValueLayout.JAVA_BYTE, 0, text.length());
    }

    private String read(int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, bytes, 0, length);
        assertArrayEquals(bytes, memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        return new String(bytes, US_ASCII);
    }
}
