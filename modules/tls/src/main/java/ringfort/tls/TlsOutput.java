package ringfort.tls;

/** Where {@link TlsState} leaves bytes for the peer. Called on the thread that calls the state, from within that call. */
@FunctionalInterface
public interface TlsOutput {
    /**
     * Takes {@code array[from, to)}, whole records in the order in which the peer must get them. The array is used again
     * after the return: an implementation sends the bytes or copies them. It does not call the {@link TlsState} back, nor another one with
     * the same buffers.
     */
    void send(byte[] array, int from, int to);
}
