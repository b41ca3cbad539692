package ringfort.rules;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import ringfort.rules.CallGraph.Edge;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.LocalUses.Consumer;
import ringfort.rules.Use.ArrayMade;
import ringfort.rules.Use.Call;
import ringfort.rules.Use.Concatenation;
import ringfort.rules.Use.FieldUse;
import ringfort.rules.Use.Text;

/** Finds where handlers write status lines themselves, as text, as bytes, or by the engine's own encoder. */
final class RawResponses {
    private static final String STATUS_LINE = "HTTP/1.";

    /** What writes messages for the engines. */
    private static final List<String> PROTOCOL = List.of("ringfort.h1.", "ringfort.h2.", "ringfort.message.");

    /** Methods that look at a text, or look it up, and pass it on to nothing. */
    private static final Set<String> COMPARING = Set.of(
            "equals",
            "equalsIgnoreCase",
            "compareTo",
            "compareToIgnoreCase",
            "contentEquals",
            "startsWith",
            "endsWith",
            "contains",
            "containsKey",
            "indexOf",
            "hashCode",
            "matches",
            "length",
            "isEmpty",
            "getOrDefault");

    private final CallGraph graph;

    RawResponses(CallGraph graph) {
        this.graph = graph;
    }

    List<String> violations() {
        Set<String> violations = new LinkedHashSet<>();
        Paths paths = Paths.from(
                graph, Handlers.all(graph), edge -> !edge.to().owner().startsWith("ringfort."));
        for (Code code : paths.reached()) {
            MethodCode method = graph.method(code);
            if (method == null || code.owner().startsWith("ringfort.api.")) {
                continue;
            }
            for (Use use : method.uses()) {
                String what = what(use);
                if (!what.isEmpty()) {
                    violations.add(violation(paths, code, what, use.line()));
                }
            }
            for (TypeUse use : graph.typesNamed(code)) {
                boolean isCalled = use.what() instanceof Code || use.how().equals("makes an object of");
                if (!isCalled && PROTOCOL.stream().anyMatch(use.type()::startsWith)) {
                    String what = "uses the engine's protocol code: it " + use.how() + " " + use.what();
                    violations.add(violation(paths, code, what, use.line()));
                }
            }
        }
        return List.copyOf(violations);
    }

    private String violation(Paths paths, Code code, String what, int line) {
        List<Edge> path = paths.to(code);
        Code handler = path.isEmpty() ? code : path.getFirst().from();
        return Paths.subject(graph, handler) + " is a handler and " + what + ":" + Paths.describe(graph, handler, path)
                + "\n        there  (" + graph.sourceFile(code) + ":" + line + ")";
    }

    private String what(Use use) {
        String text = begins(use);
        if (text.startsWith(STATUS_LINE) && use instanceof Value value && isWritten(value, new HashSet<>())) {
            return "writes a status line by hand";
        }
        if (use instanceof FieldUse field && !field.isWrite() && holdsStatusLine(field)) {
            return "writes a status line by hand, from the field " + field.owner() + "." + field.name();
        }
        if (use instanceof Call call && PROTOCOL.stream().anyMatch(call.target().owner()::startsWith)) {
            return "uses the engine's protocol code, " + call.target();
        }
        return "";
    }

    private static String begins(Object value) {
        return switch (value) {
            case Text text -> text.text();
            case Concatenation joined -> joined.beginning();
            case ArrayMade array -> array.text();
            default -> "";
        };
    }

    /** A constant may be text, or the bytes of a text, made where the class is initialized. */
    private boolean holdsStatusLine(FieldUse field) {
        boolean holds = graph.flow().originsThroughContainers(Set.of(field)).stream()
                .anyMatch(origin -> begins(origin).startsWith(STATUS_LINE));
        return holds && isWritten(field, new HashSet<>());
    }

    private boolean isWritten(Value value, Set<Value> seen) {
        if (!seen.add(value)) {
            return false;
        }
        return graph.flow().consumers(value).stream().anyMatch(consumer -> isWritten(consumer, seen));
    }

    private boolean isWritten(Consumer consumer, Set<Value> seen) {
        if (consumer.by() instanceof Call call) {
            boolean collects = call.target().owner().startsWith("java.util.")
                    && call.target().name().equals("of");
            return collects
                    ? isWritten(call, seen)
                    : !COMPARING.contains(call.target().name());
        }
        return true;
    }
}
