package ringfort.h1;

import ringfort.message.ByteSink;
import ringfort.message.FieldRules;

/** Writes content in the chunked coding (RFC 9112, 7.1). Stateless, any thread. */
public final class ChunkedEncoder {
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n'};

    private ChunkedEncoder() {}

    /**
     * Writes the line in front of a chunk's data. The caller writes the data next, and then calls {@link #endChunk}.
     *
     * @throws IllegalArgumentException when there is no data: an empty chunk would be the last
     */
    public static void beginChunk(ByteSink out, int dataBytes) {
        if (dataBytes <= 0) {
            throw new IllegalArgumentException("a chunk of " + dataBytes + " bytes");
        }
        out.hex(dataBytes).crlf();
    }

    /** Writes the CR LF behind a chunk's data. */
    public static void endChunk(ByteSink out) {
        out.crlf();
    }

    /** Writes {@code source[from, to)} as one chunk; nothing when it is empty. */
    public static void chunk(ByteSink out, byte[] source, int from, int to) {
        if (from < to) {
            beginChunk(out, to - from);
            out.bytes(source, from, to);
            endChunk(out);
        }
    }

    /** Writes the end of the content. */
    public static void last(ByteSink out) {
        out.bytes(LAST_CHUNK).crlf();
    }

    /**
     * Writes the end of the content, with trailers.
     *
     * @param trailerNamesAndValues fields, name and value in turn
     * @throws IllegalArgumentException when a field is malformed, as for {@link ResponseEncoder#field}, or must not be
     *     a trailer
     */
    public static void last(ByteSink out, String... trailerNamesAndValues) {
        if (trailerNamesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("a field name without a value");
        }
        out.bytes(LAST_CHUNK);
        for (int i = 0; i < trailerNamesAndValues.length; i += 2) {
            String name = trailerNamesAndValues[i];
            if (!FieldRules.mayBeTrailer(name)) {
                throw new IllegalArgumentException(name + " must not be a trailer");
            }
            ResponseEncoder.writeField(out, name, trailerNamesAndValues[i + 1]);
        }
        out.crlf();
    }
}
