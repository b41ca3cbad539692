package ringfort.fuzz;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import ringfort.api.Cookie;
import ringfort.api.Request;
import ringfort.api.RequestBuilder;

/**
 * Cookies both ways. No {@code Cookie} field makes the reader throw; a naive reading agrees; what was read, written and
 * read again is the same. What a {@link Cookie} accepts as name and value comes back as it was, and writes no attribute and
 * no field of its own.
 *
 * <p>The input is text in lines, each a {@code Cookie} field.
 */
public final class Cookies {
    private static final Pattern FIELD_VALUE = Pattern.compile("[\\t\\x20-\\x7E\\x80-\\xFF]*");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7E\\x80-\\xFF]*");

    private Cookies() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        RequestBuilder builder = Request.builder("GET", "/");
        Map<String, String> naive = new LinkedHashMap<>();
        for (String line : Check.text(data).split("\n", -1)) {
            if (FIELD_VALUE.matcher(line).matches()) {
                builder.header("Cookie", line);
                naive(line, naive);
            }
        }
        Map<String, String> cookies = builder.build().cookies();
        Check.same("a naive reading", naive, cookies);
        var again = new StringJoiner("; ");
        cookies.forEach((name, value) -> again.add(name + "=" + value));
        Request request =
                Request.builder("GET", "/").header("Cookie", again.toString()).build();
        Check.same("written and read again", cookies, request.cookies());
        set(Check.text(data));
    }

    private static void naive(String line, Map<String, String> cookies) {
        for (String pair : line.split(";", -1)) {
            int equals = pair.indexOf('=');
            if (equals >= 0) {
                String name = trim(pair.substring(0, equals));
                String value = trim(pair.substring(equals + 1));
                if (TOKEN.matcher(name).matches() && VALUE.matcher(value).matches()) {
                    cookies.putIfAbsent(name, value);
                }
            }
        }
    }

    private static String trim(String text) {
        return text.replaceAll("^[ \\t]+|[ \\t]+\\z", "");
    }

    private static void set(String text) {
        int equals = Math.max(0, text.indexOf('='));
        String name = text.substring(0, equals);
        String value = text.substring(Math.min(text.length(), equals + 1));
        String field;
        try {
            field = Cookie.of(name, value).toSetCookie();
        } catch (IllegalArgumentException _) {
            return;
        }
        Check.same("Set-Cookie", name + "=" + value + "; Path=/; HttpOnly; SameSite=Lax", field);
        Check.that(Pattern.matches("[^;\\s\\x00-\\x1F\\x7F-\\uFFFF]*(; [A-Za-z-]+(=[^;\\s]*)?)*", field), field);
        Request request =
                Request.builder("GET", "/").header("Cookie", name + "=" + value).build();
        Check.same("the cookies a browser returns", Map.of(name, value), request.cookies());
    }
}
