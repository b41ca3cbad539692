package ringfort.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import ringfort.rules.CallGraph.Edge;
import ringfort.rules.Use.Call;
import ringfort.rules.Use.Made;

/**
 * Tells streams, readers, writers and channels that end in memory from those that end at a file or a peer: nothing waits
 * for the first kind, also where one wraps another.
 */
final class InMemory {
    private static final Set<String> TYPES = Set.of(
            "java.io.ByteArrayInputStream",
            "java.io.ByteArrayOutputStream",
            "java.io.StringReader",
            "java.io.StringWriter",
            "java.io.CharArrayReader",
            "java.io.CharArrayWriter",
            "java.lang.String",
            "java.lang.StringBuilder",
            "java.lang.StringBuffer",
            "java.nio.CharBuffer");

    /** What may end at a file or a peer. */
    private static final List<String> STREAMS = List.of(
            "java.io.InputStream",
            "java.io.OutputStream",
            "java.io.Reader",
            "java.io.Writer",
            "java.io.DataInput",
            "java.io.DataOutput",
            "java.lang.Readable",
            "java.lang.Appendable",
            "java.nio.channels.Channel",
            "java.util.Scanner",
            "java.util.Formatter");

    private static final Set<String> NOWHERE =
            Set.of("nullInputStream", "nullOutputStream", "nullReader", "nullWriter");

    private InMemory() {}

    /** Tells whether all streams that a call works on, its receiver among them, end in memory. */
    static boolean isInMemory(CallGraph graph, Edge edge) {
        return edge.call() != null && isInMemory(graph, edge.call(), edge.to().owner());
    }

    private static boolean isInMemory(CallGraph graph, Call call, String owner) {
        List<Set<Value>> streams = new ArrayList<>();
        if (isStream(graph, owner)
                && !call.isConstructor()
                && !call.receiver.values().isEmpty()) {
            streams.add(call.receiver.values());
        }
        List<Set<Value>> ends = ends(graph, call);
        if (call.isConstructor() && ends.isEmpty()) {
            return TYPES.contains(owner);
        }
        streams.addAll(ends);
        return !streams.isEmpty() && streams.stream().allMatch(values -> areInMemory(graph, values));
    }

    /** The arguments that are streams; of {@code Scanner} and its like, text too. */
    private static List<Set<Value>> ends(CallGraph graph, Call call) {
        List<Set<Value>> ends = new ArrayList<>();
        for (int i = 0; i < call.arguments.size(); i++) {
            String parameter = call.target().parameterTypes().get(i);
            boolean isText = parameter.equals("java.lang.String")
                    && call.isConstructor()
                    && call.target().owner().equals("java.util.Scanner")
                    && i == 0;
            if (isText || isStream(graph, parameter)) {
                ends.add(call.arguments.get(i).values());
            }
        }
        return ends;
    }

    private static boolean isStream(CallGraph graph, String type) {
        return STREAMS.stream().anyMatch(stream -> graph.isA(type, stream));
    }

    private static boolean areInMemory(CallGraph graph, Set<Value> values) {
        Set<Value> origins = graph.flow().origins(values);
        return !origins.isEmpty() && origins.stream().allMatch(origin -> isInMemory(graph, origin));
    }

    private static boolean isInMemory(CallGraph graph, Value value) {
        String type = ValueFlow.typeOf(value);
        if (TYPES.stream().anyMatch(memory -> graph.isA(type, memory))) {
            return true;
        }
        if (value instanceof Made made) {
            Call constructor = graph.flow().constructorCall(made);
            return constructor != null && !graph.types().isImported(made.type()) && wrapsMemory(graph, constructor);
        }
        return value instanceof Call call
                && (isWhole(call) || NOWHERE.contains(call.target().name()) || wrapsMemory(graph, call));
    }

    /** An inline handler runs when the request's content is there whole. */
    private static boolean isWhole(Call call) {
        return call.target().owner().equals("ringfort.api.Request")
                && call.target().name().equals("body");
    }

    private static boolean wrapsMemory(CallGraph graph, Call maker) {
        List<Set<Value>> ends = ends(graph, maker);
        if (!maker.isConstructor()
                && isStream(graph, maker.target().owner())
                && !maker.receiver.values().isEmpty()) {
            ends.add(maker.receiver.values());
        }
        return !ends.isEmpty() && ends.stream().allMatch(values -> areInMemory(graph, values));
    }
}
