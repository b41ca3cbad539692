package ringfort.api.syntax;

/** Field names and values (RFC 9110, sections 5.1, 5.5 and 5.6.2). Stateless; any thread. */
public final class Fields {
    private static final String TOKEN_PUNCTUATION = "!#$%&'*+-.^_`|~";
    private static final boolean[] TOKEN = new boolean[128];

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
            char c = text.charAt(i);
            if (c >= 128 || !TOKEN[c]) {
                return false;
            }
        }
        return !text.isEmpty();
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
