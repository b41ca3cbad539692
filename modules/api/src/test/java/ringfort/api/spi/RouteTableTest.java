package ringfort.api.spi;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.Headers;
import ringfort.api.HttpException;
import ringfort.api.Placement;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.ServerStartException;

class RouteTableTest {
    private static Mount mount(String method, String pattern) {
        return new Mount(
                method,
                pattern,
                _ -> Response.text(pattern),
                GuardedErrors.PLAIN,
                Placement.CARRIED,
                RouteSettings.INHERITED,
                "Test.java:1");
    }

    private static RouteTable table(String... routes) {
        List<Mount> mounts = new ArrayList<>();
        for (String route : routes) {
            int space = route.indexOf(' ');
            mounts.add(mount(route.substring(0, space), route.substring(space + 1)));
        }
        return RouteTable.compile(mounts, handler -> handler, null, GuardedErrors.PLAIN);
    }

    private static Response answer(RouteTable table, String method, String target) throws Exception {
        RouteMatch match = table.match(method, target);
        RequestSource source = new SourceStub(method, target);
        Request request = new Request(source, match);
        try {
            return match.mount().handler().handle(request);
        } catch (HttpException e) {
            return match.mount().errors().handle(request, e);
        }
    }

    /** Other routers' parameters were literal text here, and matched nothing that anybody asks for. */
    @ParameterizedTest
    @CsvSource({
        "/users/:id, write {id} for a parameter",
        "/users/<id>/x, write {id} for a parameter",
        "/files/*, write {name} for one segment",
        "/files/**, write {name} for one segment",
        "/files/*path, write {name} for one segment",
        "/files/{path*}, write {path...} for the rest of the path",
        "/files/{*path}, write {path...} for the rest of the path",
        "/files/{id:[0-9]+}, write {id} and check its value in the handler"
    })
    void aParameterAsOtherRoutersSpellItIsRefusedWithTheRightSpelling(String pattern, String remedy) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Mount.requirePattern(pattern));
        assertTrue(String.valueOf(refused.getMessage()).contains(remedy), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/items:batch", "/a*b", "/a:", "/:", "/a<b", "/{id}", "/{path...}"})
    void textThatOnlyHoldsSuchACharacterIsLiteral(String pattern) {
        assertDoesNotThrow(() -> Mount.requirePattern(pattern));
    }

    @Test
    void literalBeatsParameterBeatsRest() {
        RouteTable table = table("GET /a/{x...}", "GET /a/{x}", "GET /a/b", "GET /a/{x}/c", "GET /a/b/{y...}");
        assertEquals("/a/b", table.match("GET", "/a/b").mount().pattern());
        assertEquals("/a/{x}", table.match("GET", "/a/bb").mount().pattern());
        assertEquals("/a/{x}/c", table.match("GET", "/a/d/c").mount().pattern());
        assertEquals("/a/b/{y...}", table.match("GET", "/a/b/c").mount().pattern());
        assertEquals("/a/{x...}", table.match("GET", "/a/d/d").mount().pattern());
        assertEquals("/a/{x...}", table.match("GET", "/a/").mount().pattern());
    }

    @Test
    void parametersAreFoundAfterBacktracking() {
        RouteTable table = table("GET /{a}/x/y", "GET /lit/{b}/z", "GET /{rest...}");
        RouteMatch match = table.match("GET", "/lit/x/y?q");
        assertEquals("/{a}/x/y", match.mount().pattern());
        assertEquals(Map.of("a", "lit"), match.parameters());
        assertEquals("q", match.rawQuery());
        assertEquals(Map.of("rest", "lit/x/zz"), table.match("GET", "/lit/x/zz").parameters());
        assertNull(match.parameter("b"));
    }

    @Test
    void aRouteOfAnotherMethodHidesNothing() throws Exception {
        RouteTable table = table("GET /users/me", "DELETE /users/{id}", "PUT /{all...}");
        assertEquals("/users/{id}", table.match("DELETE", "/users/me").mount().pattern());
        assertEquals("/{all...}", table.match("PUT", "/users/me").mount().pattern());
        Response refused = answer(table, "POST", "/users/me");
        assertEquals(405, refused.status());
        assertEquals("DELETE, GET, HEAD, OPTIONS, PUT", refused.header("Allow"));
    }

    @Test
    void pathsWithoutParametersAreSharedMatches() {
        RouteTable table = table("GET /ping");
        assertSame(table.match("GET", "/ping"), table.match("GET", "/ping"));
        RouteMatch withQuery = table.match("GET", "/ping?a=1");
        assertEquals("/ping", withQuery.path());
        assertEquals("a=1", withQuery.rawQuery());
        assertEquals("", table.match("GET", "/ping?").rawQuery());
    }

    @Test
    void aLiteralPercentSignIsNotFoundByItsUnencodedSelf() {
        RouteTable table = table("GET /100%", "GET /café");
        assertEquals("(malformed path)", table.match("GET", "/100%").mount().pattern());
        assertEquals("/100%", table.match("GET", "/100%25").mount().pattern());
        assertEquals("/café", table.match("GET", "/caf%C3%A9").mount().pattern());
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        GET,     /none,        404,
        POST,    /a,           405, 'GET, HEAD, OPTIONS'
        OPTIONS, /a,           204, 'GET, HEAD, OPTIONS'
        OPTIONS, /b,           204, 'OPTIONS, POST'
        OPTIONS, /none,        404,
        OPTIONS, *,            204, 'GET, HEAD, OPTIONS, POST, PURGE'
        GET,     *,            400,
        TRACE,   /a,           405, 'GET, HEAD, OPTIONS, POST, PURGE'
        CONNECT, host:443,     501,
        BREW,    /a,           501,
        get,     /a,           501,
        PURGE,   /a,           405, 'GET, HEAD, OPTIONS'
        PURGE,   /c,           200,
        HEAD,    /a,           200,
        HEAD,    /b,           405, 'OPTIONS, POST'
        GET,     /a%zz,        400,
        GET,     /%00,         400,
        GET,     nowhere,      400,
        GET,     /a/,          404,
        GET,     //a,          404,
        GET,     /x/../a,      200,
        GET,     /x/%2e%2e/a,  200,
        """)
    void everyRequestIsAnswered(String method, String target, int status, @Nullable String allow) throws Exception {
        Response response = answer(table("GET /a", "POST /b", "PURGE /c"), method, target);
        assertEquals(status, response.status());
        assertEquals(allow, response.header("Allow"));
    }

    @Test
    void encodedSlashesStayInTheirSegment() {
        RouteTable table = table("GET /f/{name}", "GET /f/{a}/{b}");
        assertEquals("a%2Fb", table.match("GET", "/f/a%2fb").parameter("name"));
        assertEquals("x y", table.match("GET", "/f/x%20y").parameter("name"));
        assertEquals("(not found)", table.match("GET", "/f/").mount().pattern());
        assertEquals("(not found)", table.match("GET", "/f/a//b").mount().pattern());
    }

    @Test
    void conflictsNameBothPlaces() {
        List<Mount> mounts = List.of(mount("GET", "/u/{id}"), mount("POST", "/u/{id}"), mount("GET", "/u/{name}"));
        ServerStartException refused = assertThrows(
                ServerStartException.class,
                () -> RouteTable.compile(mounts, handler -> handler, null, GuardedErrors.PLAIN));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("GET /u/{id} (Test.java:1)"), message);
        assertTrue(message.contains("GET /u/{name} (Test.java:1)"), message);
        assertFalse(message.contains("POST"), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "/{",
                "/}",
                "/{}",
                "/{...}",
                "/a{b}",
                "/{b}c",
                "/{a}/{a}",
                "/{a...}/b",
                "/a/../b",
                "/./a",
                "/a?b",
                "/a#b",
                "/{a b}",
                "/{a}{b}"
            })
    void malformedPatternsAreRefused(String pattern) {
        assertThrows(IllegalArgumentException.class, () -> Pattern.parse(pattern));
    }

    @Test
    void aMountIsOffloadedOnce() {
        Mount mount = mount("GET", "/");
        assertTrue(mount.offload());
        assertFalse(mount.offload());
        assertSame(Placement.OFFLOADED, mount.placement());
    }

    /** The tree against the definition: every pattern compared segment by segment, the most specific taken. */
    @Test
    void theTreeAgreesWithANaiveMatcher() {
        Random random = new Random(7);
        String[] words = {"a", "ab", "abc", "b", "ba", ""};
        for (int round = 0; round < 300; round++) {
            Map<String, Mount> routes = new LinkedHashMap<>();
            Set<String> shapes = new LinkedHashSet<>();
            for (int i = 0; i < 1 + random.nextInt(12); i++) {
                String pattern = randomPattern(random, words);
                String method = random.nextBoolean() ? "GET" : "POST";
                if (shapes.add(method + Pattern.parse(pattern).shape())) {
                    routes.put(method + pattern, mount(method, pattern));
                }
            }
            RouteTable table =
                    RouteTable.compile(List.copyOf(routes.values()), handler -> handler, null, GuardedErrors.PLAIN);
            for (int i = 0; i < 60; i++) {
                String path = randomPath(random, words);
                String method = random.nextBoolean() ? "GET" : "POST";
                Mount expected = naive(routes.values(), method, path);
                RouteMatch match = table.match(method, path);
                if (expected != null) {
                    assertSame(expected, match.mount(), () -> method + " " + path + " in " + routes.keySet());
                    assertEquals(naiveParameters(expected.pattern(), path), match.parameters());
                } else {
                    assertEquals("*", match.mount().method(), () -> method + " " + path + " in " + routes.keySet());
                }
            }
        }
    }

    private static String randomPattern(Random random, String[] words) {
        StringBuilder pattern = new StringBuilder();
        int segments = 1 + random.nextInt(4);
        for (int i = 0; i < segments; i++) {
            int kind = random.nextInt(8);
            if (kind == 0 && i == segments - 1) {
                pattern.append("/{p").append(i).append("...}");
            } else if (kind < 3) {
                pattern.append("/{p").append(i).append('}');
            } else {
                pattern.append('/').append(words[random.nextInt(words.length)]);
            }
        }
        return pattern.toString();
    }

    private static String randomPath(Random random, String[] words) {
        StringBuilder path = new StringBuilder();
        int segments = 1 + random.nextInt(5);
        for (int i = 0; i < segments; i++) {
            path.append('/').append(words[random.nextInt(words.length)]);
        }
        return path.toString();
    }

    private static @Nullable Mount naive(Iterable<Mount> mounts, String method, String path) {
        Mount best = null;
        for (Mount mount : mounts) {
            if (mount.method().equals(method)
                    && matches(mount.pattern(), path)
                    && (best == null || ranks(mount.pattern()).compareTo(ranks(best.pattern())) < 0)) {
                best = mount;
            }
        }
        return best;
    }

    private static boolean matches(String pattern, String path) {
        String[] wanted = pattern.substring(1).split("/", -1);
        String[] there = path.substring(1).split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].endsWith("...}")) {
                return there.length > i;
            }
            if (i >= there.length || (wanted[i].startsWith("{") ? there[i].isEmpty() : !wanted[i].equals(there[i]))) {
                return false;
            }
        }
        return wanted.length == there.length;
    }

    private static String ranks(String pattern) {
        StringBuilder ranks = new StringBuilder();
        for (String segment : pattern.substring(1).split("/", -1)) {
            ranks.append(segment.endsWith("...}") ? '3' : segment.startsWith("{") ? '2' : '1');
        }
        return ranks.toString();
    }

    private static Map<String, String> naiveParameters(String pattern, String path) {
        String[] wanted = pattern.substring(1).split("/", -1);
        String[] there = path.substring(1).split("/", -1);
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].endsWith("...}")) {
                String rest = String.join("/", List.of(there).subList(i, there.length));
                parameters.put(wanted[i].substring(1, wanted[i].length() - 4), rest);
            } else if (wanted[i].startsWith("{")) {
                parameters.put(wanted[i].substring(1, wanted[i].length() - 1), there[i]);
            }
        }
        return parameters;
    }

    private record SourceStub(String method, String target) implements RequestSource {
        @Override
        public String pathAndQuery() {
            return target;
        }

        @Override
        public @Nullable String upgrade() {
            return null;
        }

        @Override
        public void inform(int status, Headers fields) {}

        @Override
        public void onGone(Runnable action) {}

        @Override
        public String protocol() {
            return "HTTP/1.1";
        }

        @Override
        public Headers headers() {
            return Headers.empty();
        }

        @Override
        public InputStream body() {
            return InputStream.nullInputStream();
        }

        @Override
        public long contentLength() {
            return 0;
        }

        @Override
        public Headers trailers() {
            return Headers.empty();
        }

        @Override
        public InetSocketAddress peer() {
            return new InetSocketAddress(0);
        }

        @Override
        public InetSocketAddress local() {
            return new InetSocketAddress(0);
        }

        @Override
        public @Nullable String authority() {
            return null;
        }

        @Override
        public boolean secure() {
            return false;
        }
    }
}
