package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ringfort.api.Filters;
import ringfort.api.Response;

/** RFC 9110, sections 13 and 14, of files and of handlers' responses, over a socket. */
class RangeTest extends EngineContract {
    private static final int BYTES = 300_000;

    private static byte[] content() {
        byte[] content = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            content[i] = (byte) ('a' + i % 23);
        }
        return content;
    }

    private Served serveBoth(Path directory) throws IOException {
        Path file = Files.write(directory.resolve("x.txt"), content());
        // Of a file that was changed a moment ago the entity tag is weak, and If-Range wants a strong one.
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        return serve(server -> server.filter(Filters.conditional())
                .files("/files", directory)
                .get("/held", _ -> Response.bytes(content(), "text/plain").header("ETag", "\"v1\""))
                .get("/streamed", _ -> Response.stream("text/plain", BYTES, out -> out.write(content()))));
    }

    private static Peer.Reply ask(Peer peer, String path, String... fields) throws IOException {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: h\r\n");
        for (String field : fields) {
            request.append(field).append("\r\n");
        }
        return peer.send(request + "\r\n").reply();
    }

    /** The contents of a multipart/byteranges, by nothing but the lengths its parts announce. */
    private static String parts(Peer.Reply reply, int total) {
        String type = String.valueOf(reply.field("Content-Type"));
        String boundary = type.substring(type.indexOf("boundary=") + 9);
        String text = new String(reply.body(), StandardCharsets.ISO_8859_1);
        StringBuilder found = new StringBuilder();
        int at = 0;
        for (String delimiter = "--" + boundary + "\r\n"; text.startsWith(delimiter, at); ) {
            int contentAt = text.indexOf("\r\n\r\n", at) + 4;
            String head = text.substring(at, contentAt);
            String range = head.substring(head.indexOf("bytes ") + 6, head.indexOf("/" + total));
            int from = Integer.parseInt(range.substring(0, range.indexOf('-')));
            int to = Integer.parseInt(range.substring(range.indexOf('-') + 1)) + 1;
            byte[] expected = Arrays.copyOfRange(content(), from, to);
            int contentEnd = contentAt + to - from;
            assertArrayEquals(
                    expected, text.substring(contentAt, contentEnd).getBytes(StandardCharsets.ISO_8859_1), range);
            found.append(range).append(' ');
            at = contentEnd + 2;
        }
        assertEquals("--" + boundary + "--\r\n", text.substring(at));
        return found.toString();
    }

    @Test
    void rangesOfFilesAndOfHeldContentAreServed(@TempDir Path directory) throws IOException {
        Served served = serveBoth(directory);
        try (Peer peer = served.connect()) {
            for (String path : new String[] {"/files/x.txt", "/held"}) {
                Peer.Reply one = ask(peer, path, "Range: bytes=100000-250000");
                assertEquals(206, one.status());
                assertEquals("bytes 100000-250000/300000", one.field("Content-Range"));
                assertArrayEquals(Arrays.copyOfRange(content(), 100_000, 250_001), one.body());
                Peer.Reply many = ask(peer, path, "Range: bytes=-1, 0-99999, 50000-120000, 200000-200009");
                assertEquals(206, many.status());
                assertNull(many.field("Content-Range"));
                assertEquals("299999-299999 0-120000 200000-200009 ", parts(many, BYTES));
                Peer.Reply beyond = ask(peer, path, "Range: bytes=300000-");
                assertEquals(416, beyond.status());
                assertEquals("bytes */300000", beyond.field("Content-Range"));
                assertEquals(BYTES, ask(peer, path, "Range: bytes=2-1").body().length);
                assertEquals(
                        BYTES,
                        ask(peer, path, "Range: bytes=" + "0-0,".repeat(17)).body().length);
            }
            assertEquals(200, ask(peer, "/streamed", "Range: bytes=0-1").status());
        }
    }

    @Test
    void conditionsAreJudgedInTheirOrder(@TempDir Path directory) throws IOException {
        Served served = serveBoth(directory);
        try (Peer peer = served.connect()) {
            for (String path : new String[] {"/files/x.txt", "/held"}) {
                String tag = ask(peer, path).field("ETag");
                assertNotNull(tag);
                Peer.Reply known = ask(peer, path, "If-None-Match: " + tag, "Range: bytes=0-1");
                assertEquals(304, known.status());
                assertEquals(tag, known.field("ETag"));
                assertEquals(0, known.body().length);
                assertEquals(
                        412,
                        ask(peer, path, "If-Match: \"other\"", "If-None-Match: " + tag)
                                .status());
                assertEquals(
                        206,
                        ask(peer, path, "If-Range: " + tag, "Range: bytes=0-1").status());
                assertEquals(
                        200,
                        ask(peer, path, "If-Range: \"other\"", "Range: bytes=0-1")
                                .status());
            }
        }
    }

    @Test
    void headHasNoRanges(@TempDir Path directory) throws IOException {
        Served served = serveBoth(directory);
        try (Peer peer = served.connect()) {
            Peer.Head head = peer.send("HEAD /files/x.txt HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1\r\n\r\n")
                    .replyWithoutBody();
            assertEquals(200, head.status());
            assertEquals("300000", head.field("Content-Length"));
        }
    }
}
