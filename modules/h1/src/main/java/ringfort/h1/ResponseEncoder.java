package ringfort.h1;

/** Writes response heads. */
public final class ResponseEncoder {
    public enum Framing {
        NONE,
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    public ResponseEncoder() {}

    public Framing begin(
            ByteSink out,
            int status,
            int requestMinorVersion,
            boolean isHead,
            long contentLength,
            boolean keepAlive,
            byte[] dateValue) {
        throw new UnsupportedOperationException();
    }

    public void field(ByteSink out, String name, String value) {}

    public void end(ByteSink out) {}

    public static void interim(ByteSink out, int status, String... namesAndValues) {}
}
