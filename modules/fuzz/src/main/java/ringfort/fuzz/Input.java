package ringfort.fuzz;

import java.util.Arrays;

/**
 * What a fuzzer gives a harness whose subject reads in pieces: one byte of options, one that says how many cuts there
 * are, one per cut with the length of the piece before it, and the message.
 */
final class Input {
    private static final int MOST_CUTS = 7;

    private final int options;
    private final byte[] message;
    private final int[] cuts;

    Input(byte[] data) {
        options = data.length > 0 ? data[0] : 0;
        int wanted = data.length > 1 ? data[1] & MOST_CUTS : 0;
        int messageAt = Math.min(data.length, 2 + wanted);
        message = Arrays.copyOfRange(data, messageAt, data.length);
        cuts = new int[Math.max(0, messageAt - 2)];
        int at = 0;
        for (int i = 0; i < cuts.length; i++) {
            at = Math.min(message.length, at + (data[2 + i] & 0xFF));
            cuts[i] = at;
        }
    }

    /** Whether the option of this number, 0 to 3, is chosen. */
    boolean option(int number) {
        return (options & (1 << number)) != 0;
    }

    /** One of 16 alternatives: the upper half of the options. */
    int alternative() {
        return options >> 4 & 0xF;
    }

    byte[] message() {
        return message;
    }

    /** Where the message is cut: ascending offsets. */
    int[] cuts() {
        return cuts;
    }

    /** A cut after each byte. */
    int[] everyByte() {
        int[] everywhere = new int[Math.max(0, message.length - 1)];
        Arrays.setAll(everywhere, i -> i + 1);
        return everywhere;
    }
}
