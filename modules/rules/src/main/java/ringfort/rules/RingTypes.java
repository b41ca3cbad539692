package ringfort.rules;

import java.util.Map;
import java.util.Set;

/**
 * The types of {@code ringfort.ring} that belong to one thread, by name: so that an application's own classes can be
 * checked without importing Ringfort's. Where those are imported too, their marks say the same, and a test holds the two
 * together.
 */
final class RingTypes {
    static final String SQE = "ringfort.ring.Sqe";
    static final String RING = "ringfort.ring.Ring";
    static final String BUFFER_RING = "ringfort.ring.BufferRing";

    /** What only the owner may call. */
    static final Map<String, Set<String>> OWNERS = Map.of(
            RING, Set.of("enable", "sqe", "submit", "submitAndWait", "reap", "cqDropped", "unsubmitted", "bufferRing"),
            BUFFER_RING, Set.of("release", "close"));

    private RingTypes() {}

    static Mark mark(Code code) {
        boolean owners = code.owner().equals(SQE)
                || OWNERS.getOrDefault(code.owner(), Set.of()).contains(code.name());
        return owners ? Mark.ON : Mark.NONE;
    }

    /** Tells whether the code is the ring itself, where a path to it may end. */
    static boolean isRing(Code code) {
        return code.owner().equals(SQE)
                || code.owner().equals(RING)
                || code.owner().equals(BUFFER_RING);
    }
}
