package ringfort.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import ringfort.api.ServerOptions;
import ringfort.sys.Libc;
import ringfort.sys.Sockets;

/** Listening sockets that share an address between workers, and with nobody else. */
final class Listeners {
    private Listeners() {}

    /**
     * Makes sure that the address is free, and says which it is.
     *
     * <p>{@code SO_REUSEPORT} lets a second server of the same user join the first one's port without a word, each
     * getting half of the connections. A socket without it tells whether somebody listens there already. It must not
     * listen itself: who connected to it would be reset when it closes.
     */
    static InetSocketAddress exclusive(ServerOptions options) throws IOException {
        var address = new InetSocketAddress(options.host(), options.port());
        int probe = Sockets.bind(address, false, true);
        try {
            return options.port() == 0 ? address : Sockets.localAddress(probe);
        } finally {
            Libc.close(probe);
        }
    }

    /** A listener with no delay for small responses; accepted sockets inherit that. */
    static int open(InetSocketAddress address, int backlog, boolean nonBlocking) throws IOException {
        int fd = Sockets.listen(address, backlog, true, nonBlocking);
        Sockets.setNoDelay(fd, true);
        return fd;
    }

    static InetSocketAddress bound(int fd) throws IOException {
        return Sockets.localAddress(fd);
    }
}
