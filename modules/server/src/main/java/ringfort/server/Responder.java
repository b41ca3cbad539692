package ringfort.server;

import org.jspecify.annotations.Nullable;
import ringfort.api.Response;
import ringfort.api.Upgrade;
import ringfort.h1.H1State;
import ringfort.h1.ResponseEncoder;
import ringfort.sys.OnWorker;

/**
 * Turns the responses of one connection of a worker into bytes in its outbox: a head, then content that is held whole,
 * or pieces of a stream as far as there is room. Its worker only.
 */
@OnWorker
final class Responder {
    private static final byte[] NONE = {};

    /** A streamed body is taken from its writer while less than this is queued. */
    private static final int STREAM_AHEAD_BYTES = 64 * 1024;

    private final Conversation conversation;
    private final H1State h1;
    private final Outbox out;
    private final Worker worker;
    private @Nullable BodyOutput stream; // under way
    private @Nullable Exchange tunnel; // the stream is its handler's, and no longer HTTP
    private ResponseEncoder.Framing framing = ResponseEncoder.Framing.NONE;

    Responder(Conversation conversation) {
        this.conversation = conversation;
        h1 = conversation.h1;
        out = conversation.out;
        worker = conversation.worker;
    }

    /** Whether a response has begun that only its writer can end. */
    boolean isStreaming() {
        return stream != null;
    }

    /** Nobody writes any more. */
    void abandon() {
        stream = null;
        tunnel = null;
    }

    /** Sends what the handler has to say before its response, and {@code 100 Continue} once it reads. */
    void interim(Exchange from) {
        for (byte[] next = from.nextInterim(); next != null; next = from.nextInterim()) {
            if (next.length == 0) {
                sendContinue();
            } else if (out.queuedBytes() < worker.context.options.maxQueuedWrite()) {
                out.append(next, 0, next.length);
            }
        }
        if (from.body != null && from.body.continueWanted()) {
            sendContinue();
        }
    }

    private void sendContinue() {
        if (h1.awaitsContinue()) {
            worker.sink.reset();
            ResponseEncoder.interim(worker.sink, 100);
            out.append(worker.sink.array(), 0, worker.sink.length());
            h1.continueSent(worker.now());
        }
    }

    void respond(Exchange from, Response response) {
        Upgrade upgrade = response.upgrade();
        if (upgrade != null) {
            switchProtocols(from, response, upgrade);
            return;
        }
        BodyOutput streamed = from.stream();
        byte[] content = from.wholeBody();
        long length = streamed != null
                ? streamed.declaredLength()
                : content != null ? content.length : response.body().length();
        boolean keepAlive = h1.keepAlive() && !worker.isDraining();
        ResponseContent.Head head = worker.encode(from.head, response, length, keepAlive);
        worker.counters.responses.add(1);
        framing = head.framing();
        h1.responseHead(head.keepAlive(), worker.now());
        if (framing != ResponseEncoder.Framing.NONE && streamed == null) {
            appendWithHead(content != null ? content : ResponseContent.bytes(response));
        } else {
            appendWithHead(NONE);
        }
        if (streamed == null) {
            conversation.responseQueued();
        } else {
            stream = streamed;
            pump();
        }
    }

    private void switchProtocols(Exchange from, Response response, Upgrade upgrade) {
        worker.sink.reset();
        ResponseContent.switching(worker.sink, response, upgrade);
        out.append(worker.sink.array(), 0, worker.sink.length());
        worker.counters.responses.add(1);
        h1.responseHead(false, worker.now());
        h1.detach(worker.context.idleNanos(upgrade));
        framing = ResponseEncoder.Framing.UNTIL_CLOSE;
        tunnel = from;
        stream = from.stream();
        conversation.detached();
        pump();
    }

    /** The head is in the worker's sink; a small body joins it there, so that both are copied once. */
    private void appendWithHead(byte[] content) {
        if (content.length <= BufferPool.SMALL_BYTES / 2) {
            worker.sink.bytes(content, 0, content.length);
            out.append(worker.sink.array(), 0, worker.sink.length());
        } else {
            out.expect(worker.sink.length() + (long) content.length);
            out.append(worker.sink.array(), 0, worker.sink.length());
            out.appendStable(content, 0, content.length);
        }
    }

    /** Takes pieces of a streamed body, if one is under way, as far as there is room. */
    void pump() {
        BodyOutput streamed = stream;
        if (streamed == null) {
            return;
        }
        if (streamed.aborted() != null) {
            conversation.connection().cut();
            return;
        }
        while (out.queuedBytes() < STREAM_AHEAD_BYTES) {
            boolean last = streamed.isEnded(); // read before the queue: pieces are put before it is set
            byte[] piece = streamed.peek();
            if (piece == null) {
                if (last) {
                    end(streamed);
                }
                return;
            }
            if (framing == ResponseEncoder.Framing.CHUNKED) {
                worker.appendChunk(out, piece);
            } else {
                out.appendStable(piece, 0, piece.length);
            }
            streamed.taken();
        }
    }

    private void end(BodyOutput ended) {
        if (tunnel != null) {
            conversation.connection().halfClose();
            if (tunnel.tunnelReturned()) {
                conversation.connection().tunnelEnded();
            }
            return;
        }
        if (framing == ResponseEncoder.Framing.CHUNKED) {
            worker.appendLastChunk(out, ended.trailers());
        }
        stream = null;
        conversation.responseQueued();
    }
}
