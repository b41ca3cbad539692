package ringfort.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import ringfort.api.syntax.Fields;

/** Reads {@code Cookie} (RFC 6265bis, section 4.2): {@code name=value} pairs between semicolons. Stateless. */
final class CookieHeader {
    private CookieHeader() {}

    static Map<String, String> parse(Headers headers) {
        Map<String, String> cookies = new LinkedHashMap<>();
        for (int i = 0; i < headers.size(); i++) {
            if (headers.name(i).equalsIgnoreCase("Cookie")) {
                parse(headers.value(i), cookies);
            }
        }
        return Collections.unmodifiableMap(cookies);
    }

    private static void parse(String line, Map<String, String> cookies) {
        int from = 0;
        while (from < line.length()) {
            int semicolon = line.indexOf(';', from);
            int to = semicolon < 0 ? line.length() : semicolon;
            int equals = line.indexOf('=', from);
            if (equals >= 0 && equals < to) {
                String name = trim(line, from, equals);
                String value = trim(line, equals + 1, to);
                if (Fields.isToken(name) && isValue(value)) {
                    cookies.putIfAbsent(name, value);
                }
            }
            from = to + 1;
        }
    }

    private static String trim(String line, int from, int to) {
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

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Wider than what may be set: browsers return commas, spaces, quotes and bytes above 0x7F that scripts have set. */
    private static boolean isValue(String value) {
        return value.chars().allMatch(c -> c >= ' ' && c != 0x7F);
    }
}
