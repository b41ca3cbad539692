package ringfort.rules;

import java.util.Map;
import java.util.Set;

/**
 * What in Ringfort's published modules belongs to one thread, by name: so that an application's own classes can be checked
 * without importing Ringfort's. Where those are imported too, their marks say the same, and a test holds the two together.
 */
final class RingTypes {
    static final String SQE = "ringfort.ring.Sqe";
    static final String RING = "ringfort.ring.Ring";
    static final String BUFFER_RING = "ringfort.ring.BufferRing";

    /** What only the owner may call. */
    static final Map<String, Set<String>> OWNERS = Map.of(
            RING,
                    Set.of(
                            "enable",
                            "tryOut",
                            "sqe",
                            "submit",
                            "submitAndWait",
                            "reap",
                            "cqDropped",
                            "unsubmitted",
                            "bufferRing"),
            BUFFER_RING, Set.of("release", "close"));

    /** Parameters that take a task for the worker: the type, the method, and the parameters' places. */
    static final Map<String, Map<String, Set<Integer>>> TASKS =
            Map.of("ringfort.poller.Sweep", Map.of("open", Set.of(1)));

    private RingTypes() {}

    static Mark mark(Code code) {
        boolean owners = code.owner().equals(SQE)
                || OWNERS.getOrDefault(code.owner(), Set.of()).contains(code.name());
        return owners ? Mark.ON : Mark.NONE;
    }

    static Mark parameterMark(String type, String method, int index) {
        boolean isTask = TASKS.getOrDefault(type, Map.of())
                .getOrDefault(method, Set.of())
                .contains(index);
        return isTask ? Mark.ON : Mark.NONE;
    }

    /** Tells whether the code is the ring itself, where a path to it may end. */
    static boolean isRing(Code code) {
        return code.owner().equals(SQE)
                || code.owner().equals(RING)
                || code.owner().equals(BUFFER_RING);
    }
}
