package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import ringfort.api.syntax.PercentDecoding;

/** What was encoded is what is decoded, tried on generated text; the seed of a failure is in its message. */
class RoundTripTest {
    private static final int TIMES = 5_000;

    /** Of one to four bytes of UTF-8, and those that mean something in a path, a query or a cookie. */
    private static final String LETTERS = "aZ09 /?&=+%#;,.:\"\\'<>|~-_*\t\u0001\u007f\u0080é߿€\uffff";

    private static final String COOKIE_OCTETS = "aZ09!#$%&'()*+-./:<=>?@[]^_`{|}~";
    private static final String TOKEN = "aZ09!#$%&'*+-.^_`|~";

    private static String text(Random random, String letters, int least) {
        var text = new StringBuilder();
        for (int length = least + random.nextInt(12); length > 0; length--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return random.nextInt(4) == 0 && letters.equals(LETTERS) ? text + "🦊" : text.toString();
    }

    /** Every byte that may be escaped is, the others now and then: two spellings of one text. */
    private static String encoded(String text, Random random, boolean form) {
        var encoded = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xFF);
            if (form && c == ' ' && random.nextBoolean()) {
                encoded.append('+');
            } else if (c < 0x80 && Character.isLetterOrDigit(c) && random.nextBoolean()) {
                encoded.append(c);
            } else {
                encoded.append(String.format(random.nextBoolean() ? "%%%02X" : "%%%02x", (int) c));
            }
        }
        return encoded.toString();
    }

    private static Random seeded(int seed) {
        return new Random(seed * 0x9E3779B97F4A7C15L); // neighbouring seeds would begin alike
    }

    @Test
    void aPathParameterIsWhatWasEncoded() {
        for (int seed = 0; seed < TIMES; seed++) {
            var random = seeded(seed);
            String text = text(random, LETTERS.replace("/", "").replace("%", ""), 0) + 'x';
            assertEquals("/" + text, PercentDecoding.path("/" + encoded(text, random, false)), "seed " + seed);
        }
    }

    @Test
    void aPathThatWasEncodedForALocationIsReadAsItWas() {
        for (int seed = 0; seed < TIMES; seed++) {
            String path = "/" + text(seeded(seed), LETTERS.replace("%", ""), 0).replace("/", "/x") + 'x';
            if (!path.contains("/.")) {
                assertEquals(path, PercentDecoding.path(PercentDecoding.encodePath(path)), "seed " + seed);
            }
        }
    }

    @Test
    void decodingADecodedPathThatNeedsNoEscapesChangesNothing() {
        for (int seed = 0; seed < TIMES; seed++) {
            var random = seeded(seed);
            String path = PercentDecoding.path("/" + text(random, "ab/.", 0));
            assertEquals(path, PercentDecoding.path(path), "seed " + seed);
        }
    }

    @Test
    void aQueryIsWhatWasEncoded() {
        for (int seed = 0; seed < TIMES; seed++) {
            var random = seeded(seed);
            Map<String, List<String>> expected = new LinkedHashMap<>();
            List<String> pairs = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                String name = text(random, LETTERS, 1);
                String value = text(random, LETTERS, 0);
                expected.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
                pairs.add(encoded(name, random, true) + '=' + encoded(value, random, true));
            }
            Request request =
                    Request.builder("GET", "/?" + String.join("&", pairs)).build();
            assertEquals(expected, request.query().asMap(), "seed " + seed);
            Request form = Request.builder("POST", "/")
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .body(String.join("&", pairs))
                    .build();
            assertEquals(expected, form.form().asMap(), "seed " + seed);
        }
    }

    /** A browser returns name and value of what it was given, several in one line. */
    @Test
    void cookiesComeBackAsTheyWereSet() {
        for (int seed = 0; seed < TIMES; seed++) {
            var random = seeded(seed);
            Map<String, String> expected = new LinkedHashMap<>();
            List<String> pairs = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                Cookie cookie = Cookie.of(text(random, TOKEN, 1), text(random, COOKIE_OCTETS, 0))
                        .path("/")
                        .secure(true);
                if (expected.putIfAbsent(cookie.name(), cookie.value()) == null) {
                    pairs.add(cookie.toSetCookie().split("; ", 2)[0]);
                }
            }
            Request request = Request.builder("GET", "/")
                    .header("Cookie", String.join(random.nextBoolean() ? "; " : ";", pairs))
                    .build();
            assertEquals(expected, request.cookies(), "seed " + seed);
        }
    }
}
