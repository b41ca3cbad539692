package ringfort.server;

import ringfort.h1.H1State;
import ringfort.sys.OnWorker;

/**
 * What a connection needs while a message is under way: the protocol's state, what is to be sent, and who makes responses into
 * that. While none is, all of it is with the worker, and the connection holds no more than a descriptor, a deadline and an
 * address. One worker only.
 */
@OnWorker
final class Conversation {
    final H1State h1;
    final Outbox out;
    final Responder responder;

    Conversation(Connection connection) {
        Worker worker = connection.worker;
        h1 = new H1State(worker.context.limits, worker.context.timeouts, connection.slot);
        out = new Outbox(worker.buffers);
        responder = new Responder(h1, out, connection);
    }

    /** Goes on with a connection of which nothing is under way. */
    void resume(Connection connection) {
        Slot slot = connection.slot;
        h1.resume(slot, !connection.isServed(), slot.phase(), slot.dueNanos());
        responder.serve(connection);
    }

    /** Whether nothing is under way. */
    boolean isAtRest() {
        return out.isEmpty() && h1.isAtRest();
    }
}
