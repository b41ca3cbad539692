package ringfort.h2;

/**
 * How much content a peer may send, on a stream or on a connection (RFC 9113, 5.2 and 6.9). One thread at a time.
 *
 * <p>An octet is at one of three places: it may still be sent, it was received and not yet consumed, or it was consumed
 * and the peer does not know yet. The three add up to the capacity, so no octet is ever lost and the window is never
 * negative because of what the peer sent: {@link #take} refuses that.
 */
final class ReceiveWindow {
    private final int floor;
    private long capacity;
    private long left;
    private long credit;

    /**
     * A window with all of its capacity left.
     *
     * @param floor the least that is announced when little is left
     */
    ReceiveWindow(int capacity, int floor) {
        this.capacity = capacity;
        this.floor = floor;
        left = capacity;
    }

    /** Octets that the peer may still send. */
    long left() {
        return left;
    }

    /** Octets that were consumed and not announced. */
    long credit() {
        return credit;
    }

    long capacity() {
        return capacity;
    }

    /** The peer sends so many octets; false when it may not. */
    boolean take(int octets) {
        if (octets > left) {
            return false;
        }
        left -= octets;
        return true;
    }

    /** So many octets were consumed or dropped: the peer may send them again, once it is told. */
    void give(long octets) {
        credit += octets;
    }

    /** Whether the peer is to be told: half the capacity is due, or little is left and what is due is worth a frame. */
    boolean isDue() {
        long worth = left < capacity / 8 ? Math.min(floor, capacity / 8) : capacity / 2;
        return credit > 0 && credit >= worth;
    }

    /** Everything that is due, which is now the peer's. */
    int announce() {
        int increment = (int) credit;
        left += credit;
        credit = 0;
        return increment;
    }

    /** Another capacity, said by SETTINGS; what is left may become negative (RFC 9113, 6.9.2). */
    void resize(int newCapacity) {
        left += newCapacity - capacity;
        capacity = newCapacity;
    }
}
