package ringfort.websocket.codec;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Per-message deflate without context takeover (RFC 7692), and what is read of an offer of it. Stateless; any thread.
 *
 * <p>Native memory lives for one message only: a deflater (256 KiB) and an inflater (40 KiB) are ended in the call, or
 * by the reader, that made them.
 */
public final class Compression {
    /** Name of the extension. */
    public static final String NAME = "permessage-deflate";

    private static final int STEP_BYTES = 8192;
    private static final int REFUSED = -1;
    private static final int SERVER_BITS = 4;
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private Compression() {}

    /**
     * The answer to the first offer that fits (RFC 7692, section 7.1).
     *
     * @param offers value of {@code Sec-WebSocket-Extensions}, all lines joined by commas; null for none
     * @return the value for the answer, or null when no offer fits
     */
    public static @Nullable String agree(@Nullable String offers) {
        if (offers == null) {
            return null;
        }
        for (String offer : offers.split(",", -1)) {
            String[] parts = offer.split(";", -1);
            int seen = parts[0].strip().equals(NAME) ? seen(parts) : REFUSED;
            if (seen != REFUSED) {
                String answer = NAME + "; server_no_context_takeover; client_no_context_takeover";
                // Whoever accepts an offer with it has to say so (RFC 7692, section 7.1.2.1).
                return (seen & SERVER_BITS) == 0 ? answer : answer + "; server_max_window_bits=15";
            }
        }
        return null;
    }

    /** One bit for each parameter of an offer, or that the offer does not fit. */
    private static int seen(String[] parts) {
        int seen = 0;
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String name = (equals < 0 ? parts[i] : parts[i].substring(0, equals)).strip();
            String value =
                    equals < 0 ? null : unquoted(parts[i].substring(equals + 1).strip());
            int bit = switch (name) {
                case "server_no_context_takeover" -> value == null ? 1 : 0;
                case "client_no_context_takeover" -> value == null ? 2 : 0;
                // java.util.zip has a window of 15 bits only.
                case "server_max_window_bits" -> "15".equals(value) ? SERVER_BITS : 0;
                case "client_max_window_bits" -> value == null || bits(value) ? 8 : 0;
                default -> 0;
            };
            if (bit == 0 || (seen & bit) != 0) {
                return REFUSED;
            }
            seen |= bit;
        }
        return seen;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private static boolean bits(String value) {
        return value.matches("[89]|1[0-5]");
    }

    /**
     * Compresses a message.
     *
     * @param content the message
     * @return what its frames carry, without the tail (RFC 7692, section 7.2.1)
     */
    public static byte[] compress(byte[] content) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            deflater.setInput(content);
            byte[] out = new byte[Math.max(64, content.length / 2)];
            int filled = 0;
            while (true) {
                filled += deflater.deflate(out, filled, out.length - filled, Deflater.SYNC_FLUSH);
                if (filled < out.length) {
                    return Arrays.copyOf(out, filled - TAIL.length);
                }
                out = Arrays.copyOf(out, 2 * out.length);
            }
        } finally {
            deflater.end();
        }
    }

    /** Takes inflated pieces. */
    interface Sink {
        /** Takes a piece; false ends the inflating. */
        boolean take(byte[] bytes, int length);
    }

    /** Inflates a piece in steps; false when the data are bad or the sink refused. */
    static boolean inflate(Inflater inflater, byte[] bytes, int offset, int length, Sink sink)
            throws DataFormatException {
        byte[] step = new byte[STEP_BYTES];
        inflater.setInput(bytes, offset, length);
        while (true) {
            int count = inflater.inflate(step);
            if (count > 0) {
                if (!sink.take(step, count)) {
                    return false;
                }
            } else if (inflater.finished() && inflater.getRemaining() > 0) {
                // A block marked as the last one may be followed by others (RFC 7692, section 7.2.3.5).
                int left = inflater.getRemaining();
                int at = offset + length - left;
                inflater.reset();
                inflater.setInput(bytes, at, left);
            } else {
                return !inflater.needsDictionary();
            }
        }
    }

    /** Inflates the tail that the sender left out; false as for the rest. */
    static boolean inflateTail(Inflater inflater, Sink sink) throws DataFormatException {
        return inflater.finished() || inflate(inflater, TAIL, 0, TAIL.length, sink);
    }
}
