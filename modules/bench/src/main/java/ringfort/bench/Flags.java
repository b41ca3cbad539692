package ringfort.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code --name value} pairs of a rig; what is not known is refused, so that a misspelt one does not cost an hour. */
public final class Flags {
    private final Map<String, String> values = new HashMap<>();

    public Flags(Set<String> known, List<String> arguments) {
        for (int i = 0; i < arguments.size(); i += 2) {
            String name = arguments.get(i).replaceFirst("^--", "");
            if (!known.contains(name) || i + 1 == arguments.size()) {
                throw new IllegalArgumentException(arguments.get(i) + ": a flag and its value is one of " + known);
            }
            values.put(name, arguments.get(i + 1));
        }
    }

    public int number(String name, int otherwise) {
        String value = values.get(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    public String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    /** What is between commas; empty when there is none. */
    public List<String> list(String name, String otherwise) {
        String text = text(name, otherwise);
        return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
    }
}
