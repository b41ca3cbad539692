package ringfort.api.syntax;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parameters behind a value, {@code ; name=token; name="quoted"} (RFC 9110, section 5.6.6), and the lists such values
 * come in. Stateless; any thread.
 */
public final class ParameterList {
    private ParameterList() {}

    /**
     * Reads parameters to the end of the text. In a quoted string a backslash escapes a quote or another backslash, the
     * only characters a sender should escape (section 5.6.4); before any other it stands for itself, as browsers mean
     * it in file names.
     *
     * @param text the text
     * @param from where the first semicolon may be
     * @return values by name in lower case, in the order sent; null when the text is malformed or a name comes twice
     */
    public static @Nullable Map<String, String> parse(String text, int from) {
        Map<String, String> parameters = new LinkedHashMap<>();
        int at = skipBlank(text, from);
        while (at < text.length()) {
            if (text.charAt(at) != ';') {
                return null;
            }
            at = skipBlank(text, at + 1);
            if (at == text.length() || text.charAt(at) == ';') {
                continue; // the grammar lets a parameter be empty
            }
            int nameEnd = tokenEnd(text, at);
            if (nameEnd == at || nameEnd == text.length() || text.charAt(nameEnd) != '=') {
                return null;
            }
            int valueAt = nameEnd + 1;
            int valueEnd = valueEnd(text, valueAt);
            if (valueEnd < 0) {
                return null;
            }
            String name = text.substring(at, nameEnd).toLowerCase(Locale.ROOT);
            if (parameters.putIfAbsent(name, value(text, valueAt, valueEnd)) != null) {
                return null;
            }
            at = skipBlank(text, valueEnd);
        }
        return parameters;
    }

    /**
     * Where an element of a list ends: at the next comma that is not inside a quoted string, or at the end.
     *
     * @param list the list
     * @param from where the element begins
     * @return the index of the comma, or the length of the list
     */
    public static int elementEnd(String list, int from) {
        boolean quoted = false;
        for (int i = from; i < list.length(); i++) {
            char c = list.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                return i;
            }
        }
        return list.length();
    }

    private static int skipBlank(String text, int from) {
        int at = from;
        while (at < text.length() && Fields.isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int tokenEnd(String text, int from) {
        int at = from;
        while (at < text.length() && Fields.isTokenCharacter(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** After a token that is not empty, or after the closing quote; -1 when there is neither. */
    private static int valueEnd(String text, int from) {
        if (from == text.length() || text.charAt(from) != '"') {
            int end = tokenEnd(text, from);
            return end == from ? -1 : end;
        }
        for (int i = from + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            } else if (isEscape(text, i, text.length())) {
                i++;
            }
        }
        return -1;
    }

    private static String value(String text, int from, int to) {
        if (text.charAt(from) != '"') {
            return text.substring(from, to);
        }
        StringBuilder value = new StringBuilder(to - from);
        for (int i = from + 1; i < to - 1; i++) {
            if (isEscape(text, i, to - 1)) {
                i++;
            }
            value.append(text.charAt(i));
        }
        return value.toString();
    }

    private static boolean isEscape(String text, int at, int to) {
        return text.charAt(at) == '\\' && at + 1 < to && (text.charAt(at + 1) == '"' || text.charAt(at + 1) == '\\');
    }
}
