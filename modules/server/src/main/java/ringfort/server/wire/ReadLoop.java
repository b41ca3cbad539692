package ringfort.server.wire;

import java.io.IOException;
import ringfort.sys.OnWorker;

/**
 * Reads of one connection in one turn, for transports that are told when a socket can be read. Bounded twice, so that one peer
 * does not keep others waiting: by number, and by the time that the turn has left. What is not read stays in the socket, and
 * {@link Source#isReadable} stays true for the next turn. No peer is judged late for that: before a deadline is enforced, what
 * waits in the socket is looked at.
 */
@OnWorker
public final class ReadLoop {
    /** Reads of one connection before others get their turn. */
    public static final int READS_PER_TURN = 4;

    private ReadLoop() {}

    /** A socket that may have something to read. Its worker only. */
    @OnWorker
    public interface Source {
        /** What {@link #read} returns when nothing is there. */
        int NOTHING = -1;

        /** What {@link #read} returns for the peer's FIN. */
        int END = 0;

        /** Whether the kernel has told of something, and no read has found the socket empty since. */
        boolean isReadable();

        /**
         * Reads once into {@link #scratch}, from its beginning.
         *
         * @return how many bytes, {@link #END} or {@link #NOTHING}
         * @throws IOException when the connection is broken
         */
        int read() throws IOException;

        /** Where read bytes are. */
        byte[] scratch();

        /** Whether the turn has time for another read. */
        boolean hasTime();
    }

    /** Reads as often as the turn allows and the user wants. */
    public static void receive(WireUser user, Source source) {
        for (int i = 0; i < READS_PER_TURN && source.isReadable() && user.wantsRead() && source.hasTime(); i++) {
            int count;
            try {
                count = source.read();
            } catch (IOException e) {
                user.failed(e);
                return;
            }
            if (count > 0) {
                user.received(source.scratch(), 0, count);
            } else if (count == Source.END) {
                user.inputEnded();
            }
        }
    }
}
