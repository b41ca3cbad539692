package ringfort.server.loop;

import ringfort.server.exchange.ServerContext;
import ringfort.server.metrics.CloseReason;
import ringfort.server.metrics.Counters;
import ringfort.server.protocol.Turn;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;

/** A worker as its connections see it. Its thread only, but for the local address. */
@OnWorker
interface Loop extends Turn {
    /** Handling so many bytes may take long: they may be thousands of chunks. */
    int MANY_BYTES = 4096;

    /** What the server shares. */
    ServerContext context();

    /** What the worker counts; any thread may read it. */
    @OffWorker
    Counters counters();

    /** Keeps the deadlines of the worker's connections. */
    Timekeeper timekeeper();

    /** Where connections of the first port come in. */
    Entrance entrance();

    /** What the protocol state that is lent takes of the heap. */
    long lentBytes();

    /** Reads the clock again, in the middle of what one look at the kernel queue brought. */
    void noticeTime();

    /** So many received bytes were handled: reads the clock if that may have taken long. */
    default void handled(int bytes) {
        if (bytes >= MANY_BYTES) {
            noticeTime();
        }
    }

    /** Something was settled, and holds so much of the heap now. */
    void settled(Settleable settleable, long heldBytes);

    /** To be settled at the end of this turn. */
    void touch(Settleable settleable);

    /** The connection at this index is over: its descriptor is closed, and nothing in the kernel refers to it. */
    void left(Settleable settleable, int index, PeerAddress peer, CloseReason reason);

    /** A defect of ours: it is counted, and told if that is possible; cannot fail. */
    void defect(String what, Throwable cause);

    /** Room for bytes that are looked at, or were received; its content lasts until the next of either. */
    byte[] scratch();
}
