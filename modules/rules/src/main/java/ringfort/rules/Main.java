package ringfort.rules;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks class files from the command line, for a build without JUnit.
 *
 * <pre>
 *   java --module-path DIR --module ringfort.rules/ringfort.rules.Main --classes target/classes [--rule NAME]... [--list]
 * </pre>
 *
 * Exit code 0: all rules hold. 1: some are broken, and the report on standard output says where. 2: the command line is
 * wrong, or there was nothing to check. How far a long run has come is on standard error.
 */
public final class Main {
    private static final long LONG_RUN_NANOS = 10_000_000_000L;

    private static final String USAGE = """
            usage: ringfort.rules --classes DIR [--classes DIR]... [option]... | --list
              --classes DIR          class files or a jar to check
              --rule NAME            check this rule only; a part of its name will do
              --baseline FILE        report only what is not in this file
              --write-baseline FILE  write there what is broken now, and succeed
              --sarif FILE           write the report there too, as SARIF 2.1.0
              --source-root DIR      where sources lie, for paths in SARIF; src/main/java
              --list                 print the rules and why they are there
            """;

    private final PrintStream out;
    private final PrintStream err;
    private final List<Path> paths = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final Map<String, String> options = new LinkedHashMap<>();
    private final long startNanos = System.nanoTime();

    private Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs the program and ends the JVM. */
    public static void main(String... arguments) {
        System.setProperty(
                "slf4j.internal.verbosity", "ERROR"); // ArchUnit logs through SLF4J; that none is there is fine
        System.exit(run(System.out, System.err, arguments));
    }

    /** Runs the program and answers with the exit code. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        return new Main(out, err).run(arguments);
    }

    private int run(String... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            String value = i + 1 < arguments.length ? arguments[i + 1] : "";
            switch (argument) {
                case "--list" -> {
                    list();
                    return 0;
                }
                case "--classes", "--rule", "--baseline", "--write-baseline", "--sarif", "--source-root" -> {
                    if (value.isEmpty()) {
                        return refuse(argument + " needs a value");
                    }
                    i++;
                    switch (argument) {
                        case "--classes" -> paths.add(Path.of(value));
                        case "--rule" -> names.add(value);
                        default -> options.put(argument, value);
                    }
                }
                default -> {
                    return refuse("unknown argument: " + argument);
                }
            }
        }
        return check();
    }

    private int check() {
        List<NamedRule> rules = ApplicationRules.ALL.stream()
                .filter(rule -> names.isEmpty() || names.stream().anyMatch(rule.name()::contains))
                .toList();
        if (paths.isEmpty()) {
            return refuse("--classes is missing");
        }
        if (rules.isEmpty()) {
            return refuse("no rule is called " + String.join(" or ", names));
        }
        for (Path path : paths) {
            if (!Files.exists(path)) {
                return refuse(path + " does not exist");
            }
        }
        String baseline = options.getOrDefault("--baseline", "");
        if (!baseline.isEmpty() && !Files.exists(Path.of(baseline))) {
            return refuse("there is no baseline " + baseline + ": write it with --write-baseline");
        }
        Project classes = Project.in(paths);
        if (classes.classes().isEmpty()) {
            return refuse("no class files below " + paths + ": nothing was checked");
        }
        progress(classes.classes().size() + " classes read");
        String toWrite = options.getOrDefault("--write-baseline", "");
        if (!toWrite.isEmpty()) {
            int count = Baseline.write(Path.of(toWrite), rules, rule -> rule.violations(classes));
            out.println(classes.classes().size() + " classes, " + rules.size() + " rules, " + count
                    + " violations written to " + toWrite);
            return 0;
        }
        return report(classes, rules, baseline.isEmpty() ? Baseline.empty() : Baseline.read(Path.of(baseline)));
    }

    private int report(Project classes, List<NamedRule> rules, Baseline baseline) {
        Map<NamedRule, List<String>> all = new LinkedHashMap<>();
        int broken = 0;
        int known = 0;
        for (NamedRule rule : rules) {
            progress("rule " + (all.size() + 1) + " of " + rules.size() + ": " + rule.name());
            List<String> found = rule.violations(classes);
            List<String> violations = baseline.added(rule, found);
            known += found.size() - violations.size();
            all.put(rule, violations);
            out.println((violations.isEmpty() ? "ok      " : "BROKEN  ") + rule.name());
            if (!violations.isEmpty()) {
                broken++;
                out.println("  " + rule.rule().getDescription());
                violations.forEach(violation -> out.println("    - " + violation));
            }
        }
        if (known > 0) {
            out.println(known + " violations are in the baseline and are not shown");
        }
        out.println(classes.classes().size() + " classes, " + rules.size() + " rules, " + broken + " broken");
        String sarif = options.getOrDefault("--sarif", "");
        if (!sarif.isEmpty()) {
            write(
                    Path.of(sarif),
                    new Sarif(classes, options.getOrDefault("--source-root", "src/main/java")).write(all));
        }
        return broken == 0 ? 0 : 1;
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("the report cannot be written", e);
        }
    }

    /** Says how far a run has come that takes longer than a look. */
    private void progress(String what) {
        long nanos = System.nanoTime() - startNanos;
        if (nanos > LONG_RUN_NANOS) {
            err.println("ringfort.rules: " + nanos / 1_000_000_000 + " s: " + what);
        }
    }

    private void list() {
        for (NamedRule rule : ApplicationRules.ALL) {
            out.println(rule.name());
            out.println("    " + rule.rule().getDescription());
        }
    }

    private int refuse(String why) {
        err.println("ringfort.rules: " + why);
        err.print(USAGE);
        return 2;
    }
}
