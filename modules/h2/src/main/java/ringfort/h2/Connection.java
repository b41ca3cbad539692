package ringfort.h2;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.message.ByteSink;

/**
 * The streams of one connection, how they end, and the windows they share: what reading frames ({@link Inbound}) and
 * writing them ({@link Outbox}) both touch. One thread at a time.
 */
final class Connection implements Outbox.Listener {
    private static final int WINDOW_FLOOR = 4096;
    private static final long DRAIN_PING = 0x52_49_4E_47_46_4F_52_54L;

    /** How far a drain has come. */
    enum Drain {
        /** There is none. */
        NONE,
        /** GOAWAY was sent without a last stream, and a PING behind it. */
        ANNOUNCED,
        /** GOAWAY was sent with the last stream: what is above is dropped. */
        LAST
    }

    final H2Limits limits;
    final Ledger ledger;
    final Outbox outbox;
    final Clock clock;
    final StreamTable streams = new StreamTable();
    final ClosedStreams closedStreams = new ClosedStreams();
    final ReceiveWindow inbound;

    @Nullable H2Stream shown; // of the last event; forgotten with the stream, or an idle connection would keep its head

    int highest; // the highest stream that the peer has opened
    int lastStream; // the highest stream that may have been acted on
    int peerWindow = Frame.DEFAULT_WINDOW; // of a new stream, for us to fill
    boolean settingsAcknowledged;
    boolean peerLeaves; // GOAWAY came
    Drain drain = Drain.NONE;
    private boolean socketBlocked;
    private boolean starved;
    private @Nullable ErrorCode error;
    private String errorReason = "";
    private boolean gone;
    private long nowNanos; // of the call that is under way

    Connection(H2Limits limits, H2Timeouts timeouts, DeadlineSlot slot) {
        this.limits = limits;
        ledger = new Ledger(limits.smallDataBytes());
        outbox = new Outbox(this, ledger);
        clock = new Clock(timeouts, slot);
        inbound = new ReceiveWindow(Frame.DEFAULT_WINDOW, WINDOW_FLOOR);
        inbound.resize(limits.connectionWindow());
    }

    /** Every call from outside begins with the time. */
    void at(long nanos) {
        nowNanos = nanos;
    }

    long now() {
        return nowNanos;
    }

    ByteSink control() {
        return outbox.control();
    }

    /** Our first frames: SETTINGS, and the rest of the connection's window. */
    void greet() {
        ByteSink out = control();
        int start = out.length();
        FrameWriter.settings(
                out,
                Frame.NO_RFC7540_PRIORITIES,
                1,
                Frame.MAX_CONCURRENT_STREAMS,
                limits.streams(),
                Frame.INITIAL_WINDOW_SIZE,
                limits.streamWindow(),
                Frame.MAX_HEADER_LIST_SIZE,
                limits.fieldBytes());
        if (limits.tableBytes() != HpackEncoder.MOST_TABLE_BYTES) {
            setting(out, Frame.HEADER_TABLE_SIZE, limits.tableBytes());
        }
        if (limits.connectProtocol()) {
            setting(out, Frame.ENABLE_CONNECT_PROTOCOL, 1);
        }
        FrameWriter.patchLength(out, start);
        if (limits.connectionWindow() > Frame.DEFAULT_WINDOW) {
            FrameWriter.windowUpdate(out, 0, limits.connectionWindow() - Frame.DEFAULT_WINDOW);
        }
    }

    private static void setting(ByteSink out, int identifier, int value) {
        out.octet(0)
                .octet(identifier)
                .octet(value >>> 24)
                .octet(value >>> 16)
                .octet(value >>> 8)
                .octet(value);
    }

    /** The peer has acknowledged our SETTINGS: the windows of streams are as we said, from here on in what comes. */
    void settingsAcknowledged() {
        settingsAcknowledged = true;
        clock.off(Clock.Due.SETTINGS);
        streams.each(stream -> {
            stream.inbound.resize(limits.streamWindow());
            refreshBody(stream);
        });
    }

    int streamWindow() {
        return settingsAcknowledged ? limits.streamWindow() : Frame.DEFAULT_WINDOW;
    }

    H2Stream open(int id) {
        int capacity = streamWindow();
        var window = new ReceiveWindow(capacity, Math.max(1, limits.streamWindow() / 8));
        var stream = new H2Stream(id, limits, peerWindow, window, outbox, clock.earliest());
        streams.add(stream);
        lastStream = id;
        ledger.opened();
        clock.idle(false, nowNanos);
        return stream;
    }

