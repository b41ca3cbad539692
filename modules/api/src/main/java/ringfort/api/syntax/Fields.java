package ringfort.api.syntax;

import java.util.Locale;
import java.util.Set;

/** Field names and values (RFC 9110, sections 5.1, 5.5, 5.6.2 and 6.5.1). Stateless; any thread. */
public final class Fields {
    private static final String TOKEN_PUNCTUATION = "!#$%&'*+-.^_`|~";
    private static final boolean[] TOKEN = new boolean[128];

    /** What frames a message and ends a connection, which an engine alone decides. */
    private static final Set<String> OF_THE_ENGINE = Set.of(
            "content-length",
            "transfer-encoding",
            "connection",
            "date",
            "keep-alive",
            "proxy-connection",
            "trailer",
            "upgrade");

    /**
     * What a recipient has to know before the content, or must not learn from a part of the message that a proxy may
     * merge, drop or overlook: framing, routing, control data, authentication, and how the content is to be read.
     */
    private static final Set<String> NOT_IN_TRAILERS = Set.of(
            "te",
            "host",
            "expect",
            "max-forwards",
            "range",
            "if-match",
            "if-none-match",
            "if-modified-since",
            "if-unmodified-since",
            "if-range",
            "pragma",
            "age",
            "cache-control",
            "expires",
            "location",
            "retry-after",
            "vary",
            "warning",
            "authorization",
            "proxy-authorization",
            "www-authenticate",
            "proxy-authenticate",
            "cookie",
            "set-cookie",
            "content-encoding",
            "content-type",
            "content-range",
            "content-location",
            "content-language",
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto");

    static {
        for (int c = 0; c < 128; c++) {
            TOKEN[c] = (c >= '0' && c <= '9')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || TOKEN_PUNCTUATION.indexOf(c) >= 0;
        }
    }

    private Fields() {}

    /**
     * Whether the text is a token.
     *
     * @param text any text
     * @return true when it is not empty and made of token characters only
     */
    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTokenCharacter(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /**
     * Whether a token may hold the character.
     *
     * @param c any character
     * @return true for a letter or digit of ASCII and for {@code !#$%&'*+-.^_`|~}
     */
    public static boolean isTokenCharacter(char c) {
        return c < 128 && TOKEN[c];
    }

    /**
     * Whether the character is white space within a line (OWS, section 5.6.3).
     *
     * @param c any character
     * @return true for space and horizontal tab
     */
    public static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /**
     * A piece of a line without the white space around it.
     *
     * @param line the line
     * @param from first character
     * @param to after the last character
     * @return what is left
     */
    public static String trimmed(String line, int from, int to) {
        int begin = from;
        int end = to;
        while (begin < end && isBlank(line.charAt(begin))) {
            begin++;
        }
        while (end > begin && isBlank(line.charAt(end - 1))) {
            end--;
        }
        return line.substring(begin, end);
    }

    /**
     * Refuses a field name that is no token.
     *
     * @param name the name
     * @return the name
     */
    public static String requireName(String name) {
        if (!isToken(name)) {
            throw new IllegalArgumentException("field name " + quote(name) + " is not a token (RFC 9110, 5.6.2)");
        }
        return name;
    }

    /**
     * Refuses a name of a field that an application must not set in a message it sends.
     *
     * @param name the name
     * @return the name
     */
    public static String requireOwnName(String name) {
        requireName(name);
        if (OF_THE_ENGINE.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(name + " is set by the engine, which alone knows how the message is"
                    + " framed and when the connection ends; leave it out");
        }
        return name;
    }

    /**
     * Refuses a name of a field that must not come behind the content.
     *
     * @param name the name
     * @return the name
     */
    public static String requireTrailerName(String name) {
        requireOwnName(name);
        if (NOT_IN_TRAILERS.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(name
                    + " must not be a trailer (RFC 9110, 6.5.1): it is needed before the content; make it a header");
        }
        return name;
    }

    /**
     * Refuses a field value that could split or corrupt a message: CR, LF, NUL and other controls but HTAB, and what
     * does not fit one byte.
     *
     * @param name whose value it is, for the message
     * @param value the value
     * @return the value
     */
    public static String requireValue(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c > 0xFF) {
                throw new IllegalArgumentException("value of " + name + " holds a character beyond ISO-8859-1 at index "
                        + i + "; encode it first (RFC 8187 for parameters, percent-encoding in URIs): " + quote(value));
            }
            if ((c < 0x20 && c != '\t') || c == 0x7F) {
                throw new IllegalArgumentException("value of " + name + " holds a control character at index " + i
                        + "; CR, LF and NUL would let it write fields of its own: " + quote(value));
            }
        }
        return value;
    }

    /**
     * Shows untrusted text in a message or a log line: in quotes, controls and non-ASCII escaped, cut at 100 characters.
     *
     * @param text any text
     * @return printable ASCII
     */
    public static String quote(String text) {
        StringBuilder shown = new StringBuilder(text.length() + 2).append('"');
        int end = Math.min(text.length(), 100);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c >= 0x7F) {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                if (c == '"' || c == '\\') {
                    shown.append('\\');
                }
                shown.append(c);
            }
        }
        return shown.append(end < text.length() ? "…\"" : "\"").toString();
    }
}
