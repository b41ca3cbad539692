package ringfort.server.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.message.ByteSink;
import ringfort.server.exchange.Endpoints;
import ringfort.server.exchange.Exchange;
import ringfort.server.metrics.CloseReason;
import ringfort.server.protocol.OpeningHost;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.server.wire.Outbox;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.tls.proxy.ProxyHeader;
import ringfort.tls.proxy.ProxyParser;

/**
 * The first bytes of a connection: one header of the PROXY protocol. Then another protocol has the connection. The deadline is that
 * of the opening, which bytes do not move. One worker only.
 */
@OnWorker
final class ProxyProtocol implements Protocol {
    private final WorkerRoom room;
    private final Protocols behind;
    private final Trusted trusted;
    private final ProtocolHost host;
    private final @Nullable Phase armed;
    private final long dueNanos;
    private final ProxyParser parser = new ProxyParser();
    private final Outbox nothing;

    @OnWorker
    ProxyProtocol(
            WorkerRoom room,
            Protocols behind,
            Trusted trusted,
            ProtocolHost host,
            @Nullable Phase armed,
            long dueNanos) {
        this.room = room;
        this.behind = behind;
        this.trusted = trusted;
        this.host = host;
        this.armed = armed;
        this.dueNanos = dueNanos;
        nothing = new Outbox(room.buffers());
    }

    /** The client that the balancer names. */
    private record Named(InetSocketAddress peer, InetSocketAddress local, boolean secure) implements Endpoints {
        static Named of(ProxyHeader header, ProtocolHost host) {
            InetSocketAddress source = header.source();
            InetSocketAddress destination = header.destination();
            return new Named(
                    source == null ? host.peer() : source,
                    destination == null ? host.local() : destination,
                    header.secure());
        }

        @Override
        @OffWorker
        public InetSocketAddress peer() {
            return peer;
        }

        @Override
        @OffWorker
        public InetSocketAddress local() {
            return local;
        }

        @Override
        @OffWorker
        public boolean secure() {
            return secure;
        }
    }

    @Override
    public void received(byte[] buffer, int from, int to) {
        if (!trusted.contains(host.peer())) {
            refuse();
            return;
        }
        switch (parser.parse(buffer, from, to)) {
            case NEED_INPUT -> {}
            case REFUSED -> refuse();
            case HEADER -> {
                room.counters().proxyHeaders.add(1);
                if (host instanceof OpeningHost opening) { // every connection is one
                    Named named = Named.of(parser.header(), host);
                    opening.become(behind, named, buffer, parser.position(), to);
                }
            }
        }
    }

    private void refuse() {
        room.counters().proxyRefused.add(1);
        host.closeWhenSent(CloseReason.REFUSED);
    }

    @Override
    public void advance() {
        if (host.isInputEnded() && host.isOpen()) {
            host.closeWhenSent(CloseReason.PEER);
        }
    }

    @Override
    public Verdict expired(long nowNanos) {
        return Verdict.CLOSE;
    }

    @Override
    public boolean shed() {
        host.cut(CloseReason.SHED);
        return true;
    }

    @Override
    public long lateNanos(Phase phase, long nowNanos) {
        return phase == armed ? Math.max(-1, nowNanos - dueNanos) : -1;
    }

    // Nothing is sent, and no handler runs.

    @Override
    public Outbox out() {
        return nothing;
    }

    @Override
    public boolean takesInput() {
        return true;
    }

    @Override
    public void sent(int bytes, long progress) {}

    @Override
    public void sendWaits(boolean waits) {}

    @Override
    public void acknowledged(long bytes) {}

    @Override
    public boolean canAdvance() {
        return false;
    }

    @Override
    public long heldBytes() {
        return 0;
    }

    @Override
    public void answerLate() {
        host.closeWhenSent(CloseReason.DEADLINE);
    }

    @Override
    public boolean isAtRest() {
        return false;
    }

    @Override
    public boolean waitsForRequest() {
        return false;
    }

    @Override
    public boolean dropsRest() {
        return false;
    }

    @Override
    public boolean awaitsHandler() {
        return false;
    }

    @Override
    public void giveUp(Predicate<? super Thread> handlers) {}

    @Override
    public void drain() {}

    @Override
    public @Nullable Exchange awaitedExchange() {
        return null;
    }

    @Override
    public void stopReading() {}

    @Override
    public void abandon(IOException cause) {}

    @Override
    public void end(@Nullable IOException cause) {}

    @Override
    public boolean completesHead(byte[] pending, int count) {
        return false;
    }

    @Override
    public boolean isMidway() {
        return false;
    }

    @Override
    public boolean lastWord(ByteSink sink) {
        return false;
    }
}
