package ringfort.h2;

import org.jspecify.annotations.Nullable;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;

/**
 * What a peer sends: the preface, frames, and the rules of RFC 9113 for each of them. One thread at a time.
 *
 * <p>A frame is judged by its header, before an octet of its payload is kept. What breaks a rule in a way that no honest
 * client does ends the connection, also where the RFC would let the stream alone end (5.4.1): a peer that can make us
 * reset streams at will can make us work for nothing.
 */
final class Inbound {
    private static final int MOST_SETTINGS = 64; // in one frame; there are about ten

    private final Connection connection;
    private final FrameReader reader = new FrameReader();
    private final HeadBlock block;
    private final IdlePriorities idlePriorities = new IdlePriorities();
    private int prefaceOctets;
    private boolean settingsSeen;
    private int noPriorities = -1; // the peer's NO_RFC7540_PRIORITIES; must not change
    private int position;

    // Of the event that was returned last.
    private int dataFrom;
    private int dataTo;
    private @Nullable H2Stream ended; // END is to be returned next

    // Of the DATA frame that is being read.
    private @Nullable H2Stream dataStream; // null when what comes is dropped
    private int contentLeft;
    private boolean paddingKnown;

    Inbound(Connection connection) {
        this.connection = connection;
        block = new HeadBlock(connection);
    }

    int position() {
        return position;
    }

    int dataFrom() {
        return dataFrom;
    }

    int dataTo() {
        return dataTo;
    }

    /** Whether the peer has stopped between two frames. */
    boolean betweenFrames() {
        return reader.betweenFrames() && !block.expectsContinuation();
    }

    HpackDecoder decoder() {
        return block.decoder();
    }

    H2State.Event next(byte[] buffer, int from, int to) {
        position = from;
        while (true) {
            if (connection.failed()) {
                return failed(to);
            } else if (ended != null && endIsDue(ended)) {
                return H2State.Event.END;
            } else if (prefaceOctets < FrameWriter.prefaceLength()) {
                if (!preface(buffer, to)) {
                    return connection.failed() ? failed(to) : H2State.Event.NEED_INPUT;
                }
            }
            FrameReader.Found found = reader.next(buffer, position, to);
            position = reader.position();
            if (found == FrameReader.Found.MORE) {
                connection.clock.block(block.isUnderWay(), connection.now());
                return H2State.Event.NEED_INPUT;
            }
            H2State.Event event = found == FrameReader.Found.HEADER ? header() : payload();
            if (connection.failed()) {
                return failed(to);
            } else if (event != null) {
                return event;
            }
        }
    }

    /** Whether the caller is to be told that a request is complete: not of one that was refused or reset. */
    private boolean endIsDue(H2Stream finished) {
        ended = null;
        connection.shown = finished;
        return finished.resetBy == null && !finished.dropsContent;
    }

    private H2State.Event failed(int to) {
        position = to;
        return H2State.Event.CLOSE;
    }

    /** Whether the preface is complete (RFC 9113, 3.4). */
    private boolean preface(byte[] buffer, int to) {
        while (prefaceOctets < FrameWriter.prefaceLength() && position < to) {
            if (buffer[position] != FrameWriter.prefaceOctet(prefaceOctets)) {
                connection.fail(ErrorCode.PROTOCOL_ERROR, "not the preface of HTTP/2");
                return false;
            }
            position++;
            prefaceOctets++;
        }
        return prefaceOctets == FrameWriter.prefaceLength();
    }

    private H2State.@Nullable Event protocol(String reason) {
        connection.fail(ErrorCode.PROTOCOL_ERROR, reason);
        return null;
    }

    private H2State.@Nullable Event size(String reason) {
        connection.fail(ErrorCode.FRAME_SIZE_ERROR, reason);
        return null;
    }

    private H2State.@Nullable Event calm(boolean fits) {
        if (!fits) {
            connection.failCalmly();
        }
        return null;
    }

