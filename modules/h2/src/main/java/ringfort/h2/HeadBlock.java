package ringfort.h2;

import org.jspecify.annotations.Nullable;
import ringfort.message.ByteSink;
import ringfort.message.Fields;
import ringfort.message.Refusal;

/**
 * A block of fields: HEADERS and what CONTINUATION adds to it (RFC 9113, 4.3 and 6.10), and what becomes of the stream that
 * it opens or ends. One thread at a time.
 *
 * <p>Every block is decompressed, in the order in which blocks come, whatever becomes of it: the table of the peer's
 * encoder has to be ours.
 */
final class HeadBlock {
    /** What a block came to. */
    enum Outcome {
        /** A stream was opened. */
        REQUEST,
        /** A stream was opened, or goes on, only to be answered with {@link H2Stream#refusal()}. */
        REFUSED,
        /** A request is complete. */
        TRAILERS,
        /** A stream was reset. */
        RESET
    }

    private enum Kind {
        OPENS,
        TRAILS,
        DROPPED
    }

    private static final int KEPT_BYTES = 4096; // of an array that the next block uses again

    private final Connection connection;
    private final HpackDecoder decoder;
    private final RequestRules rules;
    private ByteSink fragments = new ByteSink(0);
    private int open; // the stream whose block goes on, or 0
    private boolean underWay; // a HEADERS frame has begun, and its block has not ended
    private int continuations;
    private boolean endStream;
    private Kind kind = Kind.DROPPED;
    private @Nullable H2Stream found;

    HeadBlock(Connection connection) {
        this.connection = connection;
        decoder = new HpackDecoder(connection.limits.fieldBytes(), connection.limits.fields());
        rules = new RequestRules(connection.limits.connectProtocol());
    }

    HpackDecoder decoder() {
        return decoder;
    }

    boolean expectsContinuation() {
        return open != 0;
    }

    int stream() {
        return open;
    }

    boolean isUnderWay() {
        return underWay;
    }

    /** The stream that the last block was about, asked for once; null when it is not kept. */
    @Nullable H2Stream takeFound() {
        H2Stream stream = found;
        found = null;
        return stream;
    }

    private void fail(ErrorCode code, String reason) {
        connection.fail(code, reason);
    }

    /** Judges HEADERS by its header. */
    void headers(FrameReader reader) {
        int id = reader.stream();
        int least = (reader.has(Frame.PADDED) ? 1 : 0) + (reader.has(Frame.PRIORITIZED) ? 5 : 0);
        if (id == 0 || (id & 1) == 0) {
            fail(ErrorCode.PROTOCOL_ERROR, "HEADERS on the connection or on a stream of ours");
            return;
        } else if (reader.length() < least) {
            fail(ErrorCode.FRAME_SIZE_ERROR, "HEADERS too short for its flags");
            return;
        }
        underWay = true;
        continuations = 0;
        endStream = reader.has(Frame.END_STREAM);
        found = connection.streams.get(id);
        if (found != null && !found.closed) {
            kind = Kind.TRAILS;
            if (!found.remoteOpen) {
                fail(ErrorCode.STREAM_CLOSED, "HEADERS behind END_STREAM");
            }
        } else if (id > connection.highest) {
            connection.highest = id;
            kind = connection.drain == Connection.Drain.LAST ? Kind.DROPPED : Kind.OPENS;
        } else {
            kind = Kind.DROPPED;
            late(id);
        }
    }

    /** A block for a stream that is gone: an error, unless the peer cannot know that it is. */
    private void late(int id) {
        switch (connection.closedStreams.end(id)) {
            case RESET_BY_US -> {
                if (!connection.ledger.meaningless(connection.now())) {
                    connection.failCalmly();
                }
            }
            case RESET_BY_PEER, ENDED -> fail(ErrorCode.STREAM_CLOSED, "HEADERS for a closed stream");
            case UNKNOWN -> {
                if (connection.drain != Connection.Drain.LAST || id <= connection.lastStream) {
                    fail(ErrorCode.PROTOCOL_ERROR, "a stream below the highest");
                }
            }
        }
    }

    /** Judges CONTINUATION by its header. */
    void continuation(FrameReader reader) {
        if (open == 0) {
            fail(ErrorCode.PROTOCOL_ERROR, "CONTINUATION of nothing");
            return;
        }
        boolean ends = reader.has(Frame.END_HEADERS);
        boolean fits = connection.ledger.continuation(++continuations)
                && (ends || connection.ledger.unfinished(reader.length() == 0));
        if (fits && fragments.length() + reader.length() > connection.limits.blockBytes()) {
            connection.ledger.above(Excess.CONTINUATIONS);
            fits = false;
        }
        if (!fits) {
            connection.failCalmly();
        }
    }

