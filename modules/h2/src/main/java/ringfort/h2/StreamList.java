package ringfort.h2;

import org.jspecify.annotations.Nullable;

/** Streams in a row; a stream is in one row at most. One thread at a time. */
final class StreamList {
    private @Nullable H2Stream first;
    private @Nullable H2Stream last;

    @Nullable H2Stream first() {
        return first;
    }

    boolean isEmpty() {
        return first == null;
    }

    /** Adds a stream, which is in no row, at the end. */
    void append(H2Stream stream) {
        insertAfter(last, stream);
    }

    /** Adds a stream, which is in no row, behind those with lower identifiers. */
    void insertById(H2Stream stream) {
        H2Stream before = last;
        while (before != null && before.id > stream.id) {
            before = before.previous;
        }
        insertAfter(before, stream);
    }

    private void insertAfter(@Nullable H2Stream before, H2Stream stream) {
        H2Stream after = before == null ? first : before.next;
        stream.row = this;
        stream.previous = before;
        stream.next = after;
        if (before == null) {
            first = stream;
        } else {
            before.next = stream;
        }
        if (after == null) {
            last = stream;
        } else {
            after.previous = stream;
        }
    }

    /** Takes a stream out of the row that it is in, if any. */
    static void remove(H2Stream stream) {
        StreamList row = stream.row;
        if (row == null) {
            return;
        }
        H2Stream before = stream.previous;
        H2Stream after = stream.next;
        if (before == null) {
            row.first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            row.last = before;
        } else {
            after.previous = before;
        }
        stream.row = null;
        stream.previous = null;
        stream.next = null;
    }
}
