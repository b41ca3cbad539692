import org.jspecify.annotations.NullMarked;

/**
 * HTTP/1.1 without input or output: requests out of bytes, responses into bytes, and a deadline for everything a peer
 * can be slow at. It requires nothing, opens no socket, starts no thread and reads no clock, so it fits under any
 * transport and into any test.
 *
 * <p>{@link ringfort.h1} is exported because it is the whole of the module: the state machine, the parser and the
 * encoders that a server is made of.
 */
@NullMarked
module ringfort.h1 {
    requires static org.jspecify;

    exports ringfort.h1;
}
