package ringfort.app;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The program apart from the process it runs in: picks the command, prints help, turns failures into one line. */
final class Program {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int NOT_UNDERSTOOD = 2;

    private static final int HELP_WIDTH = 34;

    private final List<Command> commands = List.of(new ServeCommand(), new DoctorCommand());
    private final Console console;

    Program(PrintStream out, PrintStream err, Map<String, String> environment) {
        this.console = new Console(out, err, environment);
    }

    int run(String... arguments) {
        boolean debug = debug(arguments);
        try {
            return dispatch(List.of(arguments));
        } catch (UsageException e) {
            return failure(e, NOT_UNDERSTOOD, debug);
        } catch (Throwable e) { // an error, too: no memory, no thread to be had
            return failure(e, FAILED, debug);
        }
    }

    /** Read before anything is parsed, so that it holds for failures to parse too. */
    private boolean debug(String... arguments) {
        String variable = console.environment().getOrDefault("RINGFORT_DEBUG", "");
        return !(variable.isEmpty() || variable.equals("0"))
                || List.of(arguments).contains("--" + Flag.DEBUG.name());
    }

    private int failure(Throwable failure, int code, boolean debug) {
        try {
            String message = failure.getMessage();
            console.err().println("ringfort: " + (message == null ? failure.toString() : oneLine(message)));
            if (debug) {
                failure.printStackTrace(console.err());
            }
        } catch (Throwable _) {
            return code; // no memory to say more, or a console that is gone
        }
        return code;
    }

    private static String oneLine(String message) {
        return message.lines()
                .map(String::trim)
                .reduce((first, next) -> first + "; " + next)
                .orElse("");
    }

    private int dispatch(List<String> arguments) throws UsageException {
        if (arguments.isEmpty()) {
            console.err().print(overview());
            return NOT_UNDERSTOOD;
        }
        String first = arguments.getFirst();
        List<String> rest = arguments.subList(1, arguments.size());
        return switch (first) {
            case "--help", "-h" -> print(overview());
            case "--version" -> print("ringfort " + version() + "\n");
            default -> run(command(first), rest);
        };
    }

    private int print(String text) {
        console.out().print(text);
        console.out().flush();
        return DONE;
    }

    private int run(Command command, List<String> arguments) throws UsageException {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            return print(help(command));
        }
        return command.run(CommandLine.parse(command.name(), allFlags(command), arguments), console);
    }

    private Command command(String name) throws UsageException {
        for (Command command : commands) {
            if (command.name().equals(name)) {
                return command;
            }
        }
        List<String> known =
                new ArrayList<>(commands.stream().map(Command::name).toList());
        known.addAll(List.of("--help", "--version"));
        Optional<String> nearest = Spelling.nearest(name, known);
        throw new UsageException("unknown command " + name
                + nearest.map(near -> "; did you mean " + near + "?").orElse("; see ringfort --help"));
    }

    private static List<Flag> allFlags(Command command) {
        List<Flag> flags = new ArrayList<>(command.flags());
        flags.add(Flag.DEBUG);
        return flags;
    }

    private String overview() {
        StringBuilder text = new StringBuilder("usage: ringfort COMMAND [--flag value] ...\n\n");
        for (Command command : commands) {
            entry(text, command.name(), command.summary());
        }
        entry(text, "COMMAND --help", "what a command takes");
        entry(text, "--version", "print the version");
        return text.append(
                        "\nExit codes: 0 done, also when SIGTERM has ended it; 1 failed, 2 not understood, 130 interrupted.\n")
                .toString();
    }

    private static String help(Command command) {
        StringBuilder text = new StringBuilder("usage: ringfort ").append(command.name());
        text.append(" [--flag value] ...\n\n").append(command.summary()).append(".\n\n");
        allFlags(command).forEach(flag -> entry(text, flag.usage(), flag.help()));
        entry(text, Flag.HELP.usage(), Flag.HELP.help());
        String notes = command.notes();
        return text.append(notes.isEmpty() ? "" : "\n" + notes).toString();
    }

    private static void entry(StringBuilder text, String name, String what) {
        text.append("  ").append(name).repeat(' ', Math.max(1, HELP_WIDTH - name.length()));
        text.append(what.replace("\n", "\n" + " ".repeat(HELP_WIDTH + 2))).append('\n');
    }

    /** The module's version, which the build compiles in. */
    static String version() {
        return Optional.ofNullable(Program.class.getModule().getDescriptor())
                .flatMap(descriptor -> descriptor.rawVersion())
                .orElse("(unpackaged)");
    }
}
