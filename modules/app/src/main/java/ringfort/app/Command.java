package ringfort.app;

import java.util.List;

/** One thing the program does. */
interface Command {
    String name();

    /** One line for the overview. */
    String summary();

    /** What it takes besides --help and --debug. */
    List<Flag> flags();

    /** What the help says below the flags; may be empty. */
    String notes();

    /** Carries it out and returns the exit code. */
    int run(CommandLine line, Console console) throws UsageException;
}
