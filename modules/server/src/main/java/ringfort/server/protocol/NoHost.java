package ringfort.server.protocol;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;
import ringfort.sys.OffWorker;

/** The host of protocol state that no connection has. It is never asked for anything but its slot. */
final class NoHost implements ProtocolHost, DeadlineSlot {
    static final NoHost INSTANCE = new NoHost();

    private NoHost() {}

    @Override
    public DeadlineSlot slot() {
        return this;
    }

    @Override
    public void arm(Phase phase, long deadlineNanos) {}

    @Override
    public void clear() {}

    @Override
    public void touch() {
        throw unlent();
    }

    @Override
    public boolean isOpen() {
        throw unlent();
    }

    @Override
    public boolean isInputEnded() {
        throw unlent();
    }

    @Override
    public void served() {
        throw unlent();
    }

    @Override
    public void peerSaidLast(boolean last) {
        throw unlent();
    }

    @Override
    public void closeWhenSent(CloseReason reason) {
        throw unlent();
    }

    @Override
    public void failWhenSent(CloseReason reason) {
        throw unlent();
    }

    @Override
    public void halfClose() {
        throw unlent();
    }

    @Override
    public void destroy(CloseReason reason, @Nullable IOException cause) {
        throw unlent();
    }

    @Override
    public void cut(CloseReason reason) {
        throw unlent();
    }

    @Override
    @OffWorker
    public InetSocketAddress peer() {
        throw unlent();
    }

    @Override
    @OffWorker
    public InetSocketAddress local() {
        throw unlent();
    }

    @Override
    @OffWorker
    public boolean secure() {
        throw unlent();
    }

    @OffWorker
    private static IllegalStateException unlent() {
        return new IllegalStateException("protocol state is used that no connection has");
    }
}
