package ringfort.server.protocol;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import ringfort.api.Headers;
import ringfort.api.Response;
import ringfort.h1.ChunkedEncoder;
import ringfort.h1.H1State;
import ringfort.h1.ResponseEncoder;
import ringfort.message.ByteSink;
import ringfort.message.MessageHead;
import ringfort.message.Refusal;
import ringfort.server.exchange.Answer;
import ringfort.server.exchange.Contents;
import ringfort.server.exchange.Exchange;
import ringfort.server.exchange.Interims;
import ringfort.server.exchange.RequestBody;
import ringfort.server.exchange.ResponseStream;
import ringfort.server.wire.BufferPool;
import ringfort.server.wire.Outbox;
import ringfort.sys.OnWorker;

/**
 * Turns the answers of one HTTP/1 connection into bytes in its outbox: a head, then content that is held whole, or pieces of
 * a stream as far as there is room. One worker only.
 */
@OnWorker
final class Http1Responder {
    private static final byte[] NONE = {};
    private static final Refusal TOO_LATE = new Refusal(503, "handler too late");

    /** What taking pieces of a stream has come to. */
    enum Pumped {
        /** More of it is to come, or there is none. */
        NOTHING_ENDED,
        /** The response is queued whole. */
        RESPONSE_ENDED,
        /** A tunnel's output is queued whole; its handler still reads. */
        OUTPUT_ENDED,
        /** As before, and the handler has returned. */
        TUNNEL_ENDED,
        /** The handler failed midway, and what it had written before is queued. */
        HANDLER_FAILED
    }

    /** A streamed body is taken from its writer while less than this is queued. */
    static final int STREAM_AHEAD_BYTES = 64 * 1024;

    /** The same while memory is short. */
    static final int SHORT_AHEAD_BYTES = 16 * 1024;

    private final WorkerRoom room;
    private final Turn turn;
    private final ByteSink sink;
    private final H1State h1;
    private final Outbox out;
    private @Nullable ResponseStream stream; // under way
    private Answer.@Nullable Switched switched; // the stream is a tunnel's output, and no longer HTTP
    private ResponseEncoder.Framing framing = ResponseEncoder.Framing.NONE;

    Http1Responder(WorkerRoom room, H1State h1, Outbox out) {
        this.room = room;
        this.turn = room.turn();
        this.sink = room.sink();
        this.h1 = h1;
        this.out = out;
    }

    /** Whether the peer reads what it asked for, so that it may ask for more. */
    boolean hasRoom() {
        return out.queuedBytes() < room.context().options().maxQueuedWrite();
    }

    /** Whether a response has begun that only its writer can end. */
    boolean isStreaming() {
        return stream != null;
    }

    /** Whether a response, or a tunnel's output, has begun and its peer was not given all of it: a FIN would make it look whole. */
    boolean isMidway() {
        return stream != null || !out.isEmpty();
    }

    /** What is queued of a stream, or waits to be read by a tunnel, takes so much of the heap. */
    long heldBytes() {
        ResponseStream streamed = stream;
        Answer.Switched tunnel = switched;
        return (streamed == null ? 0 : streamed.heldBytes())
                + (tunnel == null ? 0 : tunnel.input().heldBytes());
    }

    /** What takes the peer's bytes once the connection has left HTTP; null before that. */
    @Nullable RequestBody tunnelInput() {
        return switched == null ? null : switched.input();
    }

    /** Nothing of the present response is sent any more. */
    void abandon() {
        stream = null;
        switched = null;
    }

    /** Sends what the handler has to say before its response, and {@code 100 Continue} once it reads. */
    void interim(Exchange from) {
        for (Interims.Notice next = from.nextInterim(); next != null; next = from.nextInterim()) {
            if (next.status() == 100) {
                sendContinue();
            } else if (hasRoom()) {
                sink.reset();
                ResponseEncoder.interim(sink, next.status(), namesAndValues(next.fields()));
                out.append(sink.array(), 0, sink.length());
            }
        }
        RequestBody body = from.body();
        if (body != null && body.continueWanted()) {
            sendContinue();
        }
    }

    private static String[] namesAndValues(Headers fields) {
        String[] namesAndValues = new String[2 * fields.size()];
        for (int i = 0, n = fields.size(); i < n; i++) {
            namesAndValues[2 * i] = fields.name(i);
            namesAndValues[2 * i + 1] = fields.value(i);
        }
        return namesAndValues;
    }

    private void sendContinue() {
        if (h1.awaitsContinue()) {
            sink.reset();
            ResponseEncoder.interim(sink, 100);
            out.append(sink.array(), 0, sink.length());
            h1.continueSent(turn.now());
        }
    }

