package ringfort.api.spi;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.Fields;

/**
 * A route pattern taken apart: literal text, and parameters that fill a whole segment. {@code {name}} takes one segment
 * that is not empty, {@code {name...}} the rest of the path, slashes included, possibly nothing.
 */
record Pattern(List<Part> parts, List<String> parameters) {
    /** A run of literal text, or a parameter. */
    sealed interface Part {}

    /** Text that must be there, slashes included; decoded, as the path it is compared with. */
    record Literal(String text) implements Part {}

    /** One segment. */
    record Parameter() implements Part {}

    /** Everything that is left. */
    record Rest() implements Part {}

    static Pattern parse(String pattern) {
        if (!pattern.startsWith("/")) {
            throw refused(pattern, "does not start with a slash");
        }
        if (pattern.indexOf('?') >= 0 || pattern.indexOf('#') >= 0) {
            throw refused(pattern, "holds a '?' or '#'; routes see the path only, ask the request for its query");
        }
        List<Part> parts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        String[] segments = pattern.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            String segment = segments[i];
            literal.append('/');
            if (segment.equals(".") || segment.equals("..")) {
                throw refused(pattern, "holds a dot segment, which is removed from every path before it is matched");
            }
            String foreign = foreign(segment);
            if (foreign != null) {
                throw refused(pattern, "has the segment " + segment + ", which would be literal text here: " + foreign);
            }
            if (segment.indexOf('{') < 0 && segment.indexOf('}') < 0) {
                literal.append(segment);
                continue;
            }
            parts.add(new Literal(literal.toString()));
            literal.setLength(0);
            parts.add(parameter(pattern, segment, i == segments.length - 1, names));
        }
        if (!literal.isEmpty()) {
            parts.add(new Literal(literal.toString()));
        }
        return new Pattern(List.copyOf(parts), List.copyOf(names));
    }

    /** How a parameter of other routers is written here; null for a segment that does not look like one. */
    private static @Nullable String foreign(String segment) {
        if (segment.startsWith(":") && segment.length() > 1) {
            return "write {" + segment.substring(1) + "} for a parameter";
        } else if (segment.startsWith("<") && segment.endsWith(">")) {
            return "write {" + segment.substring(1, segment.length() - 1) + "} for a parameter";
        } else if (segment.startsWith("{") && segment.contains("*") && segment.endsWith("}")) {
            return "write {" + segment.replaceAll("[{}*]", "") + "...} for the rest of the path";
        } else if (segment.startsWith("{") && segment.contains(":") && segment.endsWith("}")) {
            return "write {" + segment.substring(1, segment.indexOf(':')) + "} and check its value in the handler";
        }
        return segment.startsWith("*") || segment.endsWith("*")
                ? "write {name} for one segment, {name...} for the rest of the path"
                : null;
    }

    private static Part parameter(String pattern, String segment, boolean last, List<String> names) {
        if (!segment.startsWith("{") || !segment.endsWith("}")) {
            throw refused(pattern, "has a parameter that does not fill its segment: " + segment);
        }
        boolean rest = segment.endsWith("...}");
        String name = segment.substring(1, segment.length() - (rest ? 4 : 1));
        if (name.isEmpty() || !name.chars().allMatch(c -> Character.isJavaIdentifierPart(c) || c == '-')) {
            throw refused(pattern, "has a parameter whose name is not letters, digits, '_' or '-': " + segment);
        }
        if (names.contains(name)) {
            throw refused(pattern, "names two parameters " + name);
        }
        if (rest && !last) {
            throw refused(pattern, "goes on after " + segment + ", which takes all that is left");
        }
        names.add(name);
        return rest ? new Rest() : new Parameter();
    }

    private static IllegalArgumentException refused(String pattern, String why) {
        return new IllegalArgumentException("pattern " + Fields.quote(pattern) + " " + why);
    }

    /** Whether a path as sent can equal this pattern character by character. */
    boolean isPlain() {
        return parts.size() == 1
                && parts.getFirst() instanceof Literal(String text)
                && text.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '%');
    }

    /** Equal for patterns that match the same paths. */
    String shape() {
        StringBuilder shape = new StringBuilder();
        for (Part part : parts) {
            shape.append(part instanceof Literal literal ? literal.text() : part instanceof Rest ? "{...}" : "{}");
        }
        return shape.toString();
    }
}
