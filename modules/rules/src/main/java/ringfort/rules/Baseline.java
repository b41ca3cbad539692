package ringfort.rules;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What an old project breaks today, as a text file beside its source: rules fail on what is not in it. A line is the name
 * of a rule, a tab, and a violation without its line numbers, so that moving code breaks nothing. The same violation twice
 * is two lines. Immutable.
 */
public final class Baseline {
    private static final String HEAD =
            "# What breaks the rules today. Lines are removed as it is repaired, and none is added.";

    private final Map<String, Integer> counts;

    private Baseline(Map<String, Integer> counts) {
        this.counts = counts;
    }

    /** A baseline with nothing in it: every violation is new. */
    public static Baseline empty() {
        return new Baseline(Map.of());
    }

    /**
     * Reads a baseline.
     *
     * @throws UncheckedIOException when there is no such file
     */
    public static Baseline read(Path file) {
        Map<String, Integer> counts = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                if (!line.startsWith("#") && !line.isBlank()) {
                    counts.merge(line, 1, Integer::sum);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the baseline cannot be read; write it first", e);
        }
        return new Baseline(counts);
    }

    /**
     * Writes what the classes break now, and answers with how many violations that is.
     *
     * @throws UncheckedIOException when the file cannot be written
     */
    public static int write(Path file, JavaClasses classes, List<NamedRule> rules) {
        return write(file, rules, rule -> rule.violations(classes));
    }

    static int write(Path file, List<NamedRule> rules, Function<NamedRule, List<String>> violations) {
        List<String> lines = new ArrayList<>();
        for (NamedRule rule : rules) {
            violations.apply(rule).forEach(violation -> lines.add(line(rule, violation)));
        }
        lines.sort(null);
        lines.addFirst(HEAD);
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException("the baseline cannot be written", e);
        }
        return lines.size() - 1;
    }

    /** Returns what of a rule's violations is not in the baseline, or more often than there. */
    public List<String> added(NamedRule rule, List<String> violations) {
        Map<String, Integer> left = new HashMap<>(counts);
        List<String> added = new ArrayList<>();
        for (String violation : violations) {
            String line = line(rule, violation);
            int count = left.getOrDefault(line, 0);
            if (count == 0) {
                added.add(violation);
            } else {
                left.put(line, count - 1);
            }
        }
        return added;
    }

    private static String line(NamedRule rule, String violation) {
        String withoutLines = violation.replaceAll("(\\.\\w+):\\d+", "$1");
        return rule.name() + "\t" + withoutLines.strip().replaceAll("\\s+", " ");
    }
}
