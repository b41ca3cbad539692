import org.jspecify.annotations.NullMarked;

/**
 * HTTP/2 for servers without input or output: frames, compressed fields, streams and their windows, and a deadline for
 * everything a peer can be slow at. It opens no socket, starts no thread and reads no clock, so it fits under any
 * transport and into any test.
 *
 * <p>Requires {@code ringfort.message} (fields and what they may say) and {@code ringfort.budget} (deadlines), which
 * every version of HTTP shares, and nothing else.
 *
 * <p>{@link ringfort.h2} is exported because it is the whole of the module: the state machine, and the codecs for code that
 * plays the other end of a connection, such as a test.
 */
@NullMarked
module ringfort.h2 {
    requires static org.jspecify;
    requires transitive ringfort.budget;
    requires transitive ringfort.message;

    exports ringfort.h2;
}
