package ringfort.api.spi;

/**
 * Turns values into JSON and back. One is found through {@link java.util.ServiceLoader} when a server starts, or
 * at first use without one; any thread may call it.
 */
public interface JsonCodec {
    /**
     * Loads what the first call would otherwise have to load. A server calls it when it starts, on the thread that starts
     * it, because the initializers of a library's classes can take longer than a worker may be held. Does nothing unless
     * it is overridden; what it throws is logged, and the server starts all the same.
     */
    default void prepare() {}

    /**
     * Writes a value.
     *
     * @param value the value
     * @return its JSON text in UTF-8
     * @throws IllegalArgumentException when the value cannot be written
     */
    byte[] write(Object value);

    /**
     * Reads a value a client has sent.
     *
     * @param <T> type of the value
     * @param json JSON text in UTF-8
     * @param type type of the value
     * @return the value
     * @throws ringfort.api.HttpException 400 when the text is not JSON, or not of that shape
     */
    <T> T read(byte[] json, Class<T> type);
}
