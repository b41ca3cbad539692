package ringfort.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * System calls in the kernel's style: the result, or the negated error number; no exception, no allocation. Any thread
 * may call; see the section 2 manual page of each name for what it means.
 *
 * <p>Pointers are {@code long} addresses ({@link MemorySegment#address()} of a native segment). The caller keeps the
 * memory alive until the call returns. The overloads with a {@link MemorySegment} check bounds and keep the segment
 * alive themselves. {@code EINTR} is returned like any other error.
 *
 * <p>A virtual thread that blocks in one of these calls pins its carrier for that time.
 */
public final class Libc {
    private static final MemorySegment SOCKET = Downcall.symbol("socket");
    private static final MemorySegment BIND = Downcall.symbol("bind");
    private static final MemorySegment LISTEN = Downcall.symbol("listen");
    private static final MemorySegment ACCEPT4 = Downcall.symbol("accept4");
    private static final MemorySegment CONNECT = Downcall.symbol("connect");
    private static final MemorySegment RECV = Downcall.symbol("recv");
    private static final MemorySegment SEND = Downcall.symbol("send");
    private static final MemorySegment READ = Downcall.symbol("read");
    private static final MemorySegment WRITE = Downcall.symbol("write");
    private static final MemorySegment SHUTDOWN = Downcall.symbol("shutdown");
    private static final MemorySegment CLOSE = Downcall.symbol("close");
    private static final MemorySegment SETSOCKOPT = Downcall.symbol("setsockopt");
    private static final MemorySegment GETSOCKOPT = Downcall.symbol("getsockopt");
    private static final MemorySegment GETSOCKNAME = Downcall.symbol("getsockname");
    private static final MemorySegment GETPEERNAME = Downcall.symbol("getpeername");
    private static final MemorySegment SOCKETPAIR = Downcall.symbol("socketpair");
    private static final MemorySegment PIPE2 = Downcall.symbol("pipe2");
    private static final MemorySegment EVENTFD = Downcall.symbol("eventfd");
    private static final MemorySegment FCNTL = Downcall.symbol("fcntl");
    private static final MemorySegment IOCTL = Downcall.symbol("ioctl");
    private static final MemorySegment MMAP = Downcall.symbol("mmap");
    private static final MemorySegment MUNMAP = Downcall.symbol("munmap");
    private static final MemorySegment GETRLIMIT = Downcall.symbol("getrlimit");
    private static final MemorySegment SETRLIMIT = Downcall.symbol("setrlimit");
    private static final MemorySegment SYSCALL = Downcall.symbol("syscall");

    private Libc() {}

    /** socket(2). Returns the descriptor, or the negated error number. */
    public static int socket(int domain, int type, int protocol) {
        return Downcall.intCall(SOCKET, domain, type, protocol, 0, 0, 0, 0);
    }

    /** bind(2) to the {@code sockaddr} at {@code address}. Returns 0, or the negated error number. */
    public static int bind(int fd, long address, int addressBytes) {
        return Downcall.intCall(BIND, fd, address, addressBytes, 0, 0, 0, 0);
    }

    /** listen(2). Returns 0, or the negated error number. */
    public static int listen(int fd, int backlog) {
        return Downcall.intCall(LISTEN, fd, backlog, 0, 0, 0, 0, 0);
    }

    /**
     * accept4(2). {@code address} and {@code addressBytes} are where the kernel writes the peer's {@code sockaddr} and,
     * as value and result, its length; 0 for both when the caller does not need the address. Returns the descriptor, or
     * the negated error number.
     */
    public static int accept4(int fd, long address, long addressBytes, int flags) {
        return Downcall.intCall(ACCEPT4, fd, address, addressBytes, flags, 0, 0, 0);
    }

    /**
     * connect(2) to the {@code sockaddr} at {@code address}. Returns 0, or the negated error number
     * ({@code -EINPROGRESS} for a non-blocking socket).
     */
    public static int connect(int fd, long address, int addressBytes) {
        return Downcall.intCall(CONNECT, fd, address, addressBytes, 0, 0, 0, 0);
    }

    /** recv(2). Returns the number of bytes, 0 at the end of the stream, or the negated error number. */
    public static long recv(int fd, long address, long bytes, int flags) {
        return Downcall.longCall(RECV, fd, address, bytes, flags, 0, 0, 0);
    }

    /**
     * send(2); name {@link Linux#MSG_NOSIGNAL}, although the JVM ignores SIGPIPE. Returns the number of bytes, or the
     * negated error number.
     */
    public static long send(int fd, long address, long bytes, int flags) {
        return Downcall.longCall(SEND, fd, address, bytes, flags, 0, 0, 0);
    }

    /** read(2). Returns the number of bytes, 0 at the end, or the negated error number. */
    public static long read(int fd, long address, long bytes) {
        return Downcall.longCall(READ, fd, address, bytes, 0, 0, 0, 0);
    }

    /** write(2). Returns the number of bytes, or the negated error number. */
    public static long write(int fd, long address, long bytes) {
        return Downcall.longCall(WRITE, fd, address, bytes, 0, 0, 0, 0);
    }

    /**
     * shutdown(2). Safe from any thread while the descriptor is open, also while another thread uses it. Returns 0, or
     * the negated error number.
     */
    public static int shutdown(int fd, int how) {
        return Downcall.intCall(SHUTDOWN, fd, how, 0, 0, 0, 0, 0);
    }

    /** close(2). The descriptor is gone whatever this returns: never repeat it, not even after {@code -EINTR}. */
    public static int close(int fd) {
        return Downcall.intCall(CLOSE, fd, 0, 0, 0, 0, 0, 0);
    }

    private static int setsockopt(int fd, int level, int name, long value, int valueBytes) {
        return Downcall.intCall(SETSOCKOPT, fd, level, name, value, valueBytes, 0, 0);
    }

    private static int getsockopt(int fd, int level, int name, long value, long valueBytes) {
        return Downcall.intCall(GETSOCKOPT, fd, level, name, value, valueBytes, 0, 0);
    }

    /**
     * getsockname(2): writes a {@code sockaddr}, and its length as value and result. Returns 0, or the negated error
     * number.
     */
    public static int getsockname(int fd, long address, long addressBytes) {
        return Downcall.intCall(GETSOCKNAME, fd, address, addressBytes, 0, 0, 0, 0);
    }

    /**
     * getpeername(2): writes a {@code sockaddr}, and its length as value and result. Returns 0, or the negated error
     * number.
     */
    public static int getpeername(int fd, long address, long addressBytes) {
        return Downcall.intCall(GETPEERNAME, fd, address, addressBytes, 0, 0, 0, 0);
    }

    /** socketpair(2): writes two descriptors, four bytes each. Returns 0, or the negated error number. */
    public static int socketpair(int domain, int type, int protocol, long fds) {
        return Downcall.intCall(SOCKETPAIR, domain, type, protocol, fds, 0, 0, 0);
    }

    /**
     * pipe2(2): writes the reading, then the writing descriptor, four bytes each. Returns 0, or the negated error
     * number.
     */
    public static int pipe2(long fds, int flags) {
        return Downcall.intCall(PIPE2, fds, flags, 0, 0, 0, 0, 0);
    }

    /** eventfd(2). Returns the descriptor, or the negated error number. */
    public static int eventfd(int initial, int flags) {
        return Downcall.intCall(EVENTFD, initial, flags, 0, 0, 0, 0, 0);
    }

    /** fcntl(2) with an integer argument. Returns the command's result, or the negated error number. */
    public static int fcntl(int fd, int command, long argument) {
        return Downcall.intCall(FCNTL, fd, command, argument, 0, 0, 0, 0);
    }

    /** ioctl(2). Returns the request's result, or the negated error number. */
    public static int ioctl(int fd, long request, long argument) {
        return Downcall.intCall(IOCTL, fd, request, argument, 0, 0, 0, 0);
    }

    private static long mmap(long address, long bytes, int protection, int flags, int fd, long offset) {
        return Downcall.longCall(MMAP, address, bytes, protection, flags, fd, offset, 0);
    }

    /** munmap(2). Returns 0, or the negated error number. */
    public static int munmap(long address, long bytes) {
        return Downcall.intCall(MUNMAP, address, bytes, 0, 0, 0, 0, 0);
    }

    private static int getrlimit(int resource, long limits) {
        return Downcall.intCall(GETRLIMIT, resource, limits, 0, 0, 0, 0, 0);
    }

    private static int setrlimit(int resource, long limits) {
        return Downcall.intCall(SETRLIMIT, resource, limits, 0, 0, 0, 0, 0);
    }

    /**
     * syscall(2): a system call that the C library does not wrap. Pointers go as addresses, small integers widened.
     * Returns the call's result, or the negated error number.
     */
    public static long syscall(long number, long a1, long a2, long a3, long a4, long a5, long a6) {
        return Downcall.longCall(SYSCALL, number, a1, a2, a3, a4, a5, a6);
    }

    /**
     * {@link #recv(int, long, long, int)} that never waits ({@link Linux#MSG_DONTWAIT} is added). It can therefore skip
     * the change of the thread's state around a native call. While it copies, the JVM cannot reach a safepoint: use it
     * for small transfers.
     */
    public static long recvNow(int fd, long address, long bytes, int flags) {
        return Downcall.longNow(RECV, fd, address, bytes, flags | Linux.MSG_DONTWAIT, 0, 0, 0);
    }

    /**
     * {@link #send(int, long, long, int)} that never waits ({@link Linux#MSG_DONTWAIT} is added). It can therefore skip
     * the change of the thread's state around a native call. While it copies, the JVM cannot reach a safepoint: use it
     * for small transfers.
     */
    public static long sendNow(int fd, long address, long bytes, int flags) {
        return Downcall.longNow(SEND, fd, address, bytes, flags | Linux.MSG_DONTWAIT, 0, 0, 0);
    }

    /** As {@link #bind(int, long, int)}, with the first {@code addressBytes} bytes of a native segment. */
    public static int bind(int fd, MemorySegment address, int addressBytes) {
        try {
            return bind(fd, address(address, addressBytes), addressBytes);
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    /** As {@link #connect(int, long, int)}, with the first {@code addressBytes} bytes of a native segment. */
    public static int connect(int fd, MemorySegment address, int addressBytes) {
        try {
            return connect(fd, address(address, addressBytes), addressBytes);
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    /**
     * As {@link #accept4(int, long, long, int)}; {@code address} and {@code addressBytes} are both null or both given.
     */
    public static int accept4(
            int fd, @Nullable MemorySegment address, @Nullable MemorySegment addressBytes, int flags) {
        try {
            return address == null || addressBytes == null
                    ? accept4(fd, 0, 0, flags)
                    : accept4(fd, address(address, addressBytes.get(JAVA_INT, 0)), address(addressBytes, 4), flags);
        } finally {
            Reference.reachabilityFence(address);
            Reference.reachabilityFence(addressBytes);
        }
    }

    /** As {@link #getsockname(int, long, long)}, into native segments. */
    public static int getsockname(int fd, MemorySegment address, MemorySegment addressBytes) {
        try {
            return getsockname(fd, address(address, addressBytes.get(JAVA_INT, 0)), address(addressBytes, 4));
        } finally {
            Reference.reachabilityFence(address);
            Reference.reachabilityFence(addressBytes);
        }
    }

    /** As {@link #getpeername(int, long, long)}, into native segments. */
    public static int getpeername(int fd, MemorySegment address, MemorySegment addressBytes) {
        try {
            return getpeername(fd, address(address, addressBytes.get(JAVA_INT, 0)), address(addressBytes, 4));
        } finally {
            Reference.reachabilityFence(address);
            Reference.reachabilityFence(addressBytes);
        }
    }

    /** As {@link #recv(int, long, long, int)}, with the first {@code bytes} bytes of a native segment. */
    public static long recv(int fd, MemorySegment memory, long bytes, int flags) {
        try {
            return recv(fd, address(memory, bytes), bytes, flags);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** As {@link #send(int, long, long, int)}, with the first {@code bytes} bytes of a native segment. */
    public static long send(int fd, MemorySegment memory, long bytes, int flags) {
        try {
            return send(fd, address(memory, bytes), bytes, flags);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** As {@link #read(int, long, long)}, with the first {@code bytes} bytes of a native segment. */
    public static long read(int fd, MemorySegment memory, long bytes) {
        try {
            return read(fd, address(memory, bytes), bytes);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** As {@link #write(int, long, long)}, with the first {@code bytes} bytes of a native segment. */
    public static long write(int fd, MemorySegment memory, long bytes) {
        try {
            return write(fd, address(memory, bytes), bytes);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** setsockopt(2) of an option that is an {@code int}. Returns 0, or the negated error number. */
    public static int setsockoptInt(int fd, int level, int name, int value) {
        MemorySegment scratch = Downcall.scratch(Downcall.state());
        scratch.set(JAVA_INT, 0, value);
        return setsockopt(fd, level, name, scratch.address(), 4);
    }

    /**
     * getsockopt(2) of an option that is an {@code int} and never negative. Returns its value, or the negated error
     * number of the call ({@link Linux#SO_ERROR} therefore reads as a positive error number).
     */
    public static int getsockoptInt(int fd, int level, int name) {
        MemorySegment scratch = Downcall.scratch(Downcall.state());
        scratch.set(JAVA_INT, 0, 0);
        scratch.set(JAVA_INT, 4, 4);
        int result = getsockopt(fd, level, name, scratch.address(), scratch.address() + 4);
        return result < 0 ? result : scratch.get(JAVA_INT, 0);
    }

    /**
     * Sets {@code SO_LINGER} (socket(7)). With {@code seconds} = 0, closing the socket resets the connection.
     *
     * @param on whether close(2) waits, or resets
     * @return 0, or the negated error number
     */
    public static int setLinger(int fd, boolean on, int seconds) {
        MemorySegment scratch = Downcall.scratch(Downcall.state());
        scratch.set(JAVA_INT, 0, on ? 1 : 0);
        scratch.set(JAVA_INT, 4, seconds);
        return setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_LINGER, scratch.address(), 8);
    }

    /**
     * ioctl(2) with a request that answers an {@code int}, such as {@link Linux#FIONREAD} and {@link Linux#SIOCOUTQ}
     * (bytes that wait to be read, bytes that are not yet acknowledged). Returns it, or the negated error number.
     */
    public static int ioctlInt(int fd, long request) {
        MemorySegment scratch = Downcall.scratch(Downcall.state());
        scratch.set(JAVA_INT, 0, 0);
        int result = ioctl(fd, request, scratch.address());
        return result < 0 ? result : scratch.get(JAVA_INT, 0);
    }

    /** mmap(2) at an address the kernel chooses. Returns the address, or the negated error number (a small one). */
    public static long mmap(long bytes, int protection, int flags, int fd, long offset) {
        return mmap(0, bytes, protection, flags, fd, offset);
    }

    /**
     * A resource limit, getrlimit(2). A value is an unsigned 64-bit number; {@link Linux#RLIM_INFINITY} is "no limit".
     *
     * @param soft the limit in force
     * @param hard how far an unprivileged process may raise it
     */
    public record ResourceLimit(long soft, long hard) {}

    /** getrlimit(2): the limit of a resource such as {@link Linux#RLIMIT_NOFILE}; null when the kernel has none. */
    public static @Nullable ResourceLimit getrlimit(int resource) {
        MemorySegment scratch = Downcall.scratch(Downcall.state());
        int result = getrlimit(resource, scratch.address());
        return result < 0 ? null : new ResourceLimit(scratch.get(JAVA_LONG, 0), scratch.get(JAVA_LONG, 8));
    }

    /** setrlimit(2). Returns 0, or the negated error number. */
    public static int setrlimit(int resource, ResourceLimit limit) {
        MemorySegment scratch = Downcall.scratch(Downcall.state());
        scratch.set(JAVA_LONG, 0, limit.soft());
        scratch.set(JAVA_LONG, 8, limit.hard());
        return setrlimit(resource, scratch.address());
    }

    /** The address of a segment the kernel will touch {@code bytes} bytes of. */
    private static long address(MemorySegment memory, long bytes) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException("the kernel cannot reach a heap segment: " + memory);
        }
        if (bytes < 0 || bytes > memory.byteSize()) {
            throw new IndexOutOfBoundsException(bytes + " bytes of a segment of " + memory.byteSize());
        }
        return memory.address();
    }
}
