package ringfort.server.http2;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import ringfort.api.Response;
import ringfort.h2.ErrorCode;
import ringfort.h2.H2State;
import ringfort.h2.H2Stream;
import ringfort.h2.ResponseHead;
import ringfort.message.MessageHead;
import ringfort.message.Refusal;
import ringfort.message.StatusCodes;
import ringfort.server.exchange.Answer;
import ringfort.server.exchange.Contents;
import ringfort.server.exchange.Interims;
import ringfort.server.exchange.RequestBody;
import ringfort.server.exchange.ResponseStream;
import ringfort.server.protocol.Turn;
import ringfort.server.protocol.WorkerRoom;
import ringfort.sys.OnWorker;

/**
 * Turns what handlers leave into responses of the streams of one HTTP/2 connection: heads, and content that is lent piece by
 * piece. What is written when is the state machine's to decide. One worker only.
 */
@OnWorker
final class Http2Responder {
    /** A stream that has lent so much waits until it was written. */
    private static final int LEND_BYTES = 32 * 1024;

    /**
     * For what would tell the peer of an extended CONNECT that its protocol is spoken, although the handler serves requests
     * alone (RFC 8441, 5).
     */
    private static final Refusal NOT_SPOKEN = new Refusal(501, "protocol not spoken here");

    private final WorkerRoom room;
    private final Turn turn;
    private final H2State h2;
    private final Http2Heads heads;

    Http2Responder(WorkerRoom room, H2State h2, Http2Heads heads) {
        this.room = room;
        this.turn = room.turn();
        this.h2 = h2;
        this.heads = heads;
    }

    /** Takes what the handler has left since it was looked at last; true when a response has begun by that. */
    boolean progress(Http2Stream stream) {
        if (stream.isRefused()) {
            return false;
        }
        boolean begun = false;
        if (!stream.exchange().isAnswered()) {
            interim(stream);
            Answer answer = stream.exchange().answer();
            if (answer != null) {
                stream.exchange().answered();
                begun = respondOrReset(stream, answer);
            }
        }
        pump(stream);
        return begun;
    }

    /** Sends what the handler has to say before its response, and {@code 100 Continue} once it reads. */
    private void interim(Http2Stream stream) {
        for (Interims.Notice next = stream.exchange().nextInterim();
                next != null;
                next = stream.exchange().nextInterim()) {
            if (next.status() == 100) {
                sendContinue(stream.h2());
            } else {
                h2.respond(stream.h2(), heads.interim(next.status(), next.fields()), false, turn.now());
            }
        }
        RequestBody body = stream.exchange().body();
        if (body != null && body.continueWanted()) {
            sendContinue(stream.h2());
        }
    }

    private void sendContinue(H2Stream stream) {
        if (stream.awaitsContinue()) {
            h2.respond(stream, ResponseHead.of(100), false, turn.now());
        }
    }

    /** A response that cannot be written is a defect of ours, and concerns its stream alone. */
    private boolean respondOrReset(Http2Stream stream, Answer answer) {
        try {
            respond(stream, answer);
            return true;
        } catch (IllegalArgumentException e) {
            room.counters().defects.add(1);
            room.context().notices().defect("a response cannot be written as HTTP/2", e);
            h2.reset(stream.h2(), ErrorCode.INTERNAL_ERROR, turn.now());
            return false;
        }
    }