    /** Judges a frame by its header, and says how its payload is read. */
    private H2State.@Nullable Event header() {
        int type = reader.type();
        int id = reader.stream();
        int length = reader.length();
        if (length > Frame.LEAST_MAX_SIZE) {
            return size("a frame above MAX_FRAME_SIZE");
        } else if (!settingsSeen && (type != Frame.SETTINGS || reader.has(Frame.ACK))) {
            return protocol("no SETTINGS behind the preface");
        } else if (block.expectsContinuation() && (type != Frame.CONTINUATION || id != block.stream())) {
            return protocol("a frame inside a block of fields");
        }
        switch (type) {
            case Frame.DATA -> {
                return dataHeader(id, length);
            }
            case Frame.HEADERS -> block.headers(reader);
            case Frame.CONTINUATION -> block.continuation(reader);
            case Frame.PRIORITY -> onStream(id, length, 5);
            case Frame.RST_STREAM -> {
                onStream(id, length, 4);
                opened(id);
            }
            case Frame.WINDOW_UPDATE -> {
                if (length != 4) {
                    return size("a WINDOW_UPDATE that has not four octets");
                } else if (id != 0) {
                    opened(id);
                }
            }
            case Frame.SETTINGS -> {
                onConnection(id);
                if (reader.has(Frame.ACK) ? length != 0 : length % 6 != 0) {
                    return size("SETTINGS of a wrong length");
                } else if (length / 6 > MOST_SETTINGS) {
                    connection.ledger.above(Excess.SETTINGS);
                    connection.failCalmly();
                }
            }
            case Frame.PING -> {
                onConnection(id);
                if (length != 8) {
                    return size("a PING that has not eight octets");
                }
            }
            case Frame.GOAWAY -> {
                onConnection(id);
                if (length < 8) {
                    return size("a GOAWAY below eight octets");
                }
            }
            case Frame.PRIORITY_UPDATE -> {
                onConnection(id);
                if (length < 4) {
                    return size("a PRIORITY_UPDATE below four octets");
                }
            }
            case Frame.PUSH_PROMISE -> {
                return protocol("PUSH_PROMISE of a client");
            }
            default -> {
                reader.pieces(); // RFC 9113, 4.1: ignored and discarded
                return calm(connection.ledger.meaningless(connection.now()));
            }
        }
        if (type == Frame.GOAWAY) {
            reader.pieces();
        } else if (!connection.failed()) {
            reader.gather();
        }
        return null;
    }

    private void onConnection(int id) {
        if (id != 0) {
            protocol("a frame of the connection on a stream");
        }
    }

    private void onStream(int id, int length, int expected) {
        if (id == 0) {
            protocol("a frame of a stream on the connection");
        } else if (length != expected) {
            size("a frame of a wrong length");
        }
    }

    /** A frame for a stream that was never opened is wrong (RFC 9113, 5.1). */
    private boolean opened(int id) {
        if ((id & 1) == 0 || id > connection.highest) {
            protocol("a frame for an idle stream");
            return false;
        }
        return true;
    }

    private H2State.@Nullable Event payload() {
        switch (reader.type()) {
            case Frame.DATA -> {
                return data();
            }
            case Frame.HEADERS, Frame.CONTINUATION -> {
                return head(block.payload(reader));
            }
            case Frame.PRIORITY -> priority();
            case Frame.RST_STREAM -> {
                return reset();
            }
            case Frame.SETTINGS -> settings();
            case Frame.PING -> ping();
            case Frame.GOAWAY -> {
                if (reader.left() == 0) {
                    connection.peerLeaves = true;
                    if (connection.streams.size() == 0) {
                        connection.quiet();
                    }
                }
            }
            case Frame.WINDOW_UPDATE -> {
                return windowUpdate();
            }
            case Frame.PRIORITY_UPDATE -> priorityUpdate();
            default -> {}
        }
        return null;
    }