    /** Queues the head, and what there is of the content; true when that is the whole response. */
    boolean respond(Exchange exchange, Answer answer) {
        room.counters().responses.add(1);
        if (answer instanceof Answer.Whole whole) {
            byte[] content = whole.content() != null ? whole.content() : Contents.bytes(whole.response());
            long length = whole.content() != null
                    ? content.length
                    : whole.response().body().length();
            head(exchange, whole.response(), length);
            appendWithHead(framing == ResponseEncoder.Framing.NONE ? NONE : content);
            return true;
        } else if (answer instanceof Answer.Streamed streamed) {
            head(exchange, streamed.response(), streamed.stream().declaredLength());
            appendWithHead(NONE);
            stream = streamed.stream();
            return false; // what is there already is taken by the next pump
        }
        switchProtocols((Answer.Switched) answer);
        return false;
    }

    private void head(Exchange exchange, Response response, long length) {
        boolean keepAlive = h1.keepAlive() && !turn.isDraining();
        sink.reset();
        Http1Heads.Head head = room.heads().head(sink, exchange.head(), response, length, keepAlive, turn.now());
        framing = head.framing();
        h1.responseHead(head.keepAlive(), turn.now());
    }

    private void switchProtocols(Answer.Switched to) {
        sink.reset();
        Http1Heads.switching(sink, to.response(), to.upgrade());
        out.append(sink.array(), 0, sink.length());
        h1.responseHead(false, turn.now());
        h1.detach(room.context().idleNanos(to.upgrade()));
        framing = ResponseEncoder.Framing.UNTIL_CLOSE;
        switched = to;
        stream = to.output();
    }

    /** The head is in the worker's sink; a small body joins it there, so that both are copied once. */
    private void appendWithHead(byte[] content) {
        if (content.length <= BufferPool.SMALL_BYTES / 2) {
            sink.bytes(content, 0, content.length);
            out.append(sink.array(), 0, sink.length());
        } else {
            out.expect(sink.length() + (long) content.length);
            out.append(sink.array(), 0, sink.length());
            out.appendStable(content, 0, content.length);
        }
    }

    /** Takes pieces of a stream, if one is under way, as far as there is room. */
    Pumped pump() {
        ResponseStream streamed = stream;
        if (streamed == null) {
            return Pumped.NOTHING_ENDED;
        }
        int ahead = room.buffers().isShort() ? SHORT_AHEAD_BYTES : STREAM_AHEAD_BYTES;
        while (out.queuedBytes() < ahead) {
            // Both are read before the queue, because pieces are put before they are set.
            boolean failed = streamed.aborted() != null;
            boolean last = streamed.isEnded();
            byte[] piece = streamed.peek();
            if (piece == null && failed) {
                return Pumped.HANDLER_FAILED;
            } else if (piece == null) {
                return last ? ended(streamed) : Pumped.NOTHING_ENDED;
            }
            if (framing == ResponseEncoder.Framing.CHUNKED) {
                appendChunk(piece);
            } else {
                out.appendStable(piece, 0, piece.length);
            }
            streamed.taken();
        }
        return Pumped.NOTHING_ENDED;
    }

    private Pumped ended(ResponseStream ended) {
        if (switched != null) {
            if (!ended.isReturned()) {
                return Pumped.OUTPUT_ENDED;
            }
            abandon();
            return Pumped.TUNNEL_ENDED;
        }
        if (framing == ResponseEncoder.Framing.CHUNKED) {
            sink.reset();
            ChunkedEncoder.last(sink, ended.trailers());
            out.append(sink.array(), 0, sink.length());
        }
        stream = null;
        return Pumped.RESPONSE_ENDED;
    }

    private void appendChunk(byte[] piece) {
        sink.reset();
        ChunkedEncoder.beginChunk(sink, piece.length);
        out.append(sink.array(), 0, sink.length());
        out.appendStable(piece, 0, piece.length);
        sink.reset();
        ChunkedEncoder.endChunk(sink);
        out.append(sink.array(), 0, sink.length());
    }

    /** Writes an answer to a late exchange into {@code into}; false when it would come behind other bytes. The watchdog. */
    boolean lastWord(ByteSink into, Exchange late) {
        if (out.isEmpty()) {
            room.heads().refusal(into, TOO_LATE, late.head().isHead());
        }
        return out.isEmpty();
    }

    /** Queues a whole answer that says why the message is not served, and that the connection ends; it is logged, too. */
    void refuse(InetSocketAddress peer, Refusal refusal, @Nullable MessageHead head) {
        String requestLine = head == null ? "" : head.method() + " " + head.target() + " " + head.protocol();
        room.context().application().refused(peer, requestLine, refusal.status());
        sink.reset();
        room.heads().refusal(sink, refusal, head != null && head.isHead());
        out.append(sink.array(), 0, sink.length());
        h1.responseHead(false, turn.now());
    }
}