    private void respond(Http2Stream stream, Answer answer) {
        Response response = answer.response();
        boolean isSuccess = response.status() >= 200 && response.status() <= 299;
        if (isSuccess && stream.exchange().head().isExtendedConnect()) {
            refuse(stream.peer(), stream.h2(), stream, NOT_SPOKEN);
            return;
        }
        room.counters().responses.add(1);
        if (answer instanceof Answer.Whole whole) {
            byte[] content = whole.content() != null ? whole.content() : Contents.bytes(response);
            long length =
                    whole.content() != null ? content.length : response.body().length();
            boolean sends = content.length > 0
                    && !stream.exchange().head().isHead()
                    && !StatusCodes.forbidsContent(response.status());
            h2.respond(stream.h2(), heads.head(response, length, turn.now()), !sends, turn.now());
            if (sends) {
                stream.beginContent(content);
            }
        } else if (answer instanceof Answer.Streamed streamed) {
            ResponseHead head = heads.head(response, streamed.stream().declaredLength(), turn.now());
            h2.respond(stream.h2(), head, false, turn.now());
            stream.stream(streamed.stream());
        } else if (answer instanceof Answer.Switched switched) {
            h2.respond(stream.h2(), heads.switching(response, turn.now()), false, turn.now());
            h2.tunnel(stream.h2(), room.context().idleNanos(switched.upgrade()), turn.now());
            stream.tunnel(switched.input(), switched.output());
        }
        if (response.isClosing()) {
            h2.drain(turn.now());
        }
    }

    /** Lends content, as far as there is room for it and the peer takes it. */
    void pump(Http2Stream stream) {
        if (stream.content().length > 0) {
            pumpWhole(stream);
        }
        ResponseStream pieces = stream.stream();
        if (pieces != null) {
            pumpPieces(stream, pieces);
        }
    }

    private void pumpWhole(Http2Stream stream) {
        byte[] content = stream.content();
        while (stream.contentAt() < content.length && mayLend(stream.h2())) {
            int from = stream.contentAt();
            int to = Math.min(content.length, from + LEND_BYTES);
            h2.send(stream.h2(), content, from, to, turn.now());
            stream.contentLentTo(to);
            if (to == content.length) {
                h2.end(stream.h2(), null, turn.now());
            }
        }
    }

    private void pumpPieces(Http2Stream stream, ResponseStream pieces) {
        while (mayLend(stream.h2())) {
            // Both are read before the queue, because pieces are put before they are set.
            boolean failed = pieces.aborted() != null;
            boolean last = pieces.isEnded();
            byte[] piece = pieces.peek();
            if (piece != null) {
                h2.send(stream.h2(), piece, 0, piece.length, turn.now());
                pieces.taken();
                continue;
            }
            if (failed) {
                boolean isTunnel = stream.tunnelInput() != null; // of which a reset is the broken end (RFC 8441, 5)
                h2.reset(stream.h2(), isTunnel ? ErrorCode.CANCEL : ErrorCode.INTERNAL_ERROR, turn.now());
            } else if (last) {
                String[] trailers = pieces.trailers();
                h2.end(stream.h2(), trailers.length == 0 ? null : heads.trailers(trailers), turn.now());
            }
            if (failed || last) {
                stream.stream(null);
            }
            return;
        }
    }

    /** A stream may always lend one piece: those that the peer gives no room must not keep others from sending. */
    private static boolean mayLend(H2Stream stream) {
        return !stream.isClosed() && (stream.lent() == 0 || (stream.lent() < LEND_BYTES && stream.mayLend()));
    }

    /** Answers a request without its handler, if nothing was answered yet; resets its stream otherwise. */
    void refuse(InetSocketAddress peer, H2Stream stream, @Nullable Http2Stream known, Refusal refusal) {
        if (known != null) {
            known.refused();
            known.abandon(new IOException(refusal.reason()));
            known.releaseContent();
        }
        MessageHead head = stream.hasHead() ? stream.head() : null;
        String requestLine = head == null ? "" : head.method() + " " + head.target() + " " + head.protocol();
        room.context().application().refused(peer, requestLine, refusal.status());
        if (stream.responseStarted()) {
            h2.reset(stream, ErrorCode.CANCEL, turn.now());
            return;
        }
        byte[] text = (refusal.reason() + "\n").getBytes(StandardCharsets.US_ASCII);
        boolean isHead = head != null && head.isHead();
        room.counters().responses.add(1);
        h2.respond(stream, heads.refusal(refusal.status(), text.length, turn.now()), isHead, turn.now());
        if (!isHead) {
            h2.send(stream, text, 0, text.length, turn.now());
            h2.end(stream, null, turn.now());
        }
    }
}