    /** Stream 1 of a connection that HTTP/1.1 has handed over (RFC 7540, 3.2); settings that are wrong end it. */
    H2State.@Nullable Event upgraded(byte[] settings, String[] namesAndValues) {
        if (settings.length % 6 != 0 || settings.length / 6 > MOST_SETTINGS) {
            throw new IllegalArgumentException("not the payload of a SETTINGS frame");
        }
        settings(settings, 0, settings.length);
        if (connection.failed()) {
            return null;
        }
        // Never indexed: the peer's encoder knows nothing of these fields, so its table must not either.
        var fields = new ByteSink(256);
        var encoder = new HpackEncoder();
        encoder.begin(fields);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            encoder.field(fields, namesAndValues[i], namesAndValues[i + 1], true);
        }
        return head(block.upgraded(fields.toByteArray()));
    }

    // Heads and trailers.

    private H2State.@Nullable Event head(HeadBlock.@Nullable Outcome outcome) {
        if (outcome == null || connection.failed()) {
            return null;
        }
        H2Stream found = block.takeFound();
        if (found == null) {
            return null;
        }
        connection.shown = found;
        return switch (outcome) {
            case REQUEST -> {
                found.reported = true;
                found.priority = idlePriorities.take(found.id, found.priority);
                if (!found.remoteOpen) {
                    ended = found;
                }
                yield H2State.Event.REQUEST;
            }
            case REFUSED -> {
                found.reported = true;
                yield H2State.Event.REFUSED;
            }
            case TRAILERS -> {
                ended = found;
                connection.requestEnded(found);
                yield null;
            }
            case RESET -> found.reported ? H2State.Event.RESET : null;
        };
    }

    // Content.

    private H2State.@Nullable Event dataHeader(int id, int length) {
        dataStream = null;
        contentLeft = length;
        paddingKnown = !reader.has(Frame.PADDED);
        if (id == 0) {
            return protocol("DATA on the connection");
        } else if (!opened(id)) {
            return null;
        } else if (!paddingKnown && length == 0) {
            return size("a padded frame without the length of its padding");
        } else if (!connection.take(length)) {
            connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "DATA beyond the window of the connection");
            return null;
        }
        H2Stream found = connection.streams.get(id);
        if (found == null || found.closed) {
            return dropped(id, length);
        } else if (!found.remoteOpen) {
            connection.fail(ErrorCode.STREAM_CLOSED, "DATA behind END_STREAM");
            return null;
        } else if (!found.inbound.take(length)) {
            connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "DATA beyond the window of its stream");
            return null;
        }
        connection.refreshBody(found);
        reader.pieces();
        dataStream = found;
        return paddingKnown ? announced(found) : null;
    }

    /** DATA for a stream that is gone: an error, unless the peer cannot know that it is. */
    private H2State.@Nullable Event dropped(int id, int length) {
        boolean late = connection.drain == Connection.Drain.LAST && id > connection.lastStream;
        if (!late && connection.closedStreams.end(id) != ClosedStreams.End.RESET_BY_US) {
            connection.fail(ErrorCode.STREAM_CLOSED, "DATA for a closed stream");
            return null;
        }
        connection.giveBack(length);
        reader.pieces();
        return calm(connection.ledger.dropped(length, connection.now()));
    }

    /** How much content the frame has is known: whether that may be. */
    private H2State.@Nullable Event announced(H2Stream found) {
        boolean ends = reader.has(Frame.END_STREAM);
        if (!ends) {
            calm(connection.ledger.unfinished(contentLeft == 0));
        }
        long all = found.received + contentLeft;
        long expected = found.head == null ? -1 : found.head.contentLength();
        if (expected >= 0 && (all > expected || (ends && all < expected))) {
            return fault(found, ErrorCode.PROTOCOL_ERROR); // RFC 9113, 8.1.1
        } else if (all > found.bodyLimit && !found.dropsContent) {
            found.dropsContent = true;
            found.refusal = new Refusal(413, "content too large");
            connection.shown = found;
            return H2State.Event.REFUSED;
        }
        return null;
    }

    /** A stream that was handed out ends by the peer's fault. */
    private H2State.@Nullable Event fault(H2Stream found, ErrorCode code) {
        if (!connection.resetByFault(found, code)) {
            connection.failCalmly();
        }
        connection.shown = found;
        return found.reported ? H2State.Event.RESET : null;
    }

    private H2State.@Nullable Event data() {
        byte[] octets = reader.payload();
        int from = reader.payloadFrom();
        int to = reader.payloadTo();
        H2Stream found = dataStream;
        if (!paddingKnown && from < to) {
            paddingKnown = true;
            int padding = octets[from++] & 0xFF;
            if (padding >= reader.length()) {
                return protocol("padding longer than its frame");
            }
            contentLeft = reader.length() - 1 - padding;
            if (found != null) {
                connection.giveBack(found, 1 + padding);
                connection.giveBack(1 + padding);
                H2State.Event event = found.closed ? null : announced(found);
                if (connection.failed()) {
                    return null;
                } else if (event != null) {
                    connection.giveBack(contentLeft); // the stream is closed, or drops its content
                    contentLeft = 0;
                    endOfData(found);
                    return event;
                }
            }
        }
        if (found == null) {
            return null;
        }
        int count = Math.min(contentLeft, to - from);
        contentLeft -= count;
        boolean handedOut = count > 0 && content(found, count);
        endOfData(found);
        if (handedOut) {
            connection.shown = found;
            dataFrom = from;
            dataTo = from + count;
            return H2State.Event.DATA;
        }
        return null;
    }

    /** Counts content; whether the caller gets it. */
    private boolean content(H2Stream found, int count) {
        if (found.closed) {
            connection.giveBack(count);
            return false;
        }
        found.received += count;
        if (found.tunnel) {
            connection.clock.tunnelWaits(found, false, connection.now());
        }
        found.awaitsContinue = false; // RFC 9110, 10.1.1: it did not wait
        connection.clock.received(found, count, connection.now());
        connection.refreshBody(found);
        if (found.dropsContent) {
            connection.giveBack(count); // and not to the stream: nothing invites more of it
            return false;
        }
        if (found.unread == 0) {
            found.idleSinceNanos = connection.now();
        }
        found.unread += count;
        connection.refreshStarved();
        if (!reader.has(Frame.END_STREAM) && !found.tunnel) { // where small pieces are honest
            int overhead = reader.length() == count ? Ledger.overhead(count) : 0;
            found.overhead += overhead;
            calm(connection.ledger.smallData(overhead, connection.now()));
        }
        return true;
    }

    private void endOfData(H2Stream found) {
        if (reader.left() > 0) {
            return;
        }
        dataStream = null;
        if (reader.has(Frame.END_STREAM) && !found.closed) {
            ended = found;
            connection.requestEnded(found);
        }
    }

    // The other frames.

    private void priority() {
        int dependsOn = Frame.int31(reader.payload(), reader.payloadFrom());
        if (dependsOn == reader.stream()) {
            protocol("a stream that depends on itself"); // RFC 7540, 5.3.1
        }
        calm(connection.ledger.priority(connection.now()));
    }

    private H2State.@Nullable Event reset() {
        H2Stream found = connection.streams.get(reader.stream());
        if (found == null || found.closed) {
            if (connection.closedStreams.end(reader.stream()) == ClosedStreams.End.RESET_BY_US) {
                connection.closedStreams.add(
                        reader.stream(), ClosedStreams.End.RESET_BY_PEER); // nothing may follow its own
            }
            return calm(connection.ledger.meaningless(connection.now()));
        }
        connection.resetByPeer(found, ErrorCode.of(Frame.int32(reader.payload(), reader.payloadFrom())));
        calm(connection.ledger.reset(connection.now()));
        connection.shown = found;
        return H2State.Event.RESET;
    }

    private void settings() {
        if (reader.has(Frame.ACK)) {
            if (connection.settingsAcknowledged) {
                calm(connection.ledger.meaningless(connection.now()));
            } else {
                connection.settingsAcknowledged();
                decoder().tableLimit(connection.limits.tableBytes());
            }
            return;
        }
        settings(reader.payload(), reader.payloadFrom(), reader.payloadTo());
        if (connection.failed()) {
            return;
        } else if (!settingsSeen) {
            settingsSeen = true;
            connection.clock.off(Clock.Due.OPENING);
            connection.clock.settings(connection.now());
            connection.clock.idle(connection.streams.size() == 0, connection.now()); // an upgrade has brought one
        } else {
            calm(connection.ledger.reply(connection.outbox.replies(), connection.now()));
        }
        FrameWriter.settingsAck(connection.control());
        connection.outbox.replied();
    }

    private void settings(byte[] octets, int from, int to) {
        for (int at = from; at < to && !connection.failed(); at += 6) {
            setting((octets[at] & 0xFF) << 8 | (octets[at + 1] & 0xFF), Frame.int32(octets, at + 2));
        }
    }

    /** RFC 9113, 6.5.2; a number is unsigned, so what is negative here is above 2^31. */
    private void setting(int identifier, int value) {
        switch (identifier) {
            case Frame.HEADER_TABLE_SIZE ->
                connection.outbox.encoder().peerTableSize(value < 0 ? Integer.MAX_VALUE : value);
            case Frame.ENABLE_PUSH, Frame.ENABLE_CONNECT_PROTOCOL -> {
                if (value != 0 && value != 1) {
                    protocol("a setting that is neither 0 nor 1");
                }
            }
            case Frame.NO_RFC7540_PRIORITIES -> {
                if ((value != 0 && value != 1) || (noPriorities >= 0 && value != noPriorities)) {
                    protocol("NO_RFC7540_PRIORITIES that is neither 0 nor 1, or changes");
                }
                noPriorities = value;
            }
            case Frame.INITIAL_WINDOW_SIZE -> initialWindow(value);
            case Frame.MAX_FRAME_SIZE -> {
                if (value < Frame.LEAST_MAX_SIZE || value > Frame.MOST_MAX_SIZE) {
                    protocol("MAX_FRAME_SIZE out of its range");
                }
                connection.outbox.maxFrameSize(value);
            }
            default -> {} // MAX_CONCURRENT_STREAMS is about promises, MAX_HEADER_LIST_SIZE a hint, others unknown
        }
    }

    /** Moves the windows of all streams, of which some may become negative (RFC 9113, 6.9.2). */
    private void initialWindow(int value) {
        if (value < 0) {
            connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE above 2^31-1");
            return;
        }
        long difference = (long) value - connection.peerWindow;
        connection.peerWindow = value;
        connection.streams.each(each -> {
            if (each.window + difference > Frame.MOST_WINDOW) {
                connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "a stream's window above 2^31-1");
            } else {
                widen(each, difference);
            }
        });
    }

    private void widen(H2Stream each, long difference) {
        boolean hadRoom = each.window > 0;
        each.window += difference;
        if (hadRoom != each.window > 0) {
            connection.outbox.place(each);
        }
    }

    private void ping() {
        byte[] octets = reader.payload();
        int at = reader.payloadFrom();
        long payload = (long) Frame.int32(octets, at) << 32 | (Frame.int32(octets, at + 4) & 0xFFFF_FFFFL);
        if (!reader.has(Frame.ACK)) {
            calm(connection.ledger.reply(connection.outbox.replies(), connection.now()));
            FrameWriter.ping(connection.control(), true, payload);
            connection.outbox.replied();
        } else if (!connection.pingAnswered(payload)) {
            calm(connection.ledger.meaningless(connection.now()));
        }
    }

    private H2State.@Nullable Event windowUpdate() {
        int increment = Frame.int31(reader.payload(), reader.payloadFrom());
        if (increment == 0) {
            return protocol("a WINDOW_UPDATE of nothing");
        }
        calm(connection.ledger.windowUpdate(connection.now()));
        if (reader.stream() == 0) {
            if (!connection.outbox.widen(increment)) {
                connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "the connection's window above 2^31-1");
            }
            return null;
        }
        H2Stream found = connection.streams.get(reader.stream());
        if (found == null || found.closed) {
            return null; // RFC 9113, 5.1: it may have been on its way
        } else if (found.window + increment > Frame.MOST_WINDOW) {
            return fault(found, ErrorCode.FLOW_CONTROL_ERROR); // RFC 9113, 6.9.1
        }
        connection.clock.credit(found, increment, connection.now());
        widen(found, increment);
        return null;
    }

    /** RFC 9218, 7.1: for a stream that is open, or that will be. */
    private void priorityUpdate() {
        byte[] octets = reader.payload();
        int id = Frame.int31(octets, reader.payloadFrom());
        if (id == 0 || (id & 1) == 0) {
            protocol("PRIORITY_UPDATE for no request");
            return;
        }
        calm(connection.ledger.priority(connection.now()));
        int priority = Priority.parse(octets, reader.payloadFrom() + 4, reader.payloadTo());
        H2Stream found = connection.streams.get(id);
        if (found != null) {
            found.priority = priority;
            if (!found.closed && found.row != null) {
                connection.outbox.place(found);
            }
        } else if (id > connection.highest) {
            idlePriorities.put(id, priority, connection.highest);
            if (idlePriorities.size() + connection.streams.size() > connection.limits.streams()) {
                protocol("PRIORITY_UPDATE for more streams than there may be");
            }
        }
    }
}
