package ringfort.server.exchange;

import java.util.concurrent.ConcurrentLinkedQueue;
import ringfort.api.Request;

/**
 * What the handler of one exchange wants to be done when its answer can no longer reach the peer. Each action runs once, on a
 * virtual thread of its own on the JDK's scheduler: it may wait, and the worker must not.
 *
 * <p>The handler's thread adds an action and then looks whether the peer is gone; the worker says that the peer is gone and
 * then looks for actions. So one of the two finds the action at least, and only one can take it out of the queue.
 */
final class GoneActions {
    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final ServerContext context;
    private final HandlerThread thread;
    private final Request request;

    GoneActions(ServerContext context, HandlerThread thread, Request request) {
        this.context = context;
        this.thread = thread;
        this.request = request;
    }

    /** The handler's thread: one more thing to do. */
    void add(Runnable action) {
        waiting.add(action);
    }

    /** The peer is gone: starts what was not started yet. Any thread. */
    void start() {
        for (Runnable action = waiting.poll(); action != null; action = waiting.poll()) {
            Runnable next = action;
            try {
                thread.startBeside(() -> run(next));
            } catch (Throwable e) { // the connection still has to be ended
                context.notices().defect("a thread for Request.onGone could not be started", e);
            }
        }
    }

    private void run(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            context.application().report(request, e);
        }
    }
}
