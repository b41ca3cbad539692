package ringfort.rules;

import java.util.List;
import java.util.Map;
import java.util.Set;
import ringfort.rules.Use.Call;

/**
 * What in the JDK two threads must not change at once, and what changes it: types by their hierarchy, methods by what they
 * do, so that a look-up is none. The calls of types that the JDK documents as safe are not listed.
 */
final class Mutable {
    /** Stands for any array among the names of types. */
    static final String ARRAY = "array";

    private static final Set<String> OF_MAPS = Set.of(
            "put",
            "putAll",
            "putIfAbsent",
            "putFirst",
            "putLast",
            "remove",
            "clear",
            "compute",
            "computeIfAbsent",
            "computeIfPresent",
            "merge",
            "replace",
            "replaceAll",
            "pollFirstEntry",
            "pollLastEntry",
            "setValue");

    private static final Set<String> OF_COLLECTIONS = Set.of(
            "add",
            "addAll",
            "addFirst",
            "addLast",
            "remove",
            "removeAll",
            "removeFirst",
            "removeLast",
            "removeIf",
            "removeFirstOccurrence",
            "removeLastOccurrence",
            "retainAll",
            "clear",
            "set",
            "sort",
            "replaceAll",
            "offer",
            "offerFirst",
            "offerLast",
            "poll",
            "pollFirst",
            "pollLast",
            "pop",
            "push",
            "ensureCapacity",
            "trimToSize");

    /** The first letters of methods that change an object of the type, by type; {@code *} for all but {@link #READING}. */
    private static final Map<String, List<String>> PREFIXES = Map.ofEntries(
            Map.entry(
                    "java.lang.StringBuilder",
                    List.of("append", "insert", "delete", "replace", "reverse", "set", "repeat")),
            Map.entry("java.util.BitSet", List.of("set", "clear", "flip", "and", "or", "xor")),
            Map.entry("java.text.Format", List.of("format", "parse", "set", "apply")),
            Map.entry("java.text.Collator", List.of("set", "compare", "getCollationKey")),
            Map.entry("java.text.BreakIterator", List.of("*")),
            Map.entry("java.util.Calendar", List.of("set", "add", "roll", "clear", "get")),
            Map.entry("java.util.Date", List.of("set")),
            Map.entry("java.security.MessageDigest", List.of("update", "digest", "reset")),
            Map.entry("java.security.Signature", List.of("init", "update", "sign", "verify")),
            Map.entry("javax.crypto.Mac", List.of("init", "update", "doFinal", "reset")),
            Map.entry("javax.crypto.Cipher", List.of("init", "update", "doFinal", "wrap", "unwrap")),
            Map.entry("javax.crypto.KeyAgreement", List.of("init", "doPhase", "generateSecret")),
            Map.entry("java.util.regex.Matcher", List.of("*")),
            Map.entry("java.util.Scanner", List.of("*")),
            Map.entry("java.util.Formatter", List.of("format", "flush", "close")),
            Map.entry("java.util.StringJoiner", List.of("add", "set", "merge")),
            Map.entry("java.util.StringTokenizer", List.of("next")),
            Map.entry("java.util.zip.Checksum", List.of("update", "reset")),
            Map.entry("java.util.zip.Deflater", List.of("*")),
            Map.entry("java.util.zip.Inflater", List.of("*")),
            Map.entry("java.nio.charset.CharsetEncoder", List.of("encode", "flush", "reset", "on")),
            Map.entry("java.nio.charset.CharsetDecoder", List.of("decode", "flush", "reset", "on")));

    private static final Set<String> READING = Set.of(
            "equals", "hashCode", "toString", "getClass", "pattern", "groupCount", "delimiter", "locale", "radix");

    private static final List<String> MAPS = List.of(
            "java.util.HashMap",
            "java.util.TreeMap",
            "java.util.WeakHashMap",
            "java.util.IdentityHashMap",
            "java.util.EnumMap");

    private static final List<String> COLLECTIONS = List.of(
            "java.util.HashSet",
            "java.util.TreeSet",
            "java.util.EnumSet",
            "java.util.ArrayList",
            "java.util.LinkedList",
            "java.util.ArrayDeque",
            "java.util.PriorityQueue");

