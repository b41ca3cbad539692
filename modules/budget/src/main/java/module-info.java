import org.jspecify.annotations.NullMarked;

/**
 * How long a peer, or a handler, may take for each phase of a connection or of a stream. Protocols tell a
 * {@link ringfort.budget.Budget} what happens, and it tells a {@link ringfort.budget.DeadlineSlot} until when to wait.
 *
 * <p>The module knows no protocol, socket, thread or clock and requires nothing at run time. It exports its only package,
 * because HTTP/1, HTTP/2 and protocols of others keep their deadlines by the same rules.
 */
@NullMarked
module ringfort.budget {
    requires static org.jspecify;

    exports ringfort.budget;
}
