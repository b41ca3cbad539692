package ringfort.tls;

/**
 * What the first bytes of a TLS connection are, without an engine: enough to choose a {@link TlsContext} by name, or to pass
 * the connection on without decrypting it.
 */
public sealed interface HelloPeek permits ClientHello, HelloPeek.NeedInput, HelloPeek.Malformed {
    /** The beginning of a hello. One that is longer than 32 KiB is {@link Malformed}, so that this has an end. */
    record NeedInput() implements HelloPeek {}

    /**
     * No hello that an engine would take.
     *
     * @param reason for a log
     */
    record Malformed(String reason) implements HelloPeek {}

    /**
     * Reads {@code bytes[from, to)}, all that has come of a connection. Nothing is kept: a caller that needs more bytes calls
     * again with all of them, and gives all of them to the engine in the end.
     */
    static HelloPeek of(byte[] bytes, int from, int to) {
        try {
            return HelloReader.message(bytes, from, to);
        } catch (HelloReader.MalformedException e) {
            return new Malformed(String.valueOf(e.getMessage()));
        }
    }
}
