package ringfort.h2;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import ringfort.message.ByteSink;

/**
 * What waits to be sent, and the order in which it is: control frames, then heads, then content by urgency (RFC 9218, 10).
 * One thread at a time.
 *
 * <p>Each stream is in one row at most. It is in the row of heads when a head, trailers or a bare end is next, and in a row
 * of content when content is next and its window has room. It is in none when it has nothing to send, or no room. Heads
 * are compressed when they are written, so that the order of compression is that of the wire, and so that a table that the
 * peer has made smaller is smaller behind our acknowledgement of it.
 */
final class Outbox {
    private static final int URGENCIES = Priority.MOST_URGENCY + 1;
    private static final int TURN_BYTES = 16 * 1024;
    private static final int WORTH_A_FRAME = 1024; // with less room the next round makes a better frame
    private static final int FOR_THE_LESS_URGENT = 8; // one frame in so many

    /** What has to be known when a stream's side has been ended, or moved on. */
    interface Listener {
        /** END_STREAM was written. */
        void ended(H2Stream stream);

        /** Content was written. */
        void wrote(H2Stream stream);

        /** A final head or content was written, or the stream has become able or unable to send. */
        void moved(H2Stream stream);
    }

    private final Listener listener;
    private final Ledger ledger;
    private final HpackEncoder encoder = new HpackEncoder();
    private final ByteSink control = new ByteSink(128);
    private int controlFrom;
    private int replies; // PING and SETTINGS acknowledgements in control
    private final ByteSink block = new ByteSink(256);
    private final StreamList heads = new StreamList();
    private final StreamList[] inOrder = rows();
    private final StreamList[] inTurn = rows();
    private final ArrayDeque<H2Stream> taken = new ArrayDeque<>();
    private long window = Frame.DEFAULT_WINDOW;
    private int maxFrameSize = Frame.LEAST_MAX_SIZE;
    private int lent;
    private int turn;
    private long contentWritten;

    Outbox(Listener listener, Ledger ledger) {
        this.listener = listener;
        this.ledger = ledger;
    }

    private static StreamList[] rows() {
        var rows = new StreamList[URGENCIES];
        for (int urgency = 0; urgency < URGENCIES; urgency++) {
            rows[urgency] = new StreamList();
        }
        return rows;
    }

    /** Where control frames are appended. */
    ByteSink control() {
        return control;
    }

    /** A PING or SETTINGS acknowledgement was appended. */
    void replied() {
        replies++;
    }

    int replies() {
        return replies;
    }

    int lent() {
        return lent;
    }

    long window() {
        return window;
    }

    /** Content that was written, in all. */
    long contentWritten() {
        return contentWritten;
    }

    HpackEncoder encoder() {
        return encoder;
    }

    void maxFrameSize(int bytes) {
        maxFrameSize = bytes;
    }

    /** More room on the connection; false when it would be more than there can be (RFC 9113, 6.9.1). */
    boolean widen(int increment) {
        if (window + increment > Frame.MOST_WINDOW) {
            return false;
        }
        window += increment;
        return true;
    }

    /** Puts a stream where what it sends next belongs. */
    void place(H2Stream stream) {
        StreamList.remove(stream);
        if (stream.closed || !stream.localOpen) {
            return;
        } else if (!stream.heads.isEmpty()) {
            heads.append(stream);
        } else if (!stream.loans.isEmpty()) {
            if (stream.window > 0) {
                if (stream.incremental()) {
                    inTurn[stream.urgency()].append(stream);
                } else {
                    inOrder[stream.urgency()].insertById(stream);
                }
            }
        } else if (stream.ending) {
            heads.append(stream);
        }
        listener.moved(stream);
    }

    void lend(H2Stream stream, byte[] octets, int from, int to) {
        stream.loans.add(new H2Stream.Loan(octets, from, to));
        stream.lent += to - from;
        lent += to - from;
        stream.awaitsTaking = true;
        if (stream.row == null) {
            place(stream);
        }
    }

    /** Forgets what a stream would have sent. What it has lent is its owner's again. */
    void drop(H2Stream stream) {
        StreamList.remove(stream);
        lent -= stream.lent;
        stream.lent = 0;
        stream.loans.clear();
        stream.heads.clear();
        stream.lastFields = null;
        stream.awaitsTaking = false;
    }

    /** A stream of which all that it has lent was written since this was asked last; null when there is none more. */
    @Nullable H2Stream nextTaken() {
        return taken.poll();
    }

    /** Whether something could be written now. */
    boolean hasOutput() {
        return controlFrom < control.length() || !heads.isEmpty() || (window > 0 && hasContent());
    }

    /** Whether content waits for nothing but the connection's window. */
    boolean waitsForWindow() {
        return window <= 0 && hasContent();
    }

