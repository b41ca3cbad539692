package ringfort.server.simulation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import ringfort.server.metrics.CloseReason;
import ringfort.server.protocol.ProtocolHost;

/** A host of protocol state on which nothing happens. */
interface EmptyHost extends ProtocolHost {
    @Override
    default void touch() {}

    @Override
    default boolean isOpen() {
        return false;
    }

    @Override
    default boolean isInputEnded() {
        return false;
    }

    @Override
    default void served() {}

    @Override
    default void peerSaidLast(boolean last) {}

    @Override
    default void closeWhenSent(CloseReason reason) {}

    @Override
    default void failWhenSent(CloseReason reason) {}

    @Override
    default void halfClose() {}

    @Override
    default void destroy(CloseReason reason, @Nullable IOException cause) {}

    @Override
    default void cut(CloseReason reason) {}

    @Override
    default InetSocketAddress peer() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    @Override
    default InetSocketAddress local() {
        return peer();
    }

    @Override
    default boolean secure() {
        return false;
    }
}
