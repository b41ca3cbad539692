package ringfort.rules;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.Use.FieldUse;

/**
 * What makes a thread wait for something other than its own work, as far as that has a name: methods of the JDK and of the
 * usual loggers, {@code synchronized}, standard output.
 *
 * <p>The catalogue is the resource {@code blocking.txt}: a line has a kind, a type, and the methods, with their parameters
 * as JVMS 4.3.3 has them; without parameters all of that name, {@code *} all of the type. It is derived from the JDK's own
 * class files, see {@code BlockingCatalogueTest}. A method matches through any supertype of the class it is called on.
 */
final class Blocking {
    /** The kind of waiting, by {@code type method(parameters)}, {@code type method} or {@code type *}. */
    private static final Map<String, String> CATALOGUE = read();

    private Blocking() {}

    private static Map<String, String> read() {
        Map<String, String> catalogue = new HashMap<>();
        try (InputStream in = Objects.requireNonNull(Blocking.class.getResourceAsStream("blocking.txt"))) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                var words = new StringTokenizer(line);
                String kind = words.nextToken();
                String type = words.nextToken();
                while (words.hasMoreTokens()) {
                    catalogue.put(type + " " + words.nextToken(), kind);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return catalogue;
    }

    /** A place where a method may wait: what it does there, and its line. */
    record Site(Code in, String what, int line) {}

    /** Finds where a method itself may wait, calls into imported code aside. */
    static List<Site> in(CallGraph graph, MethodCode method) {
        List<Site> sites = new ArrayList<>();
        if (method.isSynchronized()) {
            sites.add(new Site(method.code(), "is synchronized (lock)", method.firstLine()));
        }
        for (Use use : method.uses()) {
            switch (use) {
                case Use.Monitor(int line) ->
                    sites.add(new Site(method.code(), "enters a synchronized block (lock)", line));
                case FieldUse field
                when isConsole(field) ->
                    sites.add(new Site(method.code(), "uses System." + field.name() + " (console)", field.line()));
                default -> {}
            }
        }
        for (CallGraph.Edge edge : graph.edgesFrom(method.code())) {
            String kind = graph.method(edge.to()) == null ? kind(graph, edge.to()) : null;
            if (kind != null && !InMemory.isInMemory(graph, edge)) {
                sites.add(new Site(method.code(), "calls " + edge.via() + " (" + kind + ")", edge.line()));
            }
        }
        return sites;
    }

    private static boolean isConsole(FieldUse field) {
        return field.owner().equals("java.lang.System") && !field.isWrite();
    }

    /** What kind of waiting a call of something outside is; null if none. */
    static @Nullable String kind(CallGraph graph, Code call) {
        boolean isConstructor = call.name().equals(Code.CONSTRUCTOR);
        String descriptor = call.descriptor();
        String parameters = descriptor.substring(0, descriptor.indexOf(')') + 1);
        for (String type : isConstructor ? Set.of(call.owner()) : graph.types().supertypes(call.owner())) {
            for (String entry : List.of(call.name() + parameters, call.name(), "*")) {
                String kind = CATALOGUE.get(type + " " + entry);
                if (kind != null) {
                    return kind;
                }
            }
        }
        return null;
    }
}
