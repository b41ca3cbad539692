package ringfort.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes metrics in the Prometheus text format, version 0.0.4. Stateless; any thread. */
public final class PrometheusText {
    /** Media type of the format. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private PrometheusText() {}

    /**
     * Writes metrics; the members of a family together, its help and type once.
     *
     * @param metrics the metrics, in any order
     * @return the text
     */
    public static String format(Collection<Metric> metrics) {
        Map<String, List<Metric>> families = new LinkedHashMap<>();
        for (Metric metric : metrics) {
            families.computeIfAbsent(metric.family(), _ -> new ArrayList<>()).add(metric);
        }
        StringBuilder text = new StringBuilder(128 * metrics.size());
        families.forEach((name, family) -> {
            Metric first = family.getFirst();
            String help = first.help().replace("\\", "\\\\").replace("\n", "\\n");
            text.append("# HELP ").append(name).append(' ').append(help).append('\n');
            text.append("# TYPE ")
                    .append(name)
                    .append(' ')
                    .append(first.kind().text())
                    .append('\n');
            family.forEach(metric -> sample(text, metric));
        });
        return text.toString();
    }

    private static void sample(StringBuilder text, Metric metric) {
        text.append(metric.name());
        char separator = '{';
        for (Map.Entry<String, String> label : new TreeMap<>(metric.labels()).entrySet()) {
            String value =
                    label.getValue().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
            text.append(separator)
                    .append(label.getKey())
                    .append("=\"")
                    .append(value)
                    .append('"');
            separator = ',';
        }
        text.append(separator == ',' ? "} " : " ")
                .append(number(metric.value()))
                .append('\n');
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1L << 53;
        return whole ? Long.toString((long) value) : Double.toString(value);
    }
}
