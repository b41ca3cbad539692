package ringfort.server.http2;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import ringfort.h2.H2Stream;
import ringfort.server.exchange.Exchange;
import ringfort.server.exchange.ExchangeOwner;
import ringfort.server.exchange.HandlerThread;
import ringfort.server.exchange.RequestBody;
import ringfort.server.exchange.ResponseStream;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.protocol.WorkerRoom;
import ringfort.server.wire.SharedArrays;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/**
 * One request of an HTTP/2 connection, its exchange, and how far its response has come. It is kept until the stream is closed and
 * the handler has returned. One worker only.
 */
@OnWorker
final class Http2Stream implements ExchangeOwner {
    /** A stream without its head and content: its objects here and in the state machine, and a virtual thread that waits. */
    static final int STREAM_BYTES = 3072;

    /** Content above this may be an array that many responses share: it is counted once for the worker. */
    private static final int SHARED_BYTES = 64 * 1024;

    private static final byte[] NONE = {};

    private final H2Stream h2;
    private final ProtocolHost host;
    private final ArrayDeque<Http2Stream> signalled; // of the connection: those with something for the worker
    private final SharedArrays shared;
    private final Exchange exchange;
    private boolean listed; // in signalled
    private boolean refused; // answered without its handler
    private boolean abandoned; // the handler was told that its answer is not wanted
    private boolean returned; // the state machine was told that the handler has returned
    private long consumed; // octets of content of which the state machine was told that they were read

    // The response under way.
    private byte[] content = NONE;
    private int contentAt; // what comes before was lent
    private @Nullable ResponseStream streamed;

    private @Nullable RequestBody tunnelInput; // what its handler reads, once the stream is a tunnel

    @OnWorker
    Http2Stream(WorkerRoom room, ProtocolHost host, H2Stream h2, ArrayDeque<Http2Stream> signalled) {
        this.h2 = h2;
        this.host = host;
        this.signalled = signalled;
        this.shared = room.buffers().shared();
        this.exchange = new Exchange(this, host, room.carrier(), room.context(), h2.head());
    }

    H2Stream h2() {
        return h2;
    }

    Exchange exchange() {
        return exchange;
    }

    @Override
    @OffWorker
    public boolean sharesConnection() {
        return true;
    }

    @Override
    public void signalled(HandlerThread.Work from) {
        if (!listed) {
            listed = true;
            signalled.add(this);
            host.touch();
        }
    }

    /** It was taken out of the queue: what is signalled from now on is new. */
    void looked() {
        listed = false;
    }

    /** The request is answered without its handler, whose answer is dropped. */
    void refused() {
        refused = true;
    }

    boolean isRefused() {
        return refused;
    }

    /** Tells the handler, once, that its answer cannot reach the peer. */
    void abandon(IOException cause) {
        if (!abandoned) {
            exchange.abandon(cause);
            abandoned = true;
        }
    }

    boolean isAbandoned() {
        return abandoned;
    }

    /** Octets of content that were read since this was asked last. */
    long takeConsumed() {
        if (exchange.body() == null) {
            return 0;
        }
        long read = exchange.body().readBytes();
        long since = read - consumed;
        consumed = read;
        return since;
    }

    // The response.

    /** The content of the response is there whole; the array is not changed any more. */
    void beginContent(byte[] octets) {
        content = octets;
        contentAt = 0;
        if (octets.length > SHARED_BYTES) {
            shared.add(octets);
        }
    }

    byte[] content() {
        return content;
    }

    int contentAt() {
        return contentAt;
    }

    void contentLentTo(int index) {
        contentAt = index;
    }

    /** The content of the response comes in pieces; null for no longer. */
    void stream(@Nullable ResponseStream pieces) {
        streamed = pieces;
    }

    @Nullable ResponseStream stream() {
        return streamed;
    }

    /** The stream is a tunnel from here on. */
    void tunnel(RequestBody input, ResponseStream output) {
        tunnelInput = input;
        streamed = output;
    }

    /** What the handler of the tunnel reads; null while the stream is none. */
    @Nullable RequestBody tunnelInput() {
        return tunnelInput;
    }

    /** The other end of the connection. */
    InetSocketAddress peer() {
        return host.peer();
    }

    /** Forgets the content of the response: all of it is written, or will not be. Again changes nothing. */
    void releaseContent() {
        byte[] held = content;
        content = NONE;
        contentAt = 0;
        streamed = null;
        if (held.length > SHARED_BYTES) {
            shared.remove(held);
        }
    }

    /** What it takes of the heap, without what the state machine counts: unread content, and content that was lent to it. */
    long heldBytes() {
        ResponseStream pieces = streamed;
        int whole = content.length > SHARED_BYTES ? 0 : content.length;
        RequestBody input = h2.isClosed() ? tunnelInput : null; // both sides have ended it, and it is still read
        return STREAM_BYTES
                + h2.head().byteLength()
                + whole
                + (pieces == null ? 0 : pieces.heldBytes())
                + (input == null ? 0 : input.heldBytes());
    }

    /** Whether the handler has returned and the state machine is to be told so; true once. */
    boolean returnsNow() {
        if (returned || !exchange.isOver()) {
            return false;
        }
        returned = true;
        return true;
    }

    boolean isReturned() {
        return returned;
    }

    /** As {@link #returnsNow}, of a handler that will never return. */
    boolean returnsNever() {
        boolean first = !returned;
        returned = true;
        return first;
    }
}
