package ringfort.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * System calls in the kernel's style: the result, or the negated error number; no exception, no allocation. Any thread
 * may call; see the section 2 manual page of each name for what it means.
 *
 * <p>Pointers are {@code long} addresses ({@link MemorySegment#address()} of a native segment): whoever passes one keeps
 * the memory alive until the call returns. The overloads with a {@link MemorySegment} check bounds and do that themselves.
 * {@code EINTR} is returned like any other error.
 *
 * <p>A thread that blocks in here is a thread that blocks: a virtual one pins its carrier for that time.
 */
public final class Libc {
    private static final MethodHandle SOCKET =
            Downcall.bind("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND =
            Downcall.bind("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle LISTEN =
            Downcall.bind("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle ACCEPT4 =
            Downcall.bind("accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CONNECT =
            Downcall.bind("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECV =
            Downcall.bind("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SEND =
            Downcall.bind("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle READ =
            Downcall.bind("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle WRITE =
            Downcall.bind("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle SHUTDOWN =
            Downcall.bind("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE = Downcall.bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle SETSOCKOPT = Downcall.bind(
            "setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle GETSOCKOPT = Downcall.bind(
            "getsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle GETSOCKNAME =
            Downcall.bind("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle GETPEERNAME =
            Downcall.bind("getpeername", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle SOCKETPAIR =
            Downcall.bind("socketpair", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle PIPE2 =
            Downcall.bind("pipe2", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle EVENTFD =
            Downcall.bind("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle FCNTL = Downcall.bind(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL = Downcall.bind(
            "ioctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle MMAP = Downcall.bind(
            "mmap", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP =
            Downcall.bind("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle GETRLIMIT =
            Downcall.bind("getrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle SETRLIMIT =
            Downcall.bind("setrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle SYSCALL = Downcall.bind(
            "syscall",
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle RECV_NOW = Downcall.bind(
            "recv",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT),
            Linker.Option.critical(false));
    private static final MethodHandle SEND_NOW = Downcall.bind(
            "send",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT),
            Linker.Option.critical(false));

    private Libc() {}

    /** socket(2). Returns the descriptor, or the negated error number. */
    public static int socket(int domain, int type, int protocol) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) SOCKET.invokeExact(state, domain, type, protocol), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** bind(2) to the {@code sockaddr} at {@code address}. Returns 0, or the negated error number. */
    public static int bind(int fd, long address, int addressBytes) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) BIND.invokeExact(state, fd, address, addressBytes), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** listen(2). Returns 0, or the negated error number. */
    public static int listen(int fd, int backlog) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) LISTEN.invokeExact(state, fd, backlog), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /**
     * accept4(2). {@code address} and {@code addressBytes} are where the kernel writes the peer's {@code sockaddr} and, as
     * value and result, its length; 0 for both when nobody wants to know. Returns the descriptor, or the negated error
     * number.
     */
    public static int accept4(int fd, long address, long addressBytes, int flags) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) ACCEPT4.invokeExact(state, fd, address, addressBytes, flags), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /**
     * connect(2) to the {@code sockaddr} at {@code address}. Returns 0, or the negated error number
     * ({@code -EINPROGRESS} for a non-blocking socket).
     */
    public static int connect(int fd, long address, int addressBytes) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) CONNECT.invokeExact(state, fd, address, addressBytes), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** recv(2). Returns the number of bytes, 0 at the end of the stream, or the negated error number. */
    public static long recv(int fd, long address, long bytes, int flags) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((long) RECV.invokeExact(state, fd, address, bytes, flags), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /**
     * send(2); name {@link Linux#MSG_NOSIGNAL}, although the JVM ignores SIGPIPE. Returns the number of bytes, or the
     * negated error number.
     */
    public static long send(int fd, long address, long bytes, int flags) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((long) SEND.invokeExact(state, fd, address, bytes, flags), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** read(2). Returns the number of bytes, 0 at the end, or the negated error number. */
    public static long read(int fd, long address, long bytes) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((long) READ.invokeExact(state, fd, address, bytes), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** write(2). Returns the number of bytes, or the negated error number. */
    public static long write(int fd, long address, long bytes) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((long) WRITE.invokeExact(state, fd, address, bytes), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /**
     * shutdown(2). Safe from any thread while somebody else still uses the descriptor. Returns 0, or the negated error
     * number.
     */
    public static int shutdown(int fd, int how) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) SHUTDOWN.invokeExact(state, fd, how), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** close(2). The descriptor is gone whatever this returns: never repeat it, not even after {@code -EINTR}. */
    public static int close(int fd) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    private static int setsockopt(int fd, int level, int name, long value, int valueBytes) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) SETSOCKOPT.invokeExact(state, fd, level, name, value, valueBytes), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    private static int getsockopt(int fd, int level, int name, long value, long valueBytes) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) GETSOCKOPT.invokeExact(state, fd, level, name, value, valueBytes), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /**
     * getsockname(2): writes a {@code sockaddr}, and its length as value and result. Returns 0, or the negated error
     * number.
     */
    public static int getsockname(int fd, long address, long addressBytes) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) GETSOCKNAME.invokeExact(state, fd, address, addressBytes), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /**
     * getpeername(2): writes a {@code sockaddr}, and its length as value and result. Returns 0, or the negated error
     * number.
     */
    public static int getpeername(int fd, long address, long addressBytes) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) GETPEERNAME.invokeExact(state, fd, address, addressBytes), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** socketpair(2): writes two descriptors, four bytes each. Returns 0, or the negated error number. */
    public static int socketpair(int domain, int type, int protocol, long fds) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) SOCKETPAIR.invokeExact(state, domain, type, protocol, fds), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** pipe2(2): writes the reading, then the writing descriptor, four bytes each. Returns 0, or the negated error number. */
    public static int pipe2(long fds, int flags) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) PIPE2.invokeExact(state, fds, flags), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** eventfd(2). Returns the descriptor, or the negated error number. */
    public static int eventfd(int initial, int flags) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) EVENTFD.invokeExact(state, initial, flags), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** fcntl(2) with an integer argument. Returns the command's result, or the negated error number. */
    public static int fcntl(int fd, int command, long argument) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) FCNTL.invokeExact(state, fd, command, argument), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** ioctl(2). Returns the request's result, or the negated error number. */
    public static int ioctl(int fd, long request, long argument) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) IOCTL.invokeExact(state, fd, request, argument), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    private static long mmap(long address, long bytes, int protection, int flags, int fd, long offset) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result(
                    (long) MMAP.invokeExact(state, address, bytes, protection, flags, fd, offset), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /** munmap(2). Returns 0, or the negated error number. */
    public static int munmap(long address, long bytes) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) MUNMAP.invokeExact(state, address, bytes), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    private static int getrlimit(int resource, long limits) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) GETRLIMIT.invokeExact(state, resource, limits), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    private static int setrlimit(int resource, long limits) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((int) SETRLIMIT.invokeExact(state, resource, limits), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /**
     * syscall(2): a system call that the C library does not wrap. Pointers go as addresses, small integers widened.
     * Returns the call's result, or the negated error number.
     */
    public static long syscall(long number, long a1, long a2, long a3, long a4, long a5, long a6) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result((long) SYSCALL.invokeExact(state, number, a1, a2, a3, a4, a5, a6), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /**
     * {@link #recv(int, long, long, int)} that never waits ({@link Linux#MSG_DONTWAIT} is added) and therefore skips the
     * thread-state change around a native call. While it copies, this thread holds up a safepoint: for small transfers.
     */
    public static long recvNow(int fd, long address, long bytes, int flags) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result(
                    (long) RECV_NOW.invokeExact(state, fd, address, bytes, flags | Linux.MSG_DONTWAIT), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }

    /**
     * {@link #send(int, long, long, int)} that never waits ({@link Linux#MSG_DONTWAIT} is added) and therefore skips the
     * thread-state change around a native call. While it copies, this thread holds up a safepoint: for small transfers.
     */
    public static long sendNow(int fd, long address, long bytes, int flags) {
        MemorySegment state = Downcall.state();
        try {
            return Downcall.result(
                    (long) SEND_NOW.invokeExact(state, fd, address, bytes, flags | Linux.MSG_DONTWAIT), state);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
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

    /** As {@link #accept4(int, long, long, int)}; {@code address} and {@code addressBytes} are both null or both given. */
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
