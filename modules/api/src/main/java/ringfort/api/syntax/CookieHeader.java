package ringfort.api.syntax;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code Cookie} (RFC 6265bis, section 4.2): {@code name=value} pairs between semicolons. Lenient, as browsers
 * send what scripts have set: pairs that are none are left out, nothing is refused. Stateless; any thread.
 */
public final class CookieHeader {
    private CookieHeader() {}

    /**
     * Reads cookies.
     *
     * @param lines values of the field
     * @return values by name, in the order sent, the first of a name; unmodifiable
     */
    public static Map<String, String> parse(List<String> lines) {
        Map<String, String> cookies = new LinkedHashMap<>();
        for (String line : lines) {
            parse(line, cookies);
        }
        return Collections.unmodifiableMap(cookies);
    }

    private static void parse(String line, Map<String, String> cookies) {
        int from = 0;
        while (from < line.length()) {
            int semicolon = line.indexOf(';', from);
            int to = semicolon < 0 ? line.length() : semicolon;
            int equals = line.indexOf('=', from, to); // not beyond: thousands of pairs would each look to the end
            if (equals >= 0) {
                String name = Fields.trimmed(line, from, equals);
                String value = Fields.trimmed(line, equals + 1, to);
                if (Fields.isToken(name) && isValue(value)) {
                    cookies.putIfAbsent(name, value);
                }
            }
            from = to + 1;
        }
    }

    /** Wider than what may be set: browsers return commas, spaces, quotes and bytes above 0x7F that scripts have set. */
    private static boolean isValue(String value) {
        return value.chars().allMatch(c -> c >= ' ' && c != 0x7F);
    }
}