    /** The connection ends, by the peer's fault unless the error is {@link ErrorCode#NO_ERROR}. */
    void fail(ErrorCode code, String reason) {
        if (error != null) {
            return;
        }
        error = code;
        errorReason = reason;
        FrameWriter.goAway(control(), lastStream, code, reason.getBytes(StandardCharsets.US_ASCII));
        streams.each(this::abandon);
        clock.allOff();
    }

    /** The connection ends because of the work that the peer makes. */
    void failCalmly() {
        Excess excess = ledger.overdrawn();
        fail(ErrorCode.ENHANCE_YOUR_CALM, excess == null ? "" : excess.name());
    }

    private void abandon(H2Stream stream) {
        if (!stream.closed) {
            stream.closed = true;
            stream.resetBy = error;
            outbox.drop(stream);
            clock.closed(stream);
        }
    }

    boolean failed() {
        return error != null;
    }

    @Nullable ErrorCode error() {
        return error;
    }

    String errorReason() {
        return errorReason;
    }

    /** The transport is gone. */
    void gone() {
        if (!gone) {
            gone = true;
            if (error == null) {
                error = ErrorCode.NO_ERROR;
                errorReason = "gone";
            }
            streams.each(this::abandon);
            clock.everythingOff();
        }
    }

    /** We reset a stream. */
    void reset(H2Stream stream, ErrorCode code) {
        if (!stream.closed) {
            FrameWriter.reset(control(), stream.id, code);
            stream.resetBy = code;
            close(stream, ClosedStreams.End.RESET_BY_US);
        }
    }

    /** A stream is reset by the peer's fault; false when that was once too often. */
    boolean resetByFault(H2Stream stream, ErrorCode code) {
        reset(stream, code);
        return ledger.reset(nowNanos);
    }

    /** Resets a stream that is not in the table. */
    void resetUnopened(int id, ErrorCode code) {
        FrameWriter.reset(control(), id, code);
        closedStreams.add(id, ClosedStreams.End.RESET_BY_US);
    }

    /** The peer has reset a stream. */
    void resetByPeer(H2Stream stream, ErrorCode code) {
        stream.resetBy = code;
        close(stream, ClosedStreams.End.RESET_BY_PEER);
    }

    void close(H2Stream stream, ClosedStreams.End end) {
        stream.closed = true;
        outbox.drop(stream);
        clock.closed(stream);
        closedStreams.add(stream.id, end);
        long held = stream.unread;
        stream.unread = 0;
        ledger.smallDataConsumed(stream.overhead);
        stream.overhead = 0;
        giveBack(held);
        if (stream.returned || !stream.reported) {
            remove(stream);
        }
    }

    private void remove(H2Stream stream) {
        streams.remove(stream);
        if (stream.equals(shown)) {
            shown = null;
        }
        if (streams.size() == 0) {
            quiet();
        }
    }

    /** No stream is open. */
    void quiet() {
        if (failed()) {
            return;
        } else if (drain == Drain.LAST || peerLeaves) {
            fail(ErrorCode.NO_ERROR, "");
        } else {
            clock.idle(true, nowNanos);
        }
    }

    void handlerReturned(H2Stream stream) {
        if (!stream.returned) {
            stream.returned = true;
            boolean wasTunnel = stream.tunnel;
            stream.tunnel = false; // an end that is still to be written ends both sides
            if (stream.closed) {
                remove(stream);
            } else if (wasTunnel && !stream.localOpen) {
                reset(stream, ErrorCode.NO_ERROR); // ours was ended before: nobody reads the peer's
            }
        }
    }

    /** END_STREAM came. */
    void requestEnded(H2Stream stream) {
        stream.remoteOpen = false;
        refreshBody(stream);
        if (!stream.localOpen) {
            close(stream, ClosedStreams.End.ENDED);
        }
    }

    @Override
    public void ended(H2Stream stream) {
        if (stream.remoteOpen) { // the outbox has written RST_STREAM
            stream.resetBy = stream.afterEnd;
        }
        close(stream, stream.remoteOpen ? ClosedStreams.End.RESET_BY_US : ClosedStreams.End.ENDED);
    }

    @Override
    public void wrote(H2Stream stream) {
        if (stream.tunnel) {
            clock.tunnelMoved(stream, nowNanos);
        }
    }

    @Override
    public void moved(H2Stream stream) {
        clock.stalled(stream, stream.lent > 0 && stream.window <= 0 && stream.heads.isEmpty(), nowNanos);
    }

