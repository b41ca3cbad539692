package ringfort.ring;

import static ringfort.ring.IoUring.IORING_CQE_BUFFER_SHIFT;
import static ringfort.ring.IoUring.IORING_CQE_F_BUFFER;
import static ringfort.ring.IoUring.IORING_CQE_F_MORE;

import java.util.Objects;

/**
 * Completions copied out of the ring by {@link Ring#reap}, so that handling one may submit, wait and even reap again into
 * another batch. Used by one thread; the accessors take an index from 0 to {@link #size} - 1.
 */
public final class CompletionBatch {
    private final long[] userData;

    /** {@code res} in the low half, {@code flags} in the high half, as they lie in the ring. */
    private final long[] resultAndFlags;

    private int size;

    /** Makes an empty batch with room for {@code capacity} completions. */
    public CompletionBatch(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be positive, not " + capacity);
        }
        userData = new long[capacity];
        resultAndFlags = new long[capacity];
    }

    void clear() {
        size = 0;
    }

    int room() {
        return userData.length - size;
    }

    void add(long userData, long resultAndFlags) {
        this.userData[size] = userData;
        this.resultAndFlags[size] = resultAndFlags;
        size++;
    }

    /** Returns how many completions the last {@link Ring#reap} found. */
    public int size() {
        return size;
    }

    /** Returns the user data of the request that completed. */
    public long userData(int i) {
        return userData[Objects.checkIndex(i, size)];
    }

    /** Returns the result: what the corresponding system call returns, or the negated error number. */
    public int result(int i) {
        return (int) resultAndFlags[Objects.checkIndex(i, size)];
    }

    /** Returns {@code IORING_CQE_F_*}. */
    public int flags(int i) {
        return (int) (resultAndFlags[Objects.checkIndex(i, size)] >>> 32);
    }

    /** Returns whether the request completes again. False ends a multishot request: arm a new one to go on. */
    public boolean more(int i) {
        return (flags(i) & IORING_CQE_F_MORE) != 0;
    }

    /** Returns whether the completion hands over a buffer of a {@link BufferRing}, whatever its result. */
    public boolean hasBuffer(int i) {
        return (flags(i) & IORING_CQE_F_BUFFER) != 0;
    }

    /** Returns the identifier of the buffer handed over; meaningful only if {@link #hasBuffer}. */
    public int bufferId(int i) {
        return flags(i) >>> IORING_CQE_BUFFER_SHIFT;
    }
}
