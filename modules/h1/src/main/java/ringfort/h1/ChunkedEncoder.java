package ringfort.h1;

/** The chunked coding. */
public final class ChunkedEncoder {
    private ChunkedEncoder() {}

    /** Size line. Follow with data and {@link #endChunk}. */
    public static void beginChunk(ByteSink out, int dataBytes) {}

    public static void endChunk(ByteSink out) {}

    public static void chunk(ByteSink out, byte[] source, int from, int to) {}

    public static void last(ByteSink out) {}

    public static void last(ByteSink out, String... trailerNamesAndValues) {}
}
