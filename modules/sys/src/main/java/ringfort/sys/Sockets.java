package ringfort.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;

/**
 * What every engine does with sockets: listen, ask for addresses, set options. Any thread may call.
 *
 * <p>Unlike those of {@link Libc}, these methods throw. The message says what failed, where, with which error, and what
 * to do.
 */
public final class Sockets {
    /** A state of {@code TCP_INFO}, netinet/tcp.h. */
    private static final int TCP_CLOSE = 7;

    /** {@code sizeof(struct sockaddr)}. */
    private static final int UNSPECIFIED_BYTES = 16;

    private Sockets() {}

    /**
     * Opens a listening TCP socket with {@code SO_REUSEADDR} and close-on-exec set. The wildcard {@code ::} also takes
     * IPv4 connections.
     *
     * @param address a resolved address; port 0 lets the kernel choose, see {@link #localAddress}
     * @param backlog connections the kernel holds until they are accepted; the kernel caps the number at
     *     {@code net.core.somaxconn}
     * @param reusePort whether other sockets may share address and port; the kernel then spreads connections over them
     *     (socket(7), {@code SO_REUSEPORT})
     * @param nonBlocking whether accept4(2) answers {@code -EAGAIN} instead of waiting; io_uring wants a blocking
     *     socket
     * @return the descriptor; the caller closes it
     * @throws BindException when the address cannot be had: taken, not of this machine, or not permitted
     * @throws SocketException when anything else fails
     */
    public static int listen(InetSocketAddress address, int backlog, boolean reusePort, boolean nonBlocking)
            throws IOException {
        int fd = bind(address, reusePort, nonBlocking);
        try {
            check("listen", address, Libc.listen(fd, backlog));
            return fd;
        } catch (Throwable failure) {
            Libc.close(fd);
            throw failure;
        }
    }

    /**
     * Opens a TCP socket as {@link #listen} does, and binds it without listening. It fails when another socket listens
     * at that address. No peer can connect to it.
     *
     * @return the descriptor; the caller closes it
     * @throws BindException when the address cannot be had: taken, not of this machine, or not permitted
     * @throws SocketException when anything else fails
     */
    public static int bind(InetSocketAddress address, boolean reusePort, boolean nonBlocking) throws IOException {
        if (address.isUnresolved()) {
            throw new UnknownHostException("cannot listen on " + address.getHostString() + ":" + address.getPort()
                    + ": no such host; name an address of this machine");
        }
        boolean v6 = address.getAddress() instanceof Inet6Address;
        int type = Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC | (nonBlocking ? Linux.SOCK_NONBLOCK : 0);
        int fd = Libc.socket(v6 ? Linux.AF_INET6 : Linux.AF_INET, type, 0);
        if (fd < 0) {
            throw failure("socket", address, -fd);
        }
        try {
            prepare(fd, address, v6, reusePort);
            return fd;
        } catch (Throwable failure) {
            Libc.close(fd);
            throw failure;
        }
    }

    private static void prepare(int fd, InetSocketAddress address, boolean v6, boolean reusePort) throws IOException {
        check("SO_REUSEADDR", address, Libc.setsockoptInt(fd, Linux.SOL_SOCKET, Linux.SO_REUSEADDR, 1));
        if (reusePort) {
            check("SO_REUSEPORT", address, Libc.setsockoptInt(fd, Linux.SOL_SOCKET, Linux.SO_REUSEPORT, 1));
        }
        if (v6 && address.getAddress().isAnyLocalAddress()) {
            check("IPV6_V6ONLY", address, Libc.setsockoptInt(fd, Linux.IPPROTO_IPV6, Linux.IPV6_V6ONLY, 0));
        }
        MemorySegment scratch = Downcall.scratch(Downcall.state());
        int length = SocketAddressCodec.encode(address, scratch);
        check("bind", address, Libc.bind(fd, scratch, length));
    }

    /** Returns the address a socket is bound to. */
    public static InetSocketAddress localAddress(int fd) throws IOException {
        MemorySegment scratch = scratchForAddress();
        int result = Libc.getsockname(fd, scratch.address(), scratch.address() + SocketAddressCodec.MAX_BYTES);
        if (result < 0) {
            throw new SocketException("getsockname of descriptor " + fd + ": " + Errno.describe(-result));
        }
        return SocketAddressCodec.decode(scratch).toInetSocketAddress();
    }

    /**
     * Returns the address of the other end of a connection.
     *
     * @throws SocketException also when the peer has already reset the connection ({@code ENOTCONN})
     */
    public static InetSocketAddress peerAddress(int fd) throws IOException {
        int result = getpeername(fd);
        if (result < 0) {
            throw new SocketException("getpeername of descriptor " + fd + ": " + Errno.describe(-result));
        }
        return SocketAddressCodec.decode(Downcall.scratch(Downcall.state())).toInetSocketAddress();
    }

    /** Returns the peer of a connection, or {@code 0.0.0.0:0} when the peer has already reset the connection. */
    public static PeerAddress peerOrUnknown(int fd) {
        return getpeername(fd) < 0
                ? PeerAddress.UNKNOWN
                : SocketAddressCodec.decode(Downcall.scratch(Downcall.state()));
    }

    /**
     * Writes the peer's address into the scratch memory of the calling thread. Returns 0, or the negated error number.
     */
    private static int getpeername(int fd) {
        MemorySegment scratch = scratchForAddress();
        return Libc.getpeername(fd, scratch.address(), scratch.address() + SocketAddressCodec.MAX_BYTES);
    }

