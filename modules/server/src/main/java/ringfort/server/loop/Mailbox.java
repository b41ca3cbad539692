package ringfort.server.loop;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
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
    // Updaters, not VarHandles: the first use of a VarHandle takes memory at each place in the code. Were there none
    // between
    // the two steps of put, what is behind would never be seen.
    private static final AtomicReferenceFieldUpdater<Node, @Nullable Node> NEXT =
            AtomicReferenceFieldUpdater.newUpdater(Node.class, Node.class, "next");
    private static final AtomicReferenceFieldUpdater<Mailbox, Node> TAIL =
            AtomicReferenceFieldUpdater.newUpdater(Mailbox.class, Node.class, "tail");

    private Node head; // the consumer's
    private volatile Node tail;

    private static final class Node {
        @Nullable Runnable message;

        volatile @Nullable Node next;

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
        Node previous = TAIL.getAndSet(this, node);
        NEXT.lazySet(previous, node);
    }

    /** Takes the oldest message, or null when there is none that is complete; the worker only. */
    @OnWorker
    @Nullable Runnable take() {
        Node next = head.next;
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
