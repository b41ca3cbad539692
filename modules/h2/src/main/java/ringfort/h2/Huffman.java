package ringfort.h2;

import ringfort.message.ByteSink;

/**
 * The Huffman code of RFC 7541, appendix B. Stateless, any thread.
 *
 * <p>The code is canonical: codes are given out in the order of their lengths, and within a length in the order of the
 * octets. So the lengths are all that has to be written down. Decoding walks a table of states, two steps an octet: a
 * state is an inner node of the code's tree, a step consumes four bits, and no code is so short that a step could
 * complete two.
 */
final class Huffman {
    private static final int SYMBOLS = 257;
    private static final int END_OF_STRING = 256;

    /** The length of the code of each octet and of EOS: {@code a} is 5 bits, {@code z} is 30. */
    private static final String LENGTHS = "isxxxxxxxtzxxzxxxxxxxxzxxxxxxxxxbffhibdgffdgdbbbaaabbbbbbbcdkbhf"
            + "ibccccccccccccccccccccccdcdioijbkabababbbaccbbbabcbaabccccckgjix"
            + "prpprrrsrssssststtrstssssqrsrsstrqprrssqsrrtqrssqqrqsrssprrrsrrs"
            + "vvporsruvvvwwvtuoqvwwvwtqqvvxwwwptpqrqqsrruuttvsvwvvwwwwwxwwwwwv"
            + "z";

    private static final int SHORTEST = 5;
    private static final int LONGEST = 30;

    private static final int[] CODES = new int[SYMBOLS];
    private static final byte[] BITS = new byte[SYMBOLS];

    // A step: the next state, an octet if one is complete, and what is true there.
    private static final int EMITS = 1 << 16;
    private static final int FAILS = 1 << 17; // EOS, which must not be sent (RFC 7541, 5.2)
    private static final int MAY_END = 1 << 18; // what came since the last octet is less than eight bits, all ones
    private static final int STATE_SHIFT = 19;
    private static final int[] STEPS = new int[(SYMBOLS - 1) * 16];

    static {
        int code = 0;
        int given = 0;
        for (int bits = SHORTEST; bits <= LONGEST; bits++) {
            for (int symbol = 0; symbol < SYMBOLS; symbol++) {
                if (LENGTHS.charAt(symbol) - 'a' + SHORTEST == bits) {
                    CODES[symbol] = code++;
                    BITS[symbol] = (byte) bits;
                    given++;
                }
            }
            code <<= 1;
        }
        if (given != SYMBOLS) {
            throw new AssertionError("a length is missing");
        }
        steps(tree());
    }

    private Huffman() {}

    /** Children of each inner node, zero and one bit: a node, or the complement of a symbol. The root is 0. */
    private static int[] tree() {
        int[] children = new int[2 * (SYMBOLS - 1)];
        int nodes = 1;
        for (int symbol = 0; symbol < SYMBOLS; symbol++) {
            int node = 0;
            for (int bit = BITS[symbol] - 1; bit > 0; bit--) {
                int child = 2 * node + ((CODES[symbol] >>> bit) & 1);
                if (children[child] == 0) {
                    children[child] = nodes++;
                }
                node = children[child];
            }
            children[2 * node + (CODES[symbol] & 1)] = ~symbol;
        }
        return children;
    }

    private static void steps(int[] children) {
        boolean[] mayEnd = new boolean[SYMBOLS - 1];
        mayEnd[0] = true;
        for (int ones = 1, node = 0; ones < 8; ones++) {
            node = children[2 * node + 1];
            mayEnd[node] = true;
        }
        for (int start = 0; start < SYMBOLS - 1; start++) {
            for (int nibble = 0; nibble < 16; nibble++) {
                int node = start;
                int step = 0;
                for (int bit = 3; bit >= 0 && step != FAILS; bit--) {
                    node = children[2 * node + ((nibble >>> bit) & 1)];
                    if (~node == END_OF_STRING) {
                        step = FAILS;
                    } else if (node < 0) {
                        step = EMITS | ~node;
                        node = 0;
                    }
                }
                if (step != FAILS) {
                    step |= node << STATE_SHIFT | (mayEnd[node] ? MAY_END : 0);
                }
                STEPS[start * 16 + nibble] = step;
            }
        }
    }

    /**
     * Decodes {@code source[from, to)} into {@code target} from {@code at} on, and stops storing, but not counting, at
     * {@code target}'s end.
     *
     * @return how many octets there are; -1 when it is no string of this code: it has EOS, or its padding is not the
     *     beginning of EOS or is longer than seven bits (RFC 7541, 5.2)
     */
    static int decode(byte[] source, int from, int to, byte[] target, int at) {
        int end = at;
        int state = 0;
        int step = MAY_END;
        for (int i = from; i < to; i++) {
            int octet = source[i];
            step = STEPS[state << 4 | (octet >>> 4 & 0xF)];
            if ((step & (EMITS | FAILS)) != 0) {
                if ((step & FAILS) != 0) {
                    return -1;
                } else if (end < target.length) {
                    target[end] = (byte) step;
                }
                end++;
            }
            step = STEPS[step >>> STATE_SHIFT << 4 | (octet & 0xF)];
            if ((step & (EMITS | FAILS)) != 0) {
                if ((step & FAILS) != 0) {
                    return -1;
                } else if (end < target.length) {
                    target[end] = (byte) step;
                }
                end++;
            }
            state = step >>> STATE_SHIFT;
        }
        return (step & MAY_END) != 0 ? end - at : -1;
    }

    /** How many octets {@link #encode} makes of a text of characters up to U+00FF. */
    static int encodedLength(String text) {
        long bits = 0;
        for (int i = 0; i < text.length(); i++) {
            bits += BITS[text.charAt(i) & 0xFF];
        }
        return (int) ((bits + 7) >>> 3);
    }

    /** Encodes a text of characters up to U+00FF. */
    static void encode(ByteSink out, String text) {
        long pending = 0;
        int bits = 0;
        for (int i = 0; i < text.length(); i++) {
            int symbol = text.charAt(i) & 0xFF;
            pending = pending << BITS[symbol] | CODES[symbol];
            bits += BITS[symbol];
            while (bits >= 8) {
                bits -= 8;
                out.octet((int) (pending >>> bits));
            }
        }
        if (bits > 0) {
            out.octet((int) (pending << (8 - bits)) | (0xFF >>> bits));
        }
    }
}
