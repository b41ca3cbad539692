package ringfort.app;

import org.jspecify.annotations.Nullable;

/**
 * One {@code --name} that a command takes.
 *
 * @param name without the dashes
 * @param placeholder what the help calls its value, or null when it takes none
 * @param help what it does, in one line or a few
 * @param bare the value of the flag when it is given without one; null when it needs one
 */
record Flag(
        String name,
        @Nullable String placeholder,
        String help,
        @Nullable String bare) {
    /** A flag that needs its value, or takes none. */
    Flag(String name, @Nullable String placeholder, String help) {
        this(name, placeholder, help, null);
    }

    /** What every command takes. */
    static final Flag HELP = new Flag("help", null, "print this help");

    static final Flag DEBUG = new Flag("debug", null, "print stack traces of failures, as RINGFORT_DEBUG=1 does");

    boolean takesValue() {
        return placeholder != null;
    }

    /** The flag as the help shows it: {@code --port PORT}. */
    String usage() {
        String value = bare == null ? " " + placeholder : " [" + placeholder + "]";
        return placeholder == null ? "--" + name : "--" + name + value;
    }
}
