package ringfort.server.linux;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import ringfort.api.ServerOptions;
import ringfort.server.loop.Worker;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.Sockets;

/** Listening sockets of one server that share an address between its workers, and with no other process. */
public final class Listeners {
    private final int backlog;
    private final boolean nonBlocking;
    private InetSocketAddress address;
    private boolean first = true;

    /**
     * Listens on nothing yet.
     *
     * @param nonBlocking whether accepting answers {@code -EAGAIN} instead of waiting; io_uring wants a blocking one
     */
    public Listeners(ServerOptions options, boolean nonBlocking) {
        this.backlog = options.backlog();
        this.nonBlocking = nonBlocking;
        this.address = new InetSocketAddress(options.host(), options.port());
    }

    /** Makes a worker for a listener that it then owns. */
    public interface Maker {
        /** A worker that owns {@code listenerFd}; on failure the listener stays the caller's. */
        Worker make(int listenerFd) throws IOException;
    }

    /** A worker with a listener of its own; on failure the listener is closed, for nothing would serve what it takes. */
    public Worker serve(Maker maker) throws IOException {
        int fd = open();
        try {
            Worker worker = maker.make(fd);
            worker.localAddress(address);
            return worker;
        } catch (IOException | RuntimeException | Error e) {
            Libc.close(fd);
            throw e;
        }
    }

    /** The next listener, which the caller closes. */
    public int open() throws IOException {
        int fd = first ? first() : Sockets.listen(address, backlog, true, nonBlocking);
        try {
            Sockets.setNoDelay(fd, true); // small responses leave at once; accepted sockets inherit that
            address = Sockets.localAddress(fd);
            first = false;
            return fd;
        } catch (IOException | RuntimeException | Error e) {
            Libc.close(fd);
            throw e;
        }
    }

    /** Where the listeners are; the port is the one that was taken, once the first is open. */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * The first listener of the address, and the proof that the address was free.
     *
     * <p>{@code SO_REUSEPORT} lets a second server of the same user join the first one's port without a word, each
     * getting half of the connections. So the first listener is opened without it: the kernel lets one such socket listen
     * and refuses every other, also when two servers start at the same moment. Once it listens, the option is set, and
     * the other listeners of this server can join it.
     */
    private int first() throws IOException {
        int fd = Sockets.listen(address, backlog, false, nonBlocking);
        int shared = Libc.setsockoptInt(fd, Linux.SOL_SOCKET, Linux.SO_REUSEPORT, 1);
        if (shared < 0) {
            Libc.close(fd);
            throw new SocketException("cannot share port " + address.getPort() + " between workers: SO_REUSEPORT: "
                    + Errno.describe(-shared));
        }
        return fd;
    }
}
