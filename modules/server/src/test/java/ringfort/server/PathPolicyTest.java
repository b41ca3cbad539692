package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ringfort.api.Response;
import ringfort.api.Server;

/** How a path becomes a route, as docs/HTTP.md says it, from the request line to the handler. */
class PathPolicyTest extends EngineContract {
    private static void routes(Server server) {
        server.get("/", _ -> Response.text("root"))
                .get("/admin/secret", _ -> Response.text("secret"))
                .get("/files/{name}", request -> Response.text("file " + request.path("name")))
                .get("/rest/{rest...}", request -> Response.text("rest " + request.path("rest")))
                .get("/Case", _ -> Response.text("Case"))
                .notFound(request -> Response.text("none " + request.path()).status(404));
    }

    @Test
    void everyPathHasOneReading() throws IOException {
        Served served = serve(PathPolicyTest::routes);
        String[][] cases = {
            // Percent-decoding, once.
            {"/files/a%20b", "200 file a b"},
            {"/files/%C3%A9", "200 file é"},
            {"/fil%65s/x", "200 file x"},
            {"/files/a+b", "200 file a+b"},
            {"/files/100%25", "200 file 100%"},
            // Double encoding stays encoded.
            {"/files/%252e%252e", "200 file %2e%2e"},
            {"/files/%2541", "200 file %41"},
            // An encoded slash separates nothing.
            {"/files/a%2Fb", "200 file a%2Fb"},
            {"/files/a%2fb", "200 file a%2Fb"},
            {"/admin%2Fsecret", "404 none /admin%2Fsecret"},
            {"/files/..%2Fadmin", "200 file ..%2Fadmin"},
            // Dot segments are resolved before routing, however they are written, and never leave the root.
            {"/files/../admin/secret", "200 secret"},
            {"/files/%2e%2e/admin/secret", "200 secret"},
            {"/files/.%2E/admin/secret", "200 secret"},
            {"/./admin/./secret", "200 secret"},
            {"/../../admin/secret", "200 secret"},
            {"/rest/a/../b/.", "200 rest b/"},
            {"/files/...", "200 file ..."},
            // Empty segments count.
            {"//admin/secret", "404 none //admin/secret"},
            {"/admin//secret", "404 none /admin//secret"},
            {"/admin/secret/", "404 none /admin/secret/"},
            {"/rest//a", "200 rest /a"},
            {"/files/", "404 none /files/"},
            // Parameters of segments are text.
            {"/files/a;v=1", "200 file a;v=1"},
            {"/admin;x/secret", "404 none /admin;x/secret"},
            {"/files/..;/admin/secret", "404 none /files/..;/admin/secret"},
            // Case counts, and a backslash is no slash.
            {"/case", "404 none /case"},
            {"/files/..%5Cadmin", "200 file ..\\admin"},
            // The query is no part of it.
            {"/files/a?/../admin", "200 file a"},
            {"/?", "200 root"},
        };
        try (Peer peer = served.connect()) {
            for (String[] one : cases) {
                Peer.Reply reply = peer.get(one[0]).reply();
                assertEquals(one[1], reply.status() + " " + reply.text(), one[0]);
                Peer.Reply absolute = peer.get("http://h" + one[0]).reply();
                assertEquals(one[1], absolute.status() + " " + absolute.text(), "absolute form of " + one[0]);
            }
        }
    }

    @Test
    void whatHasNoReadingIsRefused() throws IOException {
        Served served = serve(PathPolicyTest::routes);
        String[] malformed = {
            "/files/%",
            "/files/%4",
            "/files/%zz",
            "/files/%+1",
            "/%C0%AF",
            "/%C0%AE%C0%AE/admin",
            "/%E0%80%AF",
            "/%ED%A0%80",
            "/%FF",
            "/%C3",
            "/files/%C3/%A9",
            "/files/%00",
            "/files/x?q=%00",
            "/\u00e9",
            "/a\\b\u0001",
            "/a#b",
        };
        for (String path : malformed) {
            try (Peer peer = served.connect()) {
                assertEquals(400, peer.get(path).reply().status(), path);
            }
        }
    }

    @Test
    void aPathThatIsMerelyMalformedKeepsItsConnection() throws IOException {
        Served served = serve(PathPolicyTest::routes);
        try (Peer peer = served.connect()) {
            assertEquals(400, peer.get("/%zz").reply().status());
            assertEquals("root", peer.get("/").reply().text());
        }
    }

    @Test
    void noSpellingLeavesADirectoryOfFiles(@TempDir Path temp) throws IOException {
        Path root = Files.createDirectories(temp.resolve("public"));
        Files.writeString(temp.resolve("secret"), "secret");
        Files.writeString(root.resolve("a"), "a");
        Served served = serve(server -> server.files("/f", root));
        try (Peer peer = served.connect()) {
            assertEquals("a", peer.get("/f/x/%2e%2e/./a").reply().text());
            for (String path : new String[] {
                "/f/../secret", "/f/%2e%2e/secret", "/f/..%2fsecret", "/f/%2e%2e%2fsecret", "/f/..;/secret",
                "/f/..%5csecret", "/f/%252e%252e/secret", "/f//../../secret", "/f/./.././secret", "/f/%2Fsecret",
            }) {
                assertEquals(404, peer.get(path).reply().status(), path);
            }
        }
    }
}
