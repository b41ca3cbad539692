package ringfort.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.Sockets;

/** Listening sockets that share an address between workers, and with nobody else. */
final class Listeners {
    private Listeners() {}

    /**
     * The first listener of an address, and the proof that the address was free.
     *
     * <p>{@code SO_REUSEPORT} lets a second server of the same user join the first one's port without a word, each
     * getting half of the connections. So the first listener is opened without it: the kernel lets one such socket listen
     * and refuses every other, also when two servers start at the same moment. Once it listens, the option is set, and
     * the other listeners of this server can join it.
     *
     * @param address where; port 0 takes a free one, which {@link #bound} tells
     */
    static int first(InetSocketAddress address, int backlog, boolean nonBlocking) throws IOException {
        int fd = Sockets.listen(address, backlog, false, nonBlocking);
        int shared = Libc.setsockoptInt(fd, Linux.SOL_SOCKET, Linux.SO_REUSEPORT, 1);
        if (shared < 0) {
            Libc.close(fd);
            throw new SocketException("cannot share port " + address.getPort() + " between workers: SO_REUSEPORT: "
                    + Errno.describe(-shared));
        }
        Sockets.setNoDelay(fd, true);
        return fd;
    }

    /** One more listener of an address whose {@link #first} is this server's; accepted sockets inherit its options. */
    static int open(InetSocketAddress address, int backlog, boolean nonBlocking) throws IOException {
        int fd = Sockets.listen(address, backlog, true, nonBlocking);
        Sockets.setNoDelay(fd, true); // small responses leave at once
        return fd;
    }

    static InetSocketAddress bound(int fd) throws IOException {
        return Sockets.localAddress(fd);
    }
}
