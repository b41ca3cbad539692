package ringfort.fuzz;

import java.util.Arrays;

/**
 * Hands a message to a reader in pieces, each somewhere inside a buffer that holds other bytes too and is written over for
 * the next one: a reader that kept it would be found out.
 */
final class Pieces {
    private static final int IN_FRONT = 5;
    private static final int BEHIND = 8;

    /** What reads the pieces. */
    interface Reader {
        /** Reads one piece; {@code offset} added to an index in the buffer is one in the message. Returns whether to go on. */
        boolean read(byte[] buffer, int from, int to, int offset);
    }

    private Pieces() {}

    static void play(byte[] message, int[] cuts, Reader reader) {
        byte[] buffer = new byte[IN_FRONT + message.length + BEHIND];
        int used = buffer.length;
        int from = 0;
        for (int piece = 0; piece <= cuts.length; piece++) {
            int to = piece < cuts.length ? cuts[piece] : message.length;
            Arrays.fill(buffer, 0, used, (byte) '\n');
            System.arraycopy(message, from, buffer, IN_FRONT, to - from);
            if (!reader.read(buffer, IN_FRONT, IN_FRONT + to - from, from - IN_FRONT)) {
                return;
            }
            used = IN_FRONT + to - from;
            from = to;
        }
    }
}
