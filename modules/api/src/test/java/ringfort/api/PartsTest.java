package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7578. */
class PartsTest {
    private static final String TYPE = "multipart/form-data; boundary=b";
    private static final String FILE = """
            Content-Disposition: form-data; name="file"; filename="../../x.png"
            Content-Type: image/png

            some bytes
            """;
    private static final String EMPTY_FILE = """
            Content-Disposition: form-data; name="file"; filename=""
            Content-Type: application/octet-stream


            """;

    private static String field(String name, String value) {
        return "Content-Disposition: form-data; name=\"" + name + "\"\n\n" + value + "\n";
    }

    private static byte[] body(String... parts) {
        StringBuilder body = new StringBuilder();
        for (String part : parts) {
            body.append("--b\n").append(part);
        }
        return body.append("--b--\n").toString().replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    private static Request request(String... parts) {
        return Request.builder("POST", "/")
                .header("Content-Type", TYPE)
                .body(body(parts))
                .build();
    }

    private static void refused(int status, Executable call) {
        assertEquals(status, assertThrows(HttpException.class, call).status());
    }

    @Test
    void partsComeOneByOne(@TempDir Path directory) throws IOException {
        Parts parts =
                request(field("title", "Füchse"), FILE, field("after", "x")).parts();
        Part title = parts.next();
        assertNotNull(title);
        assertEquals("title", title.name());
        assertNull(title.filename());
        assertEquals("text/plain", title.contentType());
        assertEquals("Füchse", title.text(100));
        Part file = parts.next();
        assertNotNull(file);
        assertEquals("../../x.png", file.filename(), "as sent: nothing uses it as a path");
        assertEquals("image/png", file.contentType());
        assertEquals("image/png", file.headers().first("content-type"));
        Path target = directory.resolve("upload");
        assertEquals(10, file.saveTo(target));
        assertEquals("some bytes", Files.readString(target));
        Part after = parts.next();
        assertNotNull(after);
        assertArrayEquals(new byte[] {'x'}, after.body().readAllBytes());
        assertNull(parts.next());
        assertNull(parts.next());
    }

    @Test
    void savingNeverOverwritesAndLeavesNoHalves(@TempDir Path directory) throws IOException {
        Path target = Files.writeString(directory.resolve("present"), "mine");
        Part part = request(FILE).parts().next();
        assertNotNull(part);
        assertThrows(FileAlreadyExistsException.class, () -> part.saveTo(target));
        assertEquals("mine", Files.readString(target));
        Part large = request(FILE).parts(FormLimits.STREAMED.maxFieldBytes(9)).next();
        assertNotNull(large);
        Path half = directory.resolve("half");
        refused(413, () -> large.saveTo(half));
        assertFalse(Files.exists(half));
    }

    @Test
    void limitsAnswer413() {
        refused(413, () -> request(field("a", "1"), field("b", "2")).form(FormLimits.HELD.maxFields(1)));
        refused(413, () -> request(field("abc", "1")).form(FormLimits.HELD.maxNameBytes(2)));
        refused(413, () -> request(field("é", "1")).form(FormLimits.HELD.maxNameBytes(1)));
        refused(
                413,
                () -> request(FILE).parts(FormLimits.STREAMED.maxNameBytes(5)).next());
        refused(413, () -> request(field("a", "123")).form(FormLimits.HELD.maxFieldBytes(2)));
        refused(413, () -> request(field("a", "1")).form(FormLimits.HELD.maxPartHeadBytes(10)));
        refused(413, () -> request(field("a", "1")).parts(FormLimits.HELD.maxBytes(20)));
        Part part = request(field("a", "123")).parts().next();
        assertNotNull(part);
        refused(413, () -> part.bytes(2));
        assertThrows(IllegalArgumentException.class, () -> FormLimits.HELD.maxFields(-1));
    }

    @Test
    void aFormMayBeMultipart() {
        Request request = request(field("name", "Zoë\nX"), field("tag", "a"), EMPTY_FILE, field("tag", "b"));
        assertEquals("Zoë\r\nX", request.form().first("name"));
        assertEquals(List.of("a", "b"), request.form().all("tag"));
        assertNull(request.form().first("file"), "no file was chosen");
    }

    @Test
    void aFormHasNoFiles() {
        refused(415, () -> request(FILE).form());
        refused(415, () -> request(EMPTY_FILE.replace("\n\n\n", "\n\nx\n")).form());
    }

    @Test
    void fieldsObeyTheirCharset() {
        String latin = "Content-Disposition: form-data; name=a\nContent-Type: text/plain; charset=%s\n\né\n";
        assertEquals("Ã©", request(latin.formatted("iso-8859-1")).form().first("a"));
        refused(415, () -> request(latin.formatted("klingon")).form());
        refused(400, () -> request(latin.formatted("us-ascii")).form());
    }

    @ParameterizedTest
    @ValueSource(strings = {"base64", "quoted-printable", "x"})
    void transferEncodingsAreNotSupported(String encoding) {
        String part = "Content-Transfer-Encoding: " + encoding + "\n" + field("a", "MQ==");
        refused(415, () -> request(part).form());
    }

    @ParameterizedTest
    @ValueSource(strings = {"7bit", "8BIT", "binary"})
    void transferEncodingsThatChangeNothingAreNone(String encoding) {
        String part = "Content-Transfer-Encoding: " + encoding + "\n" + field("a", "1");
        assertEquals("1", request(part).form().first("a"));
    }

    @Test
    void aMultipartWithinAPartIsItsContent() {
        String inner = "--i\r\nContent-Disposition: file; filename=x\r\n\r\n1\r\n--i--";
        Part part = request("Content-Type: multipart/mixed; boundary=i\n" + field("files", inner.replace("\r\n", "\n")))
                .parts()
                .next();
        assertNotNull(part);
        assertEquals("multipart/mixed; boundary=i", part.contentType());
        assertEquals(inner, part.text(1_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "multipart/mixed; boundary=b", "application/x-www-form-urlencoded", "x"})
    void otherTypesHaveNoParts(String type) {
        RequestBuilder builder = Request.builder("POST", "/").body(body(field("a", "1")));
        refused(415, () -> builder.build().parts());
        refused(415, () -> builder.header("Content-Type", type).build().parts());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"multipart/form-data", "multipart/form-data; boundary=\"\"", "multipart/form-data; boundary=ü"})
    void aBoundaryIsNeeded(String type) {
        refused(
                400,
                () -> Request.builder("POST", "/")
                        .header("Content-Type", type)
                        .body("x")
                        .build()
                        .parts());
    }

    @Test
    void aMalformedOrUnfinishedBodyIs400() {
        refused(400, () -> request("X: y\n\n1\n").form());
        byte[] whole = body(field("a", "1"));
        for (int cut = 0; cut < whole.length - 4; cut++) {
            byte[] some = Arrays.copyOf(whole, cut);
            refused(
                    400,
                    () -> Request.builder("POST", "/")
                            .header("Content-Type", TYPE)
                            .body(some)
                            .build()
                            .form());
        }
    }

    @Test
    void aPeerThatLeavesIsABadRequestNotAFault() throws IOException {
        InputStream cut = InputStream.nullInputStream();
        cut.close(); // reads throw now
        InputStream some = new ByteArrayInputStream(body(field("a", "1")), 0, 20);
        RequestBuilder builder = Request.builder("POST", "/").header("Content-Type", TYPE);
        refused(
                400,
                () -> builder.body(new SequenceInputStream(some, cut)).build().form());
        refused(
                400,
                () -> Request.builder("POST", "/")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .body(cut)
                        .build()
                        .form());
    }

    @Test
    void partsCanBeReadFromContentThatIsHeld() {
        Request request = request(field("a", "1"));
        assertEquals(body(field("a", "1")).length, request.bytes().length);
        assertEquals("1", request.form().first("a"));
    }
}