    private static final Set<String> VIEWS = Set.of(
            "keySet",
            "values",
            "entrySet",
            "iterator",
            "listIterator",
            "descendingIterator",
            "next",
            "previous",
            "subList",
            "subMap",
            "headMap",
            "tailMap",
            "descendingMap",
            "navigableKeySet",
            "descendingKeySet",
            "sequencedKeySet",
            "sequencedValues",
            "sequencedEntrySet",
            "subSet",
            "headSet",
            "tailSet",
            "descendingSet",
            "reversed",
            "firstEntry",
            "lastEntry");

    private static final Set<String> CONTENTS = Set.of(
            "get",
            "getOrDefault",
            "getFirst",
            "getLast",
            "getKey",
            "getValue",
            "getPlain",
            "getAcquire",
            "computeIfAbsent",
            "computeIfPresent",
            "compute",
            "merge",
            "putIfAbsent",
            "peek",
            "peekFirst",
            "peekLast",
            "element",
            "first",
            "last",
            "orElse",
            "orElseThrow",
            "orElseGet");

    private static final List<String> CONTAINERS = List.of(
            "java.util.Collection",
            "java.util.Map",
            "java.util.Map$Entry",
            "java.util.Iterator",
            "java.util.Optional",
            "java.util.concurrent.atomic.AtomicReference",
            "java.util.concurrent.atomic.AtomicReferenceArray",
            "java.lang.ref.Reference");

    private Mutable() {}

    /** Tells whether the call changes an object of the class, or a view of one. */
    static boolean isChangedBy(CallGraph graph, String type, Code target) {
        String name = target.name();
        if (changesFirstArgument(target)) {
            return type.equals(ARRAY) || isA(graph, type, MAPS) || isA(graph, type, COLLECTIONS);
        }
        if (isA(graph, type, MAPS) || isA(graph, type, COLLECTIONS)) {
            return OF_MAPS.contains(name) || OF_COLLECTIONS.contains(name);
        }
        if (graph.isA(type, "java.nio.Buffer")) {
            return changesBuffer(target);
        }
        for (Map.Entry<String, List<String>> entry : PREFIXES.entrySet()) {
            if (graph.isA(type, entry.getKey()) && !READING.contains(name)) {
                return entry.getValue().stream().anyMatch(prefix -> prefix.equals("*") || name.startsWith(prefix));
            }
        }
        return false;
    }

    private static boolean isA(CallGraph graph, String type, List<String> any) {
        return any.stream().anyMatch(one -> graph.isA(type, one));
    }

    /** Relative gets move the position; those that are given an index leave the buffer as it is. */
    private static boolean changesBuffer(Code target) {
        String name = target.name();
        boolean absolute = target.descriptor().startsWith("(I");
        return switch (name) {
            case "flip", "clear", "rewind", "mark", "reset", "compact", "append" -> true;
            case "position", "limit" -> absolute;
            case "order" -> target.parameterCount() == 1;
            default -> name.startsWith("put") || (name.startsWith("get") && !absolute);
        };
    }

    /** {@code Collections.sort}, {@code Arrays.fill} and their like. */
    static boolean changesFirstArgument(Code target) {
        String name = target.name();
        return switch (target.owner()) {
            case "java.util.Collections" ->
                Set.of("sort", "shuffle", "reverse", "swap", "fill", "addAll", "rotate", "copy", "replaceAll")
                        .contains(name);
            case "java.util.Arrays" ->
                name.startsWith("sort")
                        || name.startsWith("fill")
                        || name.startsWith("setAll")
                        || name.startsWith("parallel");
            default -> false;
        };
    }

    /** Tells whether what a call returns is a part of the collection that it was called on. */
    static boolean isView(CallGraph graph, Call call) {
        return VIEWS.contains(call.target().name()) && isA(graph, call.target().owner(), CONTAINERS);
    }

    /** Tells whether a call returns what was put into the object that it was called on. */
    static boolean isContent(CallGraph graph, Call call) {
        return CONTENTS.contains(call.target().name())
                && isA(graph, call.target().owner(), CONTAINERS);
    }
}
