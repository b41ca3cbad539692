package ringfort.server.protocol;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ringfort.message.Fields;
import ringfort.message.MessageHead;
import ringfort.server.exchange.Exchange;
import ringfort.server.exchange.ExchangeOwner;
import ringfort.server.exchange.HandlerThread;
import ringfort.server.exchange.RequestBody;
import ringfort.sys.OnWorker;

/** The one exchange that an HTTP/1 connection has in progress, until it is answered whole. One worker only. */
@OnWorker
final class InProgress implements ExchangeOwner {
    /** Made beforehand: a connection is also ended because there is no memory, and that must take none. */
    @SuppressWarnings("StaticAssignmentOfThrowable")
    static final IOException CLOSED = new IOException("the connection is closed");

    private final WorkerRoom room;
    private ProtocolHost host = NoHost.INSTANCE;
    private @Nullable Exchange exchange;
    private boolean signalled; // the exchange has something for the worker

    InProgress(WorkerRoom room) {
        this.room = room;
    }

    /** Exchanges belong to this connection from now on. */
    void on(ProtocolHost next) {
        assert exchange == null : "another connection's exchange is in progress";
        host = next;
    }

    /** The exchange in progress; null when there is none. */
    @Nullable Exchange exchange() {
        return exchange;
    }

    boolean isNone() {
        return exchange == null;
    }

    /** A request is there whose handler is to be run. */
    Exchange begin(MessageHead head) {
        assert exchange == null : "a second exchange on one connection";
        var started = new Exchange(this, host, room.carrier(), room.context(), head);
        exchange = started;
        room.counters().requests.add(1);
        return started;
    }

    /** The content of the request; null when there is none, or no request. */
    @Nullable RequestBody body() {
        return exchange == null ? null : exchange.body();
    }

    /** The request is there whole: its handler runs now, if it does not run already. */
    void requestEnded(Fields trailers) {
        if (exchange != null) {
            exchange.bodyEnded(trailers);
            exchange.start(false);
        }
    }

    /** Starts the handler, unless it waits for the whole content and that still comes. */
    void start(boolean moreComes) {
        if (exchange != null) {
            exchange.start(moreComes);
        }
    }

    @Override
    public void signalled(HandlerThread.Work from) {
        if (from == exchange) { // else a handler that outlived its exchange
            signalled = true;
            host.touch();
        }
    }

    /** Whether the exchange has something that was not looked at. */
    boolean isSignalled() {
        return signalled;
    }

    /** The exchange is looked at: what it signals from now on is new. */
    void looked() {
        signalled = false;
    }

    /** The exchange is answered whole, or is not to be answered. */
    @Nullable Exchange end() {
        Exchange ended = exchange;
        exchange = null;
        signalled = false;
        return ended;
    }

    /** Nobody waits for the handler any more, whose reads and writes fail. */
    void abandon(IOException cause) {
        Exchange ended = end();
        if (ended != null) {
            ended.abandon(cause);
        }
    }

    /** The handler of a tunnel has returned and its output has ended: what it has left behind can neither read nor write. */
    void endTunnel() {
        Exchange ended = end();
        if (ended != null) {
            ended.fail(new IOException("the tunnel has ended"));
        }
    }
}
