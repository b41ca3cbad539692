package ringfort.server.linux;

import java.io.IOException;
import java.net.InetSocketAddress;
import ringfort.api.ServerOptions;
import ringfort.server.loop.Worker;
import ringfort.sys.Libc;
import ringfort.sys.Sockets;

/** Listening sockets of one server that share an address between its workers, and with no other process. */
public final class Listeners {
    private final int backlog;
    private final boolean nonBlocking;
    private InetSocketAddress address;

    /**
     * Makes sure that the address is free, and says which it is.
     *
     * <p>{@code SO_REUSEPORT} lets a second server of the same user join the first one's port without a word, each
     * getting half of the connections. A socket without it tells whether somebody listens there already. It must not
     * listen itself: who connected to it would be reset when it closes.
     *
     * @param nonBlocking whether accepting answers {@code -EAGAIN} instead of waiting; io_uring wants a blocking one
     */
    public Listeners(ServerOptions options, boolean nonBlocking) throws IOException {
        this.backlog = options.backlog();
        this.nonBlocking = nonBlocking;
        var wanted = new InetSocketAddress(options.host(), options.port());
        int probe = Sockets.bind(wanted, false, true);
        try {
            address = options.port() == 0 ? wanted : Sockets.localAddress(probe);
        } finally {
            Libc.close(probe);
        }
    }

    /** Makes a worker for a listener that it then owns. */
    public interface Maker {
        /** A worker that owns {@code listenerFd}; on failure the listener stays the caller's. */
        Worker make(int listenerFd) throws IOException;
    }

    /** A worker with a listener of its own; on failure the listener is closed, for nobody would serve what it takes. */
    public Worker serve(Maker maker) throws IOException {
        // No delay for small responses; accepted sockets inherit that.
        int fd = Sockets.listen(address, backlog, true, nonBlocking);
        try {
            Sockets.setNoDelay(fd, true);
            address = Sockets.localAddress(fd);
            Worker worker = maker.make(fd);
            worker.localAddress(address);
            return worker;
        } catch (IOException | RuntimeException | Error e) {
            Libc.close(fd);
            throw e;
        }
    }
}
