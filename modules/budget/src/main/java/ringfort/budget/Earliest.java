package ringfort.budget;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of many things on one connection, of which the earliest is in the connection's slot. One thread at a
 * time; the thread of the protocol.
 *
 * <p>Each thing has a {@link Node}, which is a slot itself, so that a {@link Budget} can keep its deadlines in it. The
 * nodes that are armed lie in a binary heap. A deadline that is set later than all others, as most are, costs a constant
 * time; any other, and removing one, a logarithmic time.
 */
public final class Earliest {
    private final DeadlineSlot slot;
    private Node[] heap = new Node[4];
    private int size;
    private @Nullable Phase publishedPhase;
    private long publishedAtNanos;
    private boolean stale; // the slot has fired: it no longer holds what it was told

    /**
     * No deadline yet.
     *
     * @param slot told by {@link #publish} when the earliest has changed
     */
    public Earliest(DeadlineSlot slot) {
        this.slot = slot;
    }

    /** The deadline of one thing, off at first. */
    public final class Node implements DeadlineSlot {
        private final @Nullable Object owner;
        private @Nullable Phase phase; // null when off
        private long atNanos;
        private int index;

        private Node(@Nullable Object owner) {
            this.owner = owner;
        }

        @Override
        public void arm(Phase armed, long deadlineNanos) {
            if (phase == null) {
                if (size == heap.length) {
                    heap = Arrays.copyOf(heap, 2 * size);
                }
                index = size++;
            }
            phase = armed;
            atNanos = deadlineNanos;
            up(this);
            down(this);
        }

        @Override
        public void clear() {
            if (phase != null) {
                phase = null;
                Node last = heap[--size];
                if (last.index != index) {
                    last.index = index;
                    up(last);
                    down(last);
                }
            }
        }

        /** What the deadline is for, or null when it is off. */
        public @Nullable Phase phase() {
            return phase;
        }

        /** When it is; means nothing when it is off. */
        public long atNanos() {
            return atNanos;
        }

        /** What was given to {@link Earliest#node}. */
        public @Nullable Object owner() {
            return owner;
        }
    }

    /**
     * A node for one more thing.
     *
     * @param owner whatever the caller wants to find when the deadline is due
     */
    public Node node(@Nullable Object owner) {
        return new Node(owner);
    }

    private void up(Node node) {
        int at = node.index;
        while (at > 0 && node.atNanos - heap[(at - 1) >>> 1].atNanos < 0) {
            put(heap[(at - 1) >>> 1], at);
            at = (at - 1) >>> 1;
        }
        put(node, at);
    }

    private void down(Node node) {
        int at = node.index;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && heap[child + 1].atNanos - heap[child].atNanos < 0) {
                child++;
            }
            if (heap[child].atNanos - node.atNanos >= 0) {
                break;
            }
            put(heap[child], at);
            at = child;
        }
        put(node, at);
    }

    private void put(Node node, int at) {
        heap[at] = node;
        node.index = at;
    }

    /** The node whose deadline came first and has been reached, still armed; or null. */
    public @Nullable Node due(long nowNanos) {
        return size > 0 && heap[0].atNanos - nowNanos <= 0 ? heap[0] : null;
    }

    /** Of the nodes that are armed for a phase, the one whose deadline comes first; or null. Looks at all nodes. */
    public @Nullable Node earliest(Phase phase) {
        Node found = null;
        for (int i = 0; i < size; i++) {
            if (heap[i].phase == phase && (found == null || heap[i].atNanos - found.atNanos < 0)) {
                found = heap[i];
            }
        }
        return found;
    }

    /** How many nodes are armed. */
    public int size() {
        return size;
    }

    /** Tells the slot, when the earliest deadline has changed. */
    public void publish() {
        Node first = size > 0 ? heap[0] : null;
        Phase phase = first == null ? null : first.phase;
        if (first == null || phase == null) {
            if (stale || publishedPhase != null) {
                slot.clear();
            }
            publishedPhase = null;
        } else if (stale || phase != publishedPhase || first.atNanos != publishedAtNanos) {
            publishedAtNanos = first.atNanos;
            publishedPhase = phase;
            slot.arm(phase, first.atNanos);
        }
        stale = false;
    }

    /** The slot has fired, and no longer holds what it was told: the next {@link #publish} tells it again. */
    public void fired() {
        stale = true;
    }
}
