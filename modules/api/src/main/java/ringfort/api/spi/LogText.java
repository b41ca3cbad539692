package ringfort.api.spi;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Text and exceptions as they may be logged: what a peer has sent ends up in messages, and with CR or LF in it would make
 * log lines of its own, with ESC command the terminal that shows them. Stateless; any thread.
 */
public final class LogText {
    private LogText() {}

    /**
     * Text on one line: control characters, line and paragraph separators, and marks that reverse the direction of text are
     * escaped.
     *
     * @param text any text
     * @return the same text when nothing had to be escaped
     */
    public static String line(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUnsafe(text.charAt(i))) {
                return escaped(text, i);
            }
        }
        return text;
    }

    private static String escaped(String text, int first) {
        StringBuilder line = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                default -> {
                    if (isUnsafe(c)) {
                        line.append(String.format("\\u%04x", (int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        return line.toString();
    }

    private static boolean isUnsafe(char c) {
        return (c < ' ' && c != '\t')
                || (c >= 0x7F && c <= 0x9F)
                || c == '\u2028'
                || c == '\u2029'
                || (c >= '\u202A' && c <= '\u202E')
                || (c >= '\u2066' && c <= '\u2069');
    }

    /**
     * An exception whose messages are on one line each: itself when they are, else one that looks the same when it is
     * printed, with causes, suppressed exceptions and stack traces.
     *
     * @param failure any exception
     * @return what to hand to a logger
     */
    public static Throwable of(Throwable failure) {
        return isSafe(failure, identities()) ? failure : Shown.of(failure, identities());
    }

    private static Set<Throwable> identities() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private static boolean isSafe(@Nullable Throwable failure, Set<Throwable> seen) {
        if (failure == null || !seen.add(failure)) {
            return true;
        }
        String text = String.valueOf(failure);
        boolean safe = line(text).length() == text.length() && isSafe(failure.getCause(), seen);
        for (Throwable suppressed : failure.getSuppressed()) {
            safe = safe && isSafe(suppressed, seen);
        }
        return safe;
    }

    /** Stands in for an exception in a log. */
    private static final class Shown extends Throwable {
        private static final long serialVersionUID = 1L;

        private final String text;

        private Shown(String text, @Nullable Throwable cause) {
            super(text, cause);
            this.text = text;
        }

        static Throwable of(Throwable failure, Set<Throwable> seen) {
            if (!seen.add(failure)) {
                return new Shown(line(String.valueOf(failure)), null); // a cause of itself is shown once
            }
            Throwable cause = failure.getCause();
            Shown shown = new Shown(line(String.valueOf(failure)), cause == null ? null : of(cause, seen));
            shown.setStackTrace(failure.getStackTrace());
            for (Throwable suppressed : failure.getSuppressed()) {
                shown.addSuppressed(of(suppressed, seen));
            }
            return shown;
        }

        @Override
        @SuppressWarnings("OverrideThrowableToString") // it stands in for another class, whose name is in the text
        public String toString() {
            return text;
        }
    }
}