    /**
     * Makes the coming close(2) discard unsent bytes and send a reset ({@code SO_LINGER} of 0 seconds, socket(7)). For
     * a peer that does not read: without this the kernel would keep the unsent bytes for minutes. Returns 0, or the
     * negated error number.
     */
    public static int abortOnClose(int fd) {
        return Libc.setLinger(fd, true, 0);
    }

    /** Returns how many received bytes wait to be read ({@code FIONREAD}, tcp(7)); 0 when it cannot be told. */
    public static int unreadBytes(int fd) {
        return Math.max(0, Libc.ioctlInt(fd, Linux.FIONREAD));
    }

    /**
     * Returns how many sent bytes the peer has not acknowledged ({@code SIOCOUTQ}, tcp(7)); 0 when it cannot be told, or when
     * the connection is over, after a reset for example: the kernel has thrown them away then, and still counts them.
     */
    public static int unsentBytes(int fd) {
        int unsent = Math.max(0, Libc.ioctlInt(fd, Linux.SIOCOUTQ));
        return unsent > 0 && isOver(fd) ? 0 : unsent;
    }

    /** Whether the kernel has closed the connection: the first octet of {@code TCP_INFO} is its state (linux/tcp.h). */
    private static boolean isOver(int fd) {
        int info = Libc.getsockoptInt(fd, Linux.IPPROTO_TCP, Linux.TCP_INFO);
        return info >= 0 && (info & 0xFF) == TCP_CLOSE;
    }

    /**
     * Ends both directions: the peer gets a FIN, and operations that wait on the socket end. Any thread, as long as no
     * other thread closes {@code fd} at that time.
     */
    public static int shutdown(int fd) {
        return Libc.shutdown(fd, Linux.SHUT_RDWR);
    }

    /**
     * Ends a connection at once with a reset, without closing {@code fd}: what is unsent is discarded, and operations that wait
     * on the socket fail with {@code ECONNRESET} (connect(2): "connecting to an address with the sa_family member set to
     * AF_UNSPEC"). Any thread, as long as no other thread closes {@code fd} at that time. Returns 0, or the negated error number.
     */
    public static int disconnect(int fd) {
        MemorySegment unspecified = Downcall.scratch(Downcall.state());
        unspecified.asSlice(0, UNSPECIFIED_BYTES).fill((byte) 0); // AF_UNSPEC is 0
        return Libc.connect(fd, unspecified.address(), UNSPECIFIED_BYTES);
    }

    private static MemorySegment scratchForAddress() {
        MemorySegment scratch = Downcall.scratch(Downcall.state());
        scratch.set(JAVA_INT, SocketAddressCodec.MAX_BYTES, SocketAddressCodec.MAX_BYTES);
        return scratch;
    }

    /**
     * Reads a {@code sockaddr_in} or {@code sockaddr_in6}. An IPv4 address mapped into IPv6 is returned as IPv4; a
     * link-local IPv6 address keeps its scope.
     *
     * @throws IllegalArgumentException for another address family
     */
    public static InetSocketAddress decode(MemorySegment sockaddr) {
        return SocketAddressCodec.decode(sockaddr).toInetSocketAddress();
    }

    /**
     * Writes {@code address} as {@code sockaddr_in} or {@code sockaddr_in6}, for {@link Libc#bind} and
     * {@link Libc#connect}.
     *
     * @param target at least 28 bytes
     * @return the bytes used
     * @throws IllegalArgumentException for an unresolved address
     */
    public static int encode(InetSocketAddress address, MemorySegment target) {
        return SocketAddressCodec.encode(address, target);
    }

    /** Sets {@code TCP_NODELAY} (tcp(7)): small segments leave at once. Returns 0, or the negated error number. */
    public static int setNoDelay(int fd, boolean on) {
        return Libc.setsockoptInt(fd, Linux.IPPROTO_TCP, Linux.TCP_NODELAY, on ? 1 : 0);
    }

    /** Turns {@code O_NONBLOCK} on or off. Returns 0, or the negated error number. */
    public static int setNonBlocking(int fd, boolean on) {
        int flags = Libc.fcntl(fd, Linux.F_GETFL, 0);
        if (flags < 0) {
            return flags;
        }
        return Libc.fcntl(fd, Linux.F_SETFL, on ? flags | Linux.O_NONBLOCK : flags & ~Linux.O_NONBLOCK);
    }

    private static void check(String step, InetSocketAddress address, int result) throws IOException {
        if (result < 0) {
            throw failure(step, address, -result);
        }
    }

    private static IOException failure(String step, InetSocketAddress address, int errno) {
        String message = "cannot listen on " + address.getAddress().getHostAddress() + ":" + address.getPort() + ": "
                + step + ": " + Errno.describe(errno) + remedy(errno);
        return switch (errno) {
            case Errno.EADDRINUSE, Errno.EADDRNOTAVAIL, Errno.EACCES -> new BindException(message);
            default -> new SocketException(message);
        };
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Errno.EADDRINUSE ->
                "; another process listens there (ss -ltnp shows which): stop it or take another port";
            case Errno.EADDRNOTAVAIL -> "; name an address of this machine (ip address), or 0.0.0.0 for all";
            case Errno.EACCES ->
                "; ports below sysctl net.ipv4.ip_unprivileged_port_start need CAP_NET_BIND_SERVICE: take a higher port"
                        + " or grant it";
            case Errno.EMFILE -> "; raise the descriptor limit (ulimit -n)";
            case Errno.ENFILE -> "; raise sysctl fs.file-max";
            case Errno.EAFNOSUPPORT -> "; this kernel or container has no IPv6: name an IPv4 address";
            default -> "";
        };
    }
}
