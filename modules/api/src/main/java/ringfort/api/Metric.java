package ringfort.api;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A number about a running server at one moment.
 *
 * @param name name of the family, in the form of Prometheus: {@code ringfort_connections_open}
 * @param help what it counts and in which unit, one sentence
 * @param kind how it moves
 * @param labels what tells it from others of its family
 * @param value the number
 */
public record Metric(String name, String help, Kind kind, Map<String, String> labels, double value) {
    /** How a metric moves. */
    public enum Kind {
        /** Only grows, from the start of the process. */
        COUNTER,
        /** Goes up and down. */
        GAUGE,
        /** One part of a histogram: its name ends in {@code _bucket}, with a label {@code le}, {@code _sum} or {@code _count}. */
        HISTOGRAM;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Metric {
        requireName(name);
        Objects.requireNonNull(help, "help");
        Objects.requireNonNull(kind, "kind");
        labels = Map.copyOf(labels);
        labels.keySet().forEach(Metric::requireName);
        if (kind == Kind.HISTOGRAM && !name.matches(".+_(bucket|sum|count)")) {
            throw new IllegalArgumentException("name " + name + " is no part of a histogram: _bucket, _sum or _count");
        }
    }

    /** The name that parts of one histogram share; for any other metric its own. */
    String family() {
        return kind == Kind.HISTOGRAM ? name.substring(0, name.lastIndexOf('_')) : name;
    }

    private static void requireName(String name) {
        boolean first = !name.isEmpty() && (Character.isLetter(name.charAt(0)) || name.charAt(0) == '_');
        if (!first || !name.chars().allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || c == '_'))) {
            throw new IllegalArgumentException("name " + name + " is not letters, digits and underscores");
        }
    }
}
