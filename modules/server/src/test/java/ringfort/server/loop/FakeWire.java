package ringfort.server.loop;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import ringfort.server.wire.Wire;
import ringfort.server.wire.WireUser;
import ringfort.sys.PeerAddress;

/** A transport without a socket: it takes all that is sent, and closes at once. */
public class FakeWire implements Wire {
    private boolean closed;

    @Override
    public void flush(WireUser user) {}

    @Override
    public boolean settle(WireUser user) {
        closed = user.isGone();
        return true;
    }

    @Override
    public boolean isClosed(WireUser user) {
        return closed;
    }

    @Override
    public void resetOnClose() {}

    @Override
    public int unacknowledged() {
        return -1;
    }

    @Override
    public void boundUnsent(long nanos) {}

    @Override
    public PeerAddress address() {
        return PeerAddress.of(peer());
    }

    @Override
    public InetSocketAddress peer() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    @Override
    public int peek(WireUser user, byte[] target) {
        return 0;
    }

    @Override
    public boolean sendNow(byte[] bytes, int length) {
        return true;
    }

    @Override
    public void finish() {}

    @Override
    public void shutdown() {}

    @Override
    public void reset() {}
}
