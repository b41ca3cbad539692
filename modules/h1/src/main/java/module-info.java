import org.jspecify.annotations.NullMarked;

/**
 * HTTP/1.1 without input or output: it reads requests from bytes, writes responses into bytes, and keeps a deadline for
 * everything a peer can be slow at. It opens no socket, starts no thread and reads no clock, so any transport and any
 * test can use it.
 *
 * <p>{@link ringfort.h1} is exported because it is the whole of the module: the state machine, the parser and the
 * encoders that a server is made of.
 */
@NullMarked
module ringfort.h1 {
    requires static org.jspecify;
    requires transitive ringfort.budget;
    requires transitive ringfort.message;

    exports ringfort.h1;
}
