package ringfort.rules;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks class files from the command line, for a build without JUnit.
 *
 * <pre>
 *   java --module-path DIR --module ringfort.rules/ringfort.rules.Main --classes target/classes [--rule NAME]... [--list]
 * </pre>
 *
 * Exit code 0: all rules hold. 1: some are broken, and the report on standard output says where. 2: the command line is
 * wrong, or there was nothing to check.
 */
public final class Main {
    private static final String USAGE = """
            usage: ringfort.rules --classes DIR [--classes DIR]... [--rule NAME]... | --list
              --classes DIR   class files or a jar to check
              --rule NAME     check this rule only; a part of its name will do
              --list          print the rules and why they are there
            """;

    private Main() {}

    /** Runs the program and ends the JVM. */
    public static void main(String... arguments) {
        System.setProperty(
                "slf4j.internal.verbosity", "ERROR"); // ArchUnit logs through SLF4J; that none is there is fine
        System.exit(run(System.out, System.err, arguments));
    }

    /** Runs the program and answers with the exit code. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        List<Path> paths = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            String value = i + 1 < arguments.length ? arguments[i + 1] : "";
            switch (argument) {
                case "--list" -> {
                    list(out);
                    return 0;
                }
                case "--classes", "--rule" -> {
                    if (value.isEmpty()) {
                        return refuse(err, argument + " needs a value");
                    }
                    i++;
                    if (argument.equals("--classes")) {
                        paths.add(Path.of(value));
                    } else {
                        names.add(value);
                    }
                }
                default -> {
                    return refuse(err, "unknown argument: " + argument);
                }
            }
        }
        return check(out, err, paths, names);
    }

    private static int check(PrintStream out, PrintStream err, List<Path> paths, List<String> names) {
        List<NamedRule> rules = ApplicationRules.ALL.stream()
                .filter(rule -> names.isEmpty() || names.stream().anyMatch(rule.name()::contains))
                .toList();
        if (paths.isEmpty()) {
            return refuse(err, "--classes is missing");
        }
        if (rules.isEmpty()) {
            return refuse(err, "no rule is called " + String.join(" or ", names));
        }
        for (Path path : paths) {
            if (!Files.exists(path)) {
                return refuse(err, path + " does not exist");
            }
        }
        JavaClasses classes = new ClassFileImporter().importPaths(paths);
        if (classes.isEmpty()) {
            return refuse(err, "no class files below " + paths + ": nothing was checked");
        }
        return report(out, classes, rules);
    }

    private static int report(PrintStream out, JavaClasses classes, List<NamedRule> rules) {
        int broken = 0;
        for (NamedRule rule : rules) {
            List<String> violations = rule.violations(classes);
            out.println((violations.isEmpty() ? "ok      " : "BROKEN  ") + rule.name());
            if (!violations.isEmpty()) {
                broken++;
                out.println("  " + rule.rule().getDescription());
                violations.forEach(violation -> out.println("    - " + violation));
            }
        }
        out.println(classes.size() + " classes, " + rules.size() + " rules, " + broken + " broken");
        return broken == 0 ? 0 : 1;
    }

    private static void list(PrintStream out) {
        for (NamedRule rule : ApplicationRules.ALL) {
            out.println(rule.name());
            out.println("    " + rule.rule().getDescription());
        }
    }

    private static int refuse(PrintStream err, String why) {
        err.println("ringfort.rules: " + why);
        err.print(USAGE);
        return 2;
    }
}
