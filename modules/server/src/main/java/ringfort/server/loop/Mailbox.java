package ringfort.server.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import ringfort.sys.OnWorker;

/**
 * The way into a worker from any other thread: an unbounded queue with many producers and one consumer, wait-free to
 * put into, without a lock (D. Vyukov's linked queue).
 *
 * <p>It is bounded by what puts into it: a virtual thread is queued at most once, an exchange signals at most once
 * until the worker has looked.
 */
final class Mailbox {
    private static final VarHandle NEXT;
    private static final VarHandle TAIL;

    static {
        try {
            var lookup = MethodHandles.lookup();
            NEXT = lookup.findVarHandle(Node.class, "next", Node.class);
            TAIL = lookup.findVarHandle(Mailbox.class, "tail", Node.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Node head; // the consumer's
    private volatile Node tail;

    private static final class Node {
        @Nullable Runnable message;

        @SuppressWarnings("UnusedVariable") // read and written through NEXT
        private volatile @Nullable Node next;

        Node(@Nullable Runnable message) {
            this.message = message;
        }
    }

    Mailbox() {
        Node empty = new Node(null);
        head = empty;
        tail = empty;
    }

    /** Puts a message in; any thread. */
    void put(Runnable message) {
        Node node = new Node(message);
        Node previous = (Node) TAIL.getAndSet(this, node);
        NEXT.setRelease(previous, node);
    }

    /** Takes the oldest message, or null when there is none that is complete; the worker only. */
    @OnWorker
    @Nullable Runnable take() {
        Node next = (Node) NEXT.getAcquire(head);
        if (next == null) {
            return null;
        }
        head = next;
        Runnable message = next.message;
        next.message = null;
        return message;
    }

    /** Tells whether nothing has been put in that was not taken; a message on its way in counts. The worker only. */
    @OnWorker
    boolean isEmpty() {
        return head == tail;
    }
}
