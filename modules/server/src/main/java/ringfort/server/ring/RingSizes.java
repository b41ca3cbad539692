package ringfort.server.ring;

import ringfort.ring.RingOptions;

/**
 * How large a ring worker's queues are.
 *
 * @param entries of the submission queue
 * @param cqEntries of the completion queue
 * @param buffers that wait for bytes of any connection
 * @param bufferBytes of each of them
 */
public record RingSizes(int entries, int cqEntries, int buffers, int bufferBytes) {
    /** What serves best. */
    public static final RingSizes DEFAULT =
            new RingSizes(RingOptions.DEFAULT.entries(), RingOptions.DEFAULT.cqEntries(), 512, 8 * 1024);
}
