package ringfort.server.wire;

/**
 * How much of a response its peer has taken. The kernel says when it has room for more, which for a slow reader of a long
 * response is in steps of a third of the socket's buffer; between them only the bytes not yet acknowledged
 * ({@code SIOCOUTQ}, tcp(7)) tell a slow reader from one that does not read. Each byte is progress once: bytes that were
 * seen to be acknowledged are not progress again when the kernel reports the room they left.
 */
public final class AcknowledgedBytes {
    /** Nothing was given to the kernel yet. */
    public AcknowledgedBytes() {}

    private long given;
    private long acknowledged; // at the last look
    private long ahead; // seen at a look, before the kernel reported the room

    /** The kernel took {@code count} more bytes; returns how many count as progress of the peer. */
    public long given(int count) {
        given += count;
        long known = Math.min(ahead, count);
        ahead -= known;
        return count - known;
    }

    /** The waiting begins anew, with so many bytes not yet acknowledged. */
    public void mark(int unacknowledged) {
        acknowledged = given - unacknowledged;
    }

    /** The time is over, and so many bytes are not acknowledged; returns how many to credit for those that were. */
    public long credit(int unacknowledged) {
        long now = given - unacknowledged;
        long fresh = Math.max(0, now - acknowledged);
        acknowledged = now;
        ahead += fresh;
        return fresh;
    }
}
