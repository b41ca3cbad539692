package ringfort.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The flags that follow a command's name: {@code --name value}, {@code --name=value} or {@code --name}, which switches an option on. Strict, since a
 * server that ignores a misspelt timeout runs without it: unknown and repeated flags and missing values are refused.
 */
final class CommandLine {
    private final Map<String, String> values;

    private CommandLine(Map<String, String> values) {
        this.values = values;
    }

    static CommandLine parse(String command, List<Flag> flags, List<String> arguments) throws UsageException {
        Map<String, Flag> known = flags.stream().collect(Collectors.toMap(Flag::name, Function.identity()));
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i).equals("-h") ? "--help" : arguments.get(i);
            if (!argument.startsWith("--")) {
                throw new UsageException("'" + argument + "' is not a flag; see ringfort " + command + " --help");
            }
            int equals = argument.indexOf('=');
            String name = argument.substring(2, equals < 0 ? argument.length() : equals);
            Flag flag = known.get(name);
            if (flag == null) {
                throw new UsageException("unknown flag --" + name + hint(command, name, known));
            }
            if (values.containsKey(name)) {
                throw new UsageException("--" + name + " is given twice");
            }
            if (!flag.takesValue()) {
                if (equals >= 0) {
                    throw new UsageException("--" + name + " takes no value");
                }
                values.put(name, "");
            } else if (equals >= 0) {
                values.put(name, argument.substring(equals + 1));
            } else if (i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--")) {
                values.put(name, arguments.get(++i));
            } else if (flag.bare() != null) {
                values.put(name, flag.bare());
            } else {
                throw new UsageException("--" + name + " needs a value: " + flag.usage());
            }
        }
        return new CommandLine(values);
    }

    private static String hint(String command, String name, Map<String, Flag> known) {
        Optional<String> nearest = Spelling.nearest(name, known.keySet());
        return nearest.map(near -> "; did you mean --" + near + "?").orElse("; see ringfort " + command + " --help");
    }

    boolean has(Flag flag) {
        return values.containsKey(flag.name());
    }

    @Nullable String value(String name) {
        return values.get(name);
    }

    /** Returns what was given, in that order. */
    Map<String, String> values() {
        return values;
    }
}
