package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.spi.Mount;

class StaticFilesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path temp;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Path root;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Server server;

    @BeforeEach
    void someFiles() throws IOException {
        root = Files.createDirectories(temp.resolve("public")).toRealPath();
        Files.createDirectories(root.resolve("sub/empty"));
        Files.createDirectories(root.resolve(".git"));
        Files.createDirectories(root.resolve(".well-known"));
        Files.writeString(root.resolve("a.css"), "body{}");
        Files.writeString(root.resolve("index.html"), "<p>root");
        Files.writeString(root.resolve("sub/index.html"), "<p>sub");
        Files.writeString(root.resolve("noextension"), "?");
        Files.writeString(root.resolve(".git/config"), "secret");
        Files.writeString(root.resolve(".well-known/security.txt"), "hello");
        Files.writeString(temp.resolve("secret.txt"), "secret");
        Files.createDirectories(temp.resolve("public-too"));
        Files.writeString(temp.resolve("public-too/x.txt"), "secret");
        Files.createSymbolicLink(root.resolve("out"), temp.resolve("secret.txt"));
        Files.createSymbolicLink(root.resolve("outdir"), temp);
        Files.createSymbolicLink(root.resolve("in"), root.resolve("a.css"));
        Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
        server = Server.http(0).files("/static", root);
    }

    private Response get(String target) {
        return server.answer(Request.builder("GET", target).build());
    }

    @Test
    void filesAreSentWithTypeAndValidators() {
        Response response = get("/static/a.css");
        assertEquals(200, response.status());
        assertEquals("text/css; charset=utf-8", response.header("Content-Type"));
        assertNull(response.header("Cache-Control"), "the application's to decide");
        assertEquals(new Body.FileBody(root.resolve("a.css"), 0, 6), response.body());
        assertEquals("application/octet-stream", get("/static/noextension").header("Content-Type"));
        assertEquals(200, get("/static/.well-known/security.txt").status());
        assertEquals(200, get("/static/in").status(), "links that stay inside are followed");
    }

    @Test
    void validatorsAnswerConditionalRequests() {
        String etag = String.valueOf(get("/static/a.css").header("ETag"));
        Request again = Request.builder("GET", "/static/a.css")
                .header("If-None-Match", etag)
                .build();
        assertEquals(304, server.answer(again).status());
        Request part = Request.builder("GET", "/static/a.css")
                .header("Range", "bytes=1-2")
                .header("If-Range", etag)
                .build();
        assertEquals(
                new Body.FileBody(root.resolve("a.css"), 1, 2),
                server.answer(part).body());
        Request date = Request.builder("GET", "/static/a.css")
                .header("If-Modified-Since", String.valueOf(get("/static/a.css").header("Last-Modified")))
                .build();
        assertEquals(304, server.answer(date).status());
    }

    @Test
    void aChangedFileHasAnotherTag() throws IOException {
        String before = String.valueOf(get("/static/a.css").header("ETag"));
        Files.writeString(root.resolve("a.css"), "body{color:red}");
        Request again = Request.builder("GET", "/static/a.css")
                .header("If-None-Match", before)
                .build();
        assertEquals(200, server.answer(again).status());
    }

    @Test
    void directoriesAreTheirIndex() {
        assertEquals(
                root.resolve("index.html"),
                assertInstanceOf(Body.FileBody.class, get("/static/").body()).path());
        assertEquals(
                root.resolve("sub/index.html"),
                assertInstanceOf(Body.FileBody.class, get("/static/sub/").body())
                        .path());
        assertEquals("/static/sub/", get("/static/sub?x").header("Location"));
        assertEquals("/static/", get("/static").header("Location"));
        assertEquals(404, get("/static/sub/empty/").status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/static/../secret.txt",
                "/static/%2e%2e/secret.txt",
                "/static/..%2fsecret.txt",
                "/static/%2e%2e%2fsecret.txt",
                "/static/..%5csecret.txt",
                "/static/%252e%252e/secret.txt",
                "/static/sub/../../secret.txt",
                "/static//etc/passwd",
                "/static/%2Fetc/passwd",
                "/static/out",
                "/static/outdir/secret.txt",
                "/static/../public-too/x.txt",
                "/static/loop",
                "/static/.git/config",
                "/static/.git/",
                "/static/a.css/",
                "/static/a.css/b",
                "/static/sub//index.html",
                "/static/absent",
                "/static/a.css%20",
                "/static/%C3%A9",
                "/staticc/a.css"
            })
    void nothingElseIsServed(String target) {
        assertEquals(404, get(target).status());
    }

    @Test
    void anEncodedNulNeverReachesTheFileSystem() {
        assertEquals(400, get("/static/a.css%00.txt").status());
    }

    @Test
    void onlyRegularFilesAreServed() throws Exception {
        Process mkfifo = new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start();
        assumeTrue(mkfifo.waitFor() == 0, "mkfifo is missing");
        assertEquals(404, get("/static/pipe").status());
    }

    @Test
    void otherMethodsAreNotAllowedAndHeadIs() {
        assertEquals(
                405,
                server.answer(Request.builder("POST", "/static/a.css").build()).status());
        assertEquals(
                200,
                server.answer(Request.builder("HEAD", "/static/a.css").build()).status());
    }

    @Test
    void mountsAreOffloaded() {
        Mount mount =
                server.application().routes().match("GET", "/static/a.css").mount();
        assertEquals(Placement.OFFLOADED, mount.placement());
    }

    @Test
    void aWholeServerOfFilesDoesNotRedirectToAnotherHost() throws IOException {
        server = Server.http(0).files("/", root);
        assertEquals(200, get("/").status());
        assertEquals(200, get("/a.css").status());
        assertEquals(404, get("//sub").status());
        assertEquals("/sub/", get("/sub").header("Location"));
        Files.createDirectories(root.resolve("a b?"));
        assertEquals("/a%20b%3F/", get("/a%20b%3f").header("Location"));
    }

    @Test
    void aDirectoryThatIsMissingIsNotFound() {
        server = Server.http(0).files("/static", temp.resolve("absent"));
        assertEquals(404, get("/static/x").status());
    }
}
