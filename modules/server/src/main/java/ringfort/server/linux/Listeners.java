package ringfort.server.linux;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.List;
import ringfort.api.ServerOptions;
import ringfort.server.loop.Port;
import ringfort.server.loop.Worker;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.Sockets;

/** Listening sockets of one port of a server, which share an address between its workers, and with no other process. */
public final class Listeners {
    private final int backlog;
    private final boolean nonBlocking;
    private final Port port;
    private InetSocketAddress address;
    private boolean first = true;

    /**
     * Listens on nothing yet.
     *
     * @param nonBlocking whether accepting answers {@code -EAGAIN} instead of waiting; io_uring wants a blocking one
     */
    public Listeners(ServerOptions options, Port port, boolean nonBlocking) {
        this.backlog = options.backlog();
        this.nonBlocking = nonBlocking;
        this.port = port;
        this.address = port.wanted();
    }

    /** Those of all ports of a server. */
    public static List<Listeners> of(ServerOptions options, List<Port> ports, boolean nonBlocking) {
        return ports.stream()
                .map(port -> new Listeners(options, port, nonBlocking))
                .toList();
    }

    /** Makes a worker for listeners that it then owns. */
    public interface Maker {
        /** A worker that owns {@code listenerFds}, one for each port in their order; on failure they stay the caller's. */
        Worker make(int[] listenerFds) throws IOException;
    }

    /** A worker with listeners of its own; on failure they are closed, for nothing would serve what they take. */
    public static Worker serve(List<Listeners> ports, Maker maker) throws IOException {
        int[] fds = new int[ports.size()];
        int opened = 0;
        try {
            for (Listeners port : ports) {
                fds[opened] = port.open();
                opened++;
            }
            return maker.make(fds);
        } catch (IOException | RuntimeException | Error e) {
            for (int i = 0; i < opened; i++) {
                Libc.close(fds[i]);
            }
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
            port.bound(address);
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
