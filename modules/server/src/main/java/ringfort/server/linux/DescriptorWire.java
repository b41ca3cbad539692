package ringfort.server.linux;

import java.net.InetSocketAddress;
import ringfort.server.wire.Wire;
import ringfort.server.wire.WireUser;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;
import ringfort.sys.Sockets;

/** What all transports over a Linux descriptor do alike: all but moving the bytes. Its worker only. */
@OnWorker
public abstract class DescriptorWire implements Wire {
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final int LEAST_UNSENT_MILLIS = 1000;

    /** The socket. */
    protected final int fd;

    private final PeerAddress peer;

    /** @param fd a connected socket, owned from now on */
    protected DescriptorWire(int fd, PeerAddress peer) {
        this.fd = fd;
        this.peer = peer;
    }

    /** Memory for what the watchdog does; the worker's. */
    protected abstract OutsideMemory outside();

    /** Closes the descriptor when the worker ends with the connection still open. */
    public final void abandon() {
        Libc.close(fd);
    }

    @Override
    public final int unacknowledged() {
        return Sockets.unsentBytes(fd);
    }

    @Override
    public final void resetOnClose() {
        Sockets.abortOnClose(fd);
    }

    @Override
    public final void boundUnsent(long nanos) {
        if (nanos > 0 && Sockets.unsentBytes(fd) > 0) {
            int millis = Math.clamp(nanos / NANOS_PER_MILLI, LEAST_UNSENT_MILLIS, Integer.MAX_VALUE);
            // A peer that does not read acknowledges each probe of its closed window; this counts without that (RFC
            // 5482).
            Libc.setsockoptInt(fd, Linux.IPPROTO_TCP, Linux.TCP_USER_TIMEOUT, millis);
        }
    }

    @Override
    @OffWorker
    public final PeerAddress address() {
        return peer;
    }

    @Override
    @OffWorker
    public final InetSocketAddress peer() {
        return peer.toInetSocketAddress();
    }

    @Override
    public int peek(WireUser user, byte[] target) {
        return outside().peek(fd, target, 0);
    }

    @Override
    public final boolean sendNow(byte[] bytes, int length) {
        return outside().send(fd, bytes, length) == length;
    }

    @Override
    public final void finish() {
        Libc.shutdown(fd, Linux.SHUT_WR);
    }

    @Override
    public final void shutdown() {
        Sockets.shutdown(fd);
    }

    @Override
    public final void reset() {
        Sockets.abortOnClose(fd);
        if (Sockets.disconnect(fd) < 0) {
            Sockets.shutdown(fd);
        }
    }
}
