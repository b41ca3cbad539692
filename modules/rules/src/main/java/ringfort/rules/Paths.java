package ringfort.rules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ringfort.rules.CallGraph.Edge;
import ringfort.rules.ClassCode.MethodCode;

/** The shortest ways through a call graph from where it starts, found breadth first, once for all ends. */
final class Paths {
    private final Map<Code, @Nullable Edge> arrivals = new LinkedHashMap<>();

    private Paths() {}

    /** Goes along the edges that {@code follow} accepts. */
    static Paths from(CallGraph graph, Collection<Code> starts, Predicate<Edge> follow) {
        Paths paths = new Paths();
        ArrayDeque<Code> next = new ArrayDeque<>();
        for (Code start : starts) {
            if (!paths.arrivals.containsKey(start)) {
                paths.arrivals.put(start, null);
                next.add(start);
            }
        }
        for (Code at = next.poll(); at != null; at = next.poll()) {
            for (Edge edge : graph.edgesFrom(at)) {
                if (!paths.arrivals.containsKey(edge.to()) && follow.test(edge)) {
                    paths.arrivals.put(edge.to(), edge);
                    next.add(edge.to());
                }
            }
        }
        return paths;
    }

    /** Nearest first. */
    Collection<Code> reached() {
        return arrivals.keySet();
    }

    boolean isReached(Code code) {
        return arrivals.containsKey(code);
    }

    /** The edges from a start to {@code end}, in order; none if it is a start. */
    List<Edge> to(Code end) {
        List<Edge> path = new ArrayList<>();
        for (Edge edge = arrivals.get(end); edge != null; edge = arrivals.get(edge.from())) {
            path.addFirst(edge);
        }
        return path;
    }

    /** Names the code that a report begins with; a lambda by the method and the line that it is written in. */
    static String subject(CallGraph graph, Code code) {
        if (!code.isLambda()) {
            return code.qualifiedName();
        }
        MethodCode method = graph.method(code);
        int line = method == null ? 0 : method.firstLine();
        return "the lambda in " + code.owner() + "." + code.sourceName() + " (" + graph.sourceFile(code) + ":" + line
                + ")";
    }

    /** Says the way in lines of its own, each with the place of the call. */
    static String describe(CallGraph graph, Code start, List<Edge> path) {
        StringBuilder text = new StringBuilder("\n      ").append(start);
        for (Edge edge : path) {
            text.append("\n        calls ").append(edge.to());
            text.append("  (").append(graph.sourceFile(edge.from())).append(':').append(edge.line());
            if (!edge.via().equals(edge.to())) {
                text.append(", through ").append(edge.via());
            }
            text.append(')');
        }
        return text.toString();
    }
}
