package ringfort.rules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import ringfort.rules.CallGraph.Edge;
import ringfort.rules.ClassCode.MethodCode;

/**
 * The shortest ways from code that is no worker's to code that is, for all starts at once: found breadth first, from the
 * calls of the worker's code back to their callers.
 */
final class WaysToWorkers {
    private final Map<Code, Edge> firstEdges = new HashMap<>();
    private final Set<Code> nextToWorkers = new HashSet<>();

    WaysToWorkers(CallGraph graph, Predicate<Edge> follow) {
        if (!graph.hasWorkers()) {
            return;
        }
        Map<Code, List<Edge>> callers = new HashMap<>();
        ArrayDeque<Code> next = new ArrayDeque<>();
        for (MethodCode method : graph.methods()) {
            if (graph.mark(method.code()) == Mark.ON) {
                continue;
            }
            for (Edge edge : graph.edgesFrom(method.code())) {
                if (follow.test(edge)) {
                    if (!graph.isWorkers(edge)) {
                        callers.computeIfAbsent(edge.to(), _ -> new ArrayList<>())
                                .add(edge);
                    } else if (firstEdges.putIfAbsent(edge.from(), edge) == null) {
                        nextToWorkers.add(edge.from());
                        next.add(edge.from());
                    }
                }
            }
        }
        for (Code at = next.poll(); at != null; at = next.poll()) {
            for (Edge edge : callers.getOrDefault(at, List.of())) {
                if (firstEdges.putIfAbsent(edge.from(), edge) == null) {
                    next.add(edge.from());
                }
            }
        }
    }

    /** The edges to the worker's code, in order; none if there is no way. */
    List<Edge> from(Code start) {
        List<Edge> path = new ArrayList<>();
        Code at = start;
        for (Edge edge = firstEdges.get(at); edge != null; edge = firstEdges.get(at)) {
            path.add(edge);
            if (nextToWorkers.contains(at)) {
                break;
            }
            at = edge.to();
        }
        return path;
    }
}
