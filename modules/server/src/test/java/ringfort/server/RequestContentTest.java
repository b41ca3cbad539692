package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ringfort.api.FormLimits;
import ringfort.api.Part;
import ringfort.api.Parts;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;

/** Forms and parts as they arrive over a socket, on every placement of the handler. */
class RequestContentTest extends EngineContract {
    private static final String BODY = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n"
            + "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n\r\n--bu\r\n--b"
            + "\r\nContent-Disposition: form-data; name=\"g\"\r\n\r\n\r\n--b--\r\n";
    private static final String GOOD = BODY.replace("\r\n--bu", "\r\n--c");

    private static void routes(Server server) {
        server.post("/carried", RequestContentTest::describe)
                .post("/inline", RequestContentTest::describe, Route.inline())
                .post("/offloaded", RequestContentTest::describe, Route.offload())
                .post("/first", request -> Response.text(name(request.parts().next())))
                .post(
                        "/small",
                        request -> Response.text(
                                request.form(FormLimits.HELD.maxBytes(20)).toString()))
                .post("/form", request -> Response.text(request.form().toString()));
    }

    private static String name(@Nullable Part part) {
        return part == null ? "none" : part.name();
    }

    private static Response describe(Request request) throws IOException {
        StringBuilder text = new StringBuilder();
        Parts parts = request.parts();
        for (Part part = parts.next(); part != null; part = parts.next()) {
            text.append(part.name())
                    .append('=')
                    .append(part.body().readAllBytes().length)
                    .append(' ');
        }
        return Response.text(text.toString());
    }

    private static String post(String path, String type, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    private static String multipart(String path, String body) {
        return post(path, "multipart/form-data; boundary=b", body);
    }

    @Test
    void partsAreReadOnEveryPlacement() throws IOException {
        Served served = serve(RequestContentTest::routes);
        for (String path : new String[] {"/carried", "/inline", "/offloaded"}) {
            try (Peer peer = served.connect()) {
                assertEquals(
                        "a=3 f=5 g=0 ", peer.send(multipart(path, GOOD)).reply().text());
                assertEquals(400, peer.send(multipart(path, BODY)).reply().status());
                assertEquals(
                        "a=3 f=5 g=0 ", peer.send(multipart(path, GOOD)).reply().text());
            }
        }
    }

    @Test
    void aBodyThatComesInTwoPiecesIsTheSame() throws IOException {
        Served served = serve(RequestContentTest::routes);
        byte[] bytes = multipart("/carried", GOOD).getBytes(StandardCharsets.ISO_8859_1);
        int head = bytes.length - GOOD.length();
        try (Peer peer = served.connect()) {
            for (int split = head; split < bytes.length; split += 3) {
                peer.send(Arrays.copyOf(bytes, split));
                peer.send(Arrays.copyOfRange(bytes, split, bytes.length));
                assertEquals("a=3 f=5 g=0 ", peer.reply().text());
            }
        }
    }

    @Test
    void aChunkedFormIsTheSame() throws IOException {
        Served served = serve(RequestContentTest::routes);
        try (Peer peer = served.connect()) {
            StringBuilder chunks = new StringBuilder();
            for (int i = 0; i < GOOD.length(); i++) {
                chunks.append("1\r\n").append(GOOD.charAt(i)).append("\r\n");
            }
            String head = """
                    POST /carried HTTP/1.1
                    Host: h
                    Content-Type: multipart/form-data; boundary=b
                    Transfer-Encoding: chunked

                    """.replace("\n", "\r\n");
            assertEquals(
                    "a=3 f=5 g=0 ",
                    peer.send(head + chunks + "0\r\n\r\n").reply().text());
        }
    }

    @Test
    void aHandlerNeedNotReadEveryPart() throws IOException {
        Served served = serve(RequestContentTest::routes);
        try (Peer peer = served.connect()) {
            assertEquals("a", peer.send(multipart("/first", GOOD)).reply().text());
            assertEquals("a", peer.send(multipart("/first", GOOD)).reply().text());
        }
    }

    @Test
    void refusalsHaveTheirStatus() throws IOException {
        Served served = serve(RequestContentTest::routes);
        String form = "application/x-www-form-urlencoded";
        try (Peer peer = served.connect()) {
            assertEquals(
                    "{a=[1, 2]}",
                    peer.send(post("/form", form, "a=1&a=2")).reply().text());
            assertEquals(
                    415, peer.send(post("/form", "text/plain", "a=1")).reply().status());
            assertEquals(415, peer.send(multipart("/form", GOOD)).reply().status());
            assertEquals(400, peer.send(post("/form", form, "a=%zz")).reply().status());
            assertEquals(400, peer.send(multipart("/form", "--b\r\n")).reply().status());
            assertEquals(
                    400,
                    peer.send(post("/form", "multipart/form-data", GOOD))
                            .reply()
                            .status());
            Peer.Reply large =
                    peer.send(post("/small", form, "a=" + "1".repeat(100))).reply();
            assertEquals(413, large.status());
            assertTrue(large.text().contains("20 bytes"), large.text());
            assertEquals("{}", peer.send(post("/form", form, "")).reply().text());
        }
    }
}