    /** Content of a stream was read by its handler. */
    void consumed(H2Stream stream, long octets) {
        long taken = Math.min(octets, stream.unread);
        if (stream.closed || taken <= 0) {
            return; // all that it held was given back when it closed
        }
        long overhead = taken == stream.unread ? stream.overhead : stream.overhead * taken / stream.unread;
        ledger.smallDataConsumed(overhead);
        stream.overhead -= overhead;
        stream.unread -= taken;
        stream.idleSinceNanos = nowNanos;
        giveBack(stream, taken);
        giveBack(taken);
    }

    /** Octets of a stream's window are free again. */
    void giveBack(H2Stream stream, long octets) {
        stream.inbound.give(octets);
        if (!stream.closed && stream.remoteOpen && stream.inbound.isDue()) {
            FrameWriter.windowUpdate(control(), stream.id, stream.inbound.announce());
            refreshBody(stream);
        }
    }

    /** Octets of the connection's window are free again. */
    void giveBack(long octets) {
        if (octets == 0 || failed()) {
            return;
        }
        inbound.give(octets);
        if (inbound.isDue()) {
            boolean wasShut = inbound.left() <= 0;
            FrameWriter.windowUpdate(control(), 0, inbound.announce());
            if (wasShut) {
                streams.each(this::refreshBody);
            }
        }
        refreshStarved();
    }

    /** Content has come, and counts for the connection's window. */
    boolean take(int octets) {
        if (!inbound.take(octets)) {
            return false;
        }
        if (inbound.left() <= 0 && octets > 0) {
            streams.each(this::refreshBody);
        }
        return true;
    }

    void refreshBody(H2Stream stream) {
        if (!stream.closed) {
            clock.body(stream, stream.inbound.left() > 0 && inbound.left() > 0, nowNanos);
        }
    }

    /** Whether unread content holds three quarters of the connection's window. */
    void refreshStarved() {
        boolean now = 4 * (inbound.left() + inbound.credit()) < inbound.capacity();
        if (now != starved) {
            starved = now;
            H2Stream oldest = now ? longestUnread() : null;
            clock.starved(oldest != null, oldest == null ? 0 : oldest.idleSinceNanos);
        }
    }

    private @Nullable H2Stream longestUnread() {
        var oldest = new Oldest();
        streams.each(oldest::look);
        return oldest.stream;
    }

    /** The stream with unread content of which nothing was read for the longest time. */
    private static final class Oldest {
        @Nullable H2Stream stream;

        void look(H2Stream candidate) {
            H2Stream found = stream;
            if (candidate.unread > 0 && (found == null || candidate.idleSinceNanos - found.idleSinceNanos < 0)) {
                stream = candidate;
            }
        }
    }

    /** Resets the stream that holds the others up, when its time is over; null when none's is. */
    @Nullable H2Stream resetStarver() {
        H2Stream oldest = longestUnread();
        if (oldest == null) {
            starved = false;
            return null;
        }
        long deadline = oldest.idleSinceNanos + clock.timeouts().shared().bodyNanos();
        boolean late = deadline - nowNanos <= 0;
        if (late) {
            reset(oldest, ErrorCode.CANCEL);
        }
        starved = false;
        refreshStarved(); // another may hold the rest
        return late ? oldest : null;
    }

    void socketBlocked(boolean blocked) {
        socketBlocked = blocked;
        refreshWriting();
    }

    void refreshWriting() {
        if (gone) {
            return;
        }
        boolean waits = socketBlocked || outbox.waitsForWindow();
        clock.writing(waits, !waits && !outbox.hasOutput(), nowNanos);
    }

    /** GOAWAY without a last stream: requests that are on their way will still be served. */
    void announceEnd() {
        if (!failed() && drain == Drain.NONE) {
            drain = Drain.ANNOUNCED;
            FrameWriter.goAway(control(), Integer.MAX_VALUE, ErrorCode.NO_ERROR, new byte[0]);
            FrameWriter.ping(control(), false, DRAIN_PING);
            clock.roundTrip(nowNanos);
        }
    }

    /** A PING was answered; false when it was not ours. */
    boolean pingAnswered(long payload) {
        if (drain == Drain.ANNOUNCED && payload == DRAIN_PING) {
            lastGoAway();
            return true;
        }
        return false;
    }

    /** GOAWAY with the last stream: nothing above it is served. */
    void lastGoAway() {
        clock.off(Clock.Due.ROUND_TRIP);
        drain = Drain.LAST;
        if (streams.size() == 0) {
            fail(ErrorCode.NO_ERROR, "");
        } else {
            FrameWriter.goAway(control(), lastStream, ErrorCode.NO_ERROR, new byte[0]);
            clock.drain(nowNanos);
        }
    }
}
