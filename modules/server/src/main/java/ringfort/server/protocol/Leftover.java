package ringfort.server.protocol;

import java.util.Arrays;
import ringfort.sys.OnWorker;

/** Bytes of the peer that wait until those before them are dealt with, or the worker has time. One worker only. */
@OnWorker
public final class Leftover {
    private static final byte[] NONE = {};

    private byte[] bytes = NONE;
    private int at; // the first byte that waits

    /** Nothing waits. */
    public Leftover() {}

    /** Whether nothing waits. */
    public boolean isEmpty() {
        return at == bytes.length;
    }

    /** The array in which they are. */
    public byte[] bytes() {
        return bytes;
    }

    /** Where they begin. */
    public int from() {
        return at;
    }

    /** Where they end. */
    public int to() {
        return bytes.length;
    }

    /** What they take of the heap. */
    public int heldBytes() {
        return bytes.length;
    }

    /** The bytes before {@code index} have been taken. */
    public void takenUpTo(int index) {
        assert index >= at && index <= bytes.length : index + " of " + bytes.length;
        at = index;
        if (at == bytes.length) {
            drop();
        }
    }

    /** More bytes came, which wait behind these; {@code buffer} is not kept. */
    public void add(byte[] buffer, int from, int to) {
        if (isEmpty()) {
            bytes = Arrays.copyOfRange(buffer, from, to);
        } else {
            int left = bytes.length - at;
            byte[] joined = new byte[left + to - from];
            System.arraycopy(bytes, at, joined, 0, left);
            System.arraycopy(buffer, from, joined, left, to - from);
            bytes = joined;
        }
        at = 0;
    }

    /** They are of no use any more. */
    public void drop() {
        bytes = NONE;
        at = 0;
    }
}
