import org.jspecify.annotations.NullMarked;

/**
 * A monotonic clock that can be injected, and a wheel of deadlines, of which nearly all are cleared before they pass.
 *
 * <p>The module stands alone: it knows no socket, starts no thread and requires nothing at run time. It exports its
 * only package, because all code that waits keeps deadlines: an event loop, a simulator, a test.
 */
@NullMarked
module ringfort.timers {
    requires static org.jspecify;

    exports ringfort.timers;
}
