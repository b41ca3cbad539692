package ringfort.h1;

import org.jspecify.annotations.Nullable;
import ringfort.message.Octets;

/**
 * Checks the extensions behind a chunk size, octet by octet (RFC 9112, 7.1.1), and keeps nothing of them. Two readers must
 * agree on where the line ends: one that respects quotes and one that does not would find other chunks behind a quote that
 * is not closed, so it is refused. Belongs to one decoder.
 *
 * <pre>
 *  ";" ─► NAME_START ─► NAME ─► AFTER_NAME ─"="─► VALUE_START ─► VALUE ───────► AFTER_VALUE ─";"─► NAME_START
 *                                                      └─ '"' ─► QUOTED ─ '"' ────┘
 *                                                               ▲  └ "\" ► ESCAPED
 *                                                               └────────────┘
 * </pre>
 *
 * <p>White space around the delimiters is bad, but to be accepted (RFC 9110, 5.6.3). An unquoted value may hold octets
 * above 0x7F, which old senders use.
 */
final class ChunkExtension {
    private enum State {
        NAME_START,
        NAME,
        AFTER_NAME,
        VALUE_START,
        VALUE,
        QUOTED,
        ESCAPED,
        AFTER_VALUE
    }

    private State state = State.NAME_START;

    /** Begins behind the semicolon that follows a chunk size. */
    void begin() {
        state = State.NAME_START;
    }

    /** Whether the line may end here. */
    boolean mayEnd() {
        return switch (state) {
            case NAME, AFTER_NAME, VALUE, AFTER_VALUE -> true;
            case NAME_START, VALUE_START, QUOTED, ESCAPED -> false;
        };
    }

    /** Why the line may not end here. */
    String unfinished() {
        return switch (state) {
            case NAME_START -> "chunk extension without a name";
            case VALUE_START -> "chunk extension without a value";
            default -> "quoted string of a chunk extension is not closed";
        };
    }

    /** Takes one octet that is not the CR of the line's end; returns why it is refused, or null. */
    @Nullable String take(byte octet) {
        return switch (state) {
            case NAME_START ->
                Octets.isWhitespace(octet)
                        ? null
                        : Octets.is(Octets.TOKEN, octet) ? to(State.NAME) : "chunk extension without a name";
            case NAME -> Octets.is(Octets.TOKEN, octet) ? null : afterName(octet);
            case AFTER_NAME -> afterName(octet);
            case VALUE_START ->
                Octets.isWhitespace(octet)
                        ? null
                        : octet == '"'
                                ? to(State.QUOTED)
                                : isValue(octet) ? to(State.VALUE) : "chunk extension without a value";
            case VALUE -> isValue(octet) ? null : afterValue(octet);
            case QUOTED -> octet == '"' ? to(State.AFTER_VALUE) : octet == '\\' ? to(State.ESCAPED) : control(octet);
            case ESCAPED -> {
                String refused = control(octet);
                state = State.QUOTED;
                yield refused;
            }
            case AFTER_VALUE -> afterValue(octet);
        };
    }

    private @Nullable String afterName(byte octet) {
        return octet == '=' ? to(State.VALUE_START) : delimiter(octet, State.AFTER_NAME);
    }

    private @Nullable String afterValue(byte octet) {
        return delimiter(octet, State.AFTER_VALUE);
    }

    private @Nullable String delimiter(byte octet, State blank) {
        if (octet == ';') {
            return to(State.NAME_START);
        }
        return Octets.isWhitespace(octet) ? to(blank) : "malformed chunk extension";
    }

    private @Nullable String to(State next) {
        state = next;
        return null;
    }

    private static boolean isValue(byte octet) {
        return Octets.is(Octets.TOKEN, octet) || octet < 0;
    }

    private static @Nullable String control(byte octet) {
        boolean control = (octet >= 0 && octet < ' ' && octet != '\t') || octet == 0x7F;
        return control ? "control character in a chunk extension" : null;
    }
}
