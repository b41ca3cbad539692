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
    /** A request in progress without its head and content: the exchange, and a virtual thread that waits. */
    static final int REQUEST_BYTES = 2048;

    /** Made beforehand: a connection is also ended because there is no memory, and that must take none. */
    @SuppressWarnings("StaticAssignmentOfThrowable")
    static final IOException CLOSED = new IOException("the connection is closed");

    private final WorkerRoom room;
    private ProtocolHost host = NoHost.INSTANCE;
    private @Nullable Exchange exchange;
    private int headBytes; // of the request
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

    /** A request is there whose handler is to be run; its head has so many bytes. */
    Exchange begin(MessageHead head, int bytes) {
        assert exchange == null : "a second exchange on one connection";
        var started = new Exchange(this, host, room.carrier(), room.context(), head);
        exchange = started;
        headBytes = bytes;
        room.counters().requests.add(1);
        return started;
    }

    /** The content of the request; null when there is none, or no request. */
    @Nullable RequestBody body() {
        return exchange == null ? null : exchange.body();
    }

    /** What the request takes of the heap: its head, and the content that its handler has not read. */
    long heldBytes() {
        Exchange current = exchange;
        if (current == null) {
            return 0;
        }
        RequestBody body = current.body();
        return REQUEST_BYTES + headBytes + (body == null ? 0 : body.heldBytes());
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