    private boolean hasContent() {
        for (int urgency = 0; urgency < URGENCIES; urgency++) {
            if (!inOrder[urgency].isEmpty() || !inTurn[urgency].isEmpty()) {
                return true;
            }
        }
        return false;
    }

    boolean controlWritten() {
        return controlFrom == control.length();
    }

    /** Writes a round of at most {@code room} octets and one head. */
    void write(ByteSink out, int room) {
        int limit = out.length() + room;
        if (!writeControl(out, room)) {
            return;
        }
        while (out.length() < limit) {
            H2Stream stream = heads.first();
            if (stream != null) { // also trailers, as soon as the content before them is written
                writeHead(out, stream);
                continue;
            }
            int contentRoom = limit - out.length() - Frame.HEADER_BYTES;
            stream = window > 0 && contentRoom > 0 ? nextInLine() : null;
            if (stream == null || !writeContent(out, stream, contentRoom)) {
                return;
            }
        }
    }

    private boolean writeControl(ByteSink out, int room) {
        int count = Math.min(room, control.length() - controlFrom);
        out.bytes(control.array(), controlFrom, controlFrom + count);
        controlFrom += count;
        if (controlFrom < control.length()) {
            return false;
        }
        control.reset();
        controlFrom = 0;
        replies = 0;
        return true;
    }

    private void writeHead(ByteSink out, H2Stream stream) {
        ResponseHead head = stream.heads.poll();
        boolean last = stream.ending && stream.heads.isEmpty() && stream.loans.isEmpty();
        if (head == null) {
            head = stream.lastFields;
            stream.lastFields = null;
        }
        boolean ends = last && stream.lastFields == null;
        if (head == null) {
            FrameWriter.header(out, 0, Frame.DATA, Frame.END_STREAM, stream.id);
        } else {
            block.reset();
            head.write(encoder, block);
            FrameWriter.headers(out, stream.id, ends, block.array(), 0, block.length(), maxFrameSize);
        }
        written(out, stream, ends);
    }

    private void written(ByteSink out, H2Stream stream, boolean ends) {
        if (ends) {
            StreamList.remove(stream);
            stream.localOpen = false;
            if (stream.remoteOpen && stream.tunnel) {
                listener.moved(stream); // the peer's side goes on
                return;
            } else if (stream.remoteOpen) { // RFC 9113, 8.1: only behind a complete response
                FrameWriter.reset(out, stream.id, stream.afterEnd);
            }
            listener.ended(stream);
        } else {
            place(stream);
        }
    }

    /** The stream whose turn it is; null when none has content and room. */
    private @Nullable H2Stream nextInLine() {
        boolean lessUrgent = ++turn % FOR_THE_LESS_URGENT == 0;
        H2Stream most = null;
        for (int urgency = 0; urgency < URGENCIES; urgency++) {
            H2Stream next = next(urgency);
            if (next != null && (most != null || !lessUrgent)) {
                return next;
            } else if (next != null) {
                most = next;
            }
        }
        return most;
    }

    /** Of one urgency: those in order take turns, as if they were one stream, with those that share. */
    private @Nullable H2Stream next(int urgency) {
        H2Stream ordered = inOrder[urgency].first();
        H2Stream shared = inTurn[urgency].first();
        if (ordered == null || shared == null) {
            return ordered == null ? shared : ordered;
        }
        return (turn & 1) == 0 ? ordered : shared;
    }

    /** Writes one frame; false when the room is better left for the next round. */
    private boolean writeContent(ByteSink out, H2Stream stream, int room) {
        int most = (int) Math.min(Math.min(stream.window, window), Math.min(maxFrameSize, TURN_BYTES));
        int wanted = Math.min(most, stream.lent);
        int length = Math.min(wanted, room);
        if (length < wanted && length < WORTH_A_FRAME) {
            return false;
        }
        boolean ends = length == stream.lent && stream.ending && stream.lastFields == null;
        FrameWriter.header(out, length, Frame.DATA, ends ? Frame.END_STREAM : 0, stream.id);
        for (int left = length; left > 0; ) {
            H2Stream.Loan loan = stream.loans.element();
            int part = Math.min(left, loan.to - loan.from);
            out.bytes(loan.octets, loan.from, loan.from + part);
            loan.from += part;
            left -= part;
            if (loan.from == loan.to) {
                stream.loans.remove();
            }
        }
        stream.lent -= length;
        lent -= length;
        stream.window -= length;
        window -= length;
        contentWritten += length;
        ledger.dataSent();
        listener.wrote(stream);
        if (stream.lent == 0) {
            stream.loans.clear();
            if (stream.awaitsTaking) {
                stream.awaitsTaking = false;
                taken.add(stream);
            }
        }
        written(out, stream, ends);
        return true;
    }
}