    /** Adds the payload of a frame; what the block came to, or null when it goes on or is of no use. */
    @Nullable Outcome payload(FrameReader reader) {
        int from = reader.payloadFrom();
        int to = reader.payloadTo();
        byte[] octets = reader.payload();
        if (reader.type() == Frame.HEADERS) {
            if (reader.has(Frame.PADDED)) {
                to -= octets[from++] & 0xFF;
            }
            if (reader.has(Frame.PRIORITIZED)) {
                if (to - from >= 5 && Frame.int31(octets, from) == reader.stream()) {
                    fail(ErrorCode.PROTOCOL_ERROR, "a stream that depends on itself"); // RFC 7540, 5.3.1
                    return null;
                }
                from += 5;
            }
            if (from > to) {
                fail(ErrorCode.PROTOCOL_ERROR, "padding longer than its frame");
                return null;
            } else if (reader.has(Frame.END_HEADERS)) {
                return end(reader.stream(), octets, from, to);
            }
            open = reader.stream();
        }
        fragments.bytes(octets, from, to);
        if (!reader.has(Frame.END_HEADERS)) {
            return null;
        }
        Outcome outcome = end(open, fragments.array(), 0, fragments.length());
        open = 0;
        if (fragments.array().length > KEPT_BYTES) {
            fragments = new ByteSink(0);
        }
        fragments.reset();
        return outcome;
    }

    /** As if these octets had opened stream 1, whose request has no content. */
    @Nullable Outcome upgraded(byte[] octets) {
        connection.highest = 1;
        kind = Kind.OPENS;
        endStream = true;
        return end(1, octets, 0, octets.length);
    }

    private @Nullable Outcome end(int id, byte[] octets, int from, int to) {
        underWay = false;
        connection.clock.block(false, connection.now());
        HpackDecoder.Result result = decoder.decode(octets, from, to);
        if (result == HpackDecoder.Result.BROKEN) {
            fail(ErrorCode.COMPRESSION_ERROR, "fields that cannot be decompressed");
            return null;
        } else if (result == HpackDecoder.Result.MUCH_TOO_LARGE) {
            connection.ledger.above(Excess.FIELDS);
            connection.failCalmly();
            return null;
        }
        boolean tooLarge = result == HpackDecoder.Result.TOO_LARGE;
        Outcome outcome = switch (kind) {
            case DROPPED -> null;
            case TRAILS -> trailers(tooLarge);
            case OPENS -> open(id, tooLarge);
        };
        if (decoder.octets().length > KEPT_BYTES) {
            decoder.release();
            rules.release();
        }
        if (connection.streams.size() == 0) {
            connection.quiet();
        }
        return outcome;
    }

    private @Nullable Outcome trailers(boolean tooLarge) {
        H2Stream stream = found;
        if (stream == null || stream.closed) {
            return null; // it was reset while its block came
        } else if (!endStream || stream.asksForTunnel) {
            return fault(stream); // RFC 9113, 8.1 and 8.5
        } else if (tooLarge) {
            stream.dropsContent = true;
            connection.requestEnded(stream);
            stream.refusal = new Refusal(431, "trailers too large");
            return Outcome.REFUSED;
        }
        Fields trailers = rules.trailers(decoder);
        long expected = stream.head == null ? -1 : stream.head.contentLength();
        if (trailers == null || (expected >= 0 && stream.received != expected)) {
            return fault(stream);
        }
        stream.trailers = trailers;
        return Outcome.TRAILERS;
    }

    private Outcome fault(H2Stream stream) {
        if (!connection.resetByFault(stream, ErrorCode.PROTOCOL_ERROR)) {
            connection.failCalmly();
        }
        return Outcome.RESET;
    }

    private @Nullable Outcome open(int id, boolean tooLarge) {
        found = null;
        if (connection.streams.size() >= connection.limits.streams()) {
            refuse(id);
            return null;
        }
        H2RequestHead head = tooLarge ? null : rules.request(decoder, endStream);
        if (head == null && !tooLarge) {
            connection.lastStream = id;
            connection.resetUnopened(id, ErrorCode.PROTOCOL_ERROR);
            if (!connection.ledger.reset(connection.now())) {
                connection.failCalmly();
            }
            return null;
        }
        H2Stream stream = connection.open(id);
        found = stream;
        stream.remoteOpen = !endStream;
        stream.head = head;
        if (head == null) {
            stream.refusal = new Refusal(431, "request head too large");
        } else {
            stream.priority = head.priority();
            stream.awaitsContinue = head.expectsContinue();
            if (head.isExtendedConnect()) {
                stream.asksForTunnel = true;
                stream.awaitsContinue = false;
                stream.bodyLimit = Long.MAX_VALUE;
            } else if (head.method().equals("CONNECT")) {
                stream.refusal = new Refusal(501, "CONNECT");
            }
        }
        stream.dropsContent = stream.refusal != null;
        connection.clock.opened(stream, connection.now());
        connection.refreshBody(stream);
        return stream.refusal == null ? Outcome.REQUEST : Outcome.REFUSED;
    }

    /** One stream too many: not looked at, so that the peer may send it again (RFC 9113, 8.7). */
    private void refuse(int id) {
        connection.resetUnopened(id, ErrorCode.REFUSED_STREAM);
        boolean known = connection.settingsAcknowledged;
        boolean fits = known ? connection.ledger.reset(connection.now()) : connection.ledger.refused(connection.now());
        if (!fits) {
            connection.failCalmly();
        }
    }
}
