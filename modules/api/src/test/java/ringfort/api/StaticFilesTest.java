package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.spi.Mount;
import ringfort.api.syntax.EntityTags;
import ringfort.api.syntax.HttpDate;

class StaticFilesTest {
    private static final Instant OLD = Instant.parse("2026-01-02T03:04:05Z");

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
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                age(file, OLD); // strong entity tags are for files that rest
            }
        }
        server = Server.http(0).files("/static", root);
    }

    private static void age(Path file, Instant time) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(time));
    }

    /** The target of the link was resolved once, and the old release served for ever. */
    @Test
    void aRootThatIsALinkIsFollowedAnewForEachRequest() throws IOException {
        Path one = Files.createDirectories(temp.resolve("one"));
        Path two = Files.createDirectories(temp.resolve("two"));
        Files.writeString(one.resolve("x.txt"), "1");
        Files.writeString(two.resolve("x.txt"), "22");
        Path current = Files.createSymbolicLink(temp.resolve("current"), one);
        server = Server.http(0).files("/static", current);
        assertEquals(1, get("/static/x.txt").body().length());
        Files.delete(current);
        Files.createSymbolicLink(current, two);
        assertEquals(2, get("/static/x.txt").body().length());
    }

    @Test
    void theRedirectToADirectoryKeepsTheQuery() {
        assertEquals("/static/sub/?a=1&b=%20x", get("/static/sub?a=1&b=%20x").header("Location"));
        assertEquals("/static/?q", get("/static?q").header("Location"));
        assertEquals("/static/sub/?", get("/static/sub?").header("Location"));
        assertEquals(
                "/static/sub/?a=%22%3Cb%3E%5C", get("/static/sub?a=\"<b>\\").header("Location"));
    }

    /** RFC 9110, 8.8.2.1: it must not be, and a cache would take the answer for changed until then. */
    @Test
    void lastModifiedIsNotLaterThanDate() throws IOException {
        age(root.resolve("a.css"), Instant.now().plusSeconds(86_400));
        Long second = HttpDate.epochSecond(get("/static/a.css").header("Last-Modified"));
        assertNotNull(second);
        assertTrue(second <= Instant.now().getEpochSecond(), second + " is in the future");
        Request known =
                Request.builder("PUT", "/").header("If-Modified-Since", "x").build();
        assertNull(known.preconditions(Validators.lastModified(Instant.now().plusSeconds(86_400))));
    }

    /** A file changed twice within a step of its time stamp had one strong tag for two contents. */
    @Test
    void theTagOfAFileThatWasJustChangedIsWeakAndNotTheLaterOne() throws IOException {
        age(root.resolve("a.css"), Instant.now());
        String fresh = String.valueOf(get("/static/a.css").header("ETag"));
        assertTrue(fresh.startsWith("W/\""), fresh);
        Request again = Request.builder("GET", "/static/a.css")
                .header("If-None-Match", fresh)
                .build();
        assertEquals(304, server.answer(again).status());
        Instant past = Files.getLastModifiedTime(root.resolve("a.css")).toInstant();
        BasicFileAttributes attributes = Files.readAttributes(root.resolve("a.css"), BasicFileAttributes.class);
        String later = Validators.etag(attributes, past.plusSeconds(3));
        assertFalse(later.startsWith("W/"), later);
        assertFalse(EntityTags.matches(fresh, later, false), "the content may have changed since");
    }

    @Test
    void anApplicationAddsMediaTypes() throws IOException {
        Files.writeString(root.resolve("model.PARQUET"), "x");
        Files.writeString(root.resolve("page.md"), "x");
        assertEquals("application/octet-stream", get("/static/model.PARQUET").header("Content-Type"));
        server.mediaType("parquet", "application/vnd.apache.parquet").mediaType("MD", "text/plain; charset=utf-8");
        assertEquals(
                "application/vnd.apache.parquet", get("/static/model.PARQUET").header("Content-Type"));
        assertEquals("text/plain; charset=utf-8", get("/static/page.md").header("Content-Type"));
        assertThrows(IllegalArgumentException.class, () -> server.mediaType(".md", "text/plain"));
        assertThrows(IllegalArgumentException.class, () -> server.mediaType("md", "text\r\nX: y"));
    }

    @ParameterizedTest
    @CsvSource({
        "a.md, text/markdown; charset=utf-8",
        "a.otf, font/otf",
        "a.mov, video/quicktime",
        "a.docx, application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "a.m3u8, application/vnd.apple.mpegurl",
        "a.yaml, application/yaml",
        "a.7z, application/x-7z-compressed",
        "a.flac, audio/flac",
        "a.jsonld, application/ld+json",
        "a.vtt, text/vtt; charset=utf-8",
        "a.HTML, text/html; charset=utf-8",
        "a.unheard-of, application/octet-stream",
        "html, application/octet-stream"
    })
    void usualFilesHaveTheirTypes(String name, String type) {
        assertEquals(type, ContentTypes.of(Path.of(name)));
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
        assertEquals("/static/sub/", get("/static/sub").header("Location"));
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
