package ringfort.websocket.codec;

/**
 * Tells at the first bad octet that a text is not UTF-8 (RFC 3629, section 4), however it is cut. Not thread-safe.
 *
 * <p>The state is what may follow: how many continuation octets, and the bounds of the next one. The bounds differ from
 * 80 to BF only behind a first octet, which is how overlong forms, surrogates and values over 10FFFF are found.
 */
public final class Utf8Validator {
    private int missing;
    private int low = 0x80;
    private int high = 0xBF;

    /** A validator at the start of a text. */
    public Utf8Validator() {}

    /**
     * Looks at the next octets of the text.
     *
     * @param bytes holds the octets
     * @param offset of the first one
     * @param length how many
     * @return false when the text cannot be UTF-8 any more
     */
    public boolean accept(byte[] bytes, int offset, int length) {
        for (int i = offset, end = offset + length; i < end; i++) {
            int octet = bytes[i] & 0xFF;
            if (missing == 0) {
                if (octet >= 0x80 && !lead(octet)) {
                    return false;
                }
            } else {
                if (octet < low || octet > high) {
                    return false;
                }
                missing--;
                low = 0x80;
                high = 0xBF;
            }
        }
        return true;
    }

    private boolean lead(int octet) {
        if (octet < 0xC2 || octet > 0xF4) {
            return false;
        }
        missing = octet < 0xE0 ? 1 : octet < 0xF0 ? 2 : 3;
        low = octet == 0xE0 ? 0xA0 : octet == 0xF0 ? 0x90 : 0x80;
        high = octet == 0xED ? 0x9F : octet == 0xF4 ? 0x8F : 0xBF;
        return true;
    }

    /**
     * Whether the text may end here.
     *
     * @return false inside a character
     */
    public boolean isComplete() {
        return missing == 0;
    }

    /** Starts a new text. */
    public void reset() {
        missing = 0;
        low = 0x80;
        high = 0xBF;
    }
}
