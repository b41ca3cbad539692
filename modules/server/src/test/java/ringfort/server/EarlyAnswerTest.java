package ringfort.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import ringfort.api.HttpException;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;

/**
 * An answer that comes before its request was read arrives, whatever the peer still sends: peers that send all of a request
 * before they read lost it to a reset.
 */
class EarlyAnswerTest extends EngineContract {
    private static final int UPLOAD = 8 << 20;
    private static final byte[] PIECE = new byte[64 * 1024];

    private static ServerOptions.Builder withTime(ServerOptions.Builder options) {
        return options.lingerTimeout(Duration.ofSeconds(20));
    }

    private static void routes(Server server) {
        server.get("/", _ -> Response.text("next"))
                .post("/denied", _ -> {
                    throw HttpException.unauthorized("Basic realm=\"x\"");
                })
                .post("/unread", _ -> Response.text("seen"))
                .post("/read", request -> Response.text("" + request.bytes().length));
    }

    private static void upload(Peer peer, int bytes) throws IOException {
        OutputStream out = peer.output();
        for (int left = bytes; left > 0; left -= PIECE.length) {
            out.write(PIECE, 0, Math.min(left, PIECE.length));
        }
    }

    private static void uploadChunks(Peer peer, int bytes) throws IOException {
        OutputStream out = peer.output();
        for (int left = bytes; left > 0; left -= PIECE.length) {
            out.write((Integer.toHexString(PIECE.length) + "\r\n").getBytes(US_ASCII));
            out.write(PIECE);
            out.write("\r\n".getBytes(US_ASCII));
        }
        out.write("0\r\n\r\n".getBytes(US_ASCII));
    }

    private static String head(String path, int bytes) {
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + bytes + "\r\n\r\n";
    }

    private static String chunkedHead(String path) {
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    }

    @Test
    void itReachesAPeerThatSendsEverythingFirst() throws IOException {
        Served served = serve(EarlyAnswerTest::withTime, EarlyAnswerTest::routes);
        String[] paths = {"/nowhere", "/denied", "/unread"};
        int[] statuses = {404, 401, 200};
        for (int i = 0; i < paths.length; i++) {
            try (Peer peer = served.connect()) {
                peer.send(head(paths[i], UPLOAD));
                upload(peer, UPLOAD);
                Peer.Reply reply = peer.reply();
                assertEquals(statuses[i], reply.status());
                assertTrue(reply.head().closes(), "too much is left to keep the connection");
                assertEquals("", peer.readToEnd());
            }
        }
        served.awaitOpen(0);
        assertEquals(0, served.expired(Phase.LINGER));
    }

    @Test
    void contentThatIsTooLongIsToldSo() throws IOException {
        Served served = serve(options -> withTime(options).maxBody(1000), EarlyAnswerTest::routes);
        try (Peer peer = served.connect()) {
            peer.send(head("/read", UPLOAD));
            upload(peer, UPLOAD);
            assertEquals(413, peer.reply().status());
            assertEquals("", peer.readToEnd());
        }
        try (Peer peer = served.connect()) {
            peer.send(chunkedHead("/read"));
            uploadChunks(peer, UPLOAD);
            Peer.Reply reply = peer.reply();
            assertEquals(413, reply.status());
            assertTrue(reply.head().closes());
            assertEquals("", peer.readToEnd());
        }
    }

    /** How much is left of a chunked request is not known: keep-alive was announced, and the connection closed all the same. */
    @Test
    void whatTheHeadAnnouncesIsKept() throws IOException {
        Served served = serve(EarlyAnswerTest::withTime, EarlyAnswerTest::routes);
        for (String path : new String[] {"/nowhere", "/denied", "/unread"}) {
            try (Peer peer = served.connect()) {
                peer.send(chunkedHead(path));
                Peer.Reply reply = peer.reply();
                assertFalse(reply.head().closes());
                uploadChunks(peer, UPLOAD);
                assertEquals("next", peer.get("/").reply().text());
            }
        }
        try (Peer peer = served.connect()) {
            peer.send(chunkedHead("/unread"));
            uploadChunks(peer, UPLOAD); // blocks when nobody reads
            assertFalse(peer.reply().head().closes());
            assertEquals("next", peer.get("/").reply().text());
        }
    }

    /** What an attacker can hold by it: a connection, and for so long. */
    @Test
    void aPeerThatNeverEndsIsDroppedInTime() throws Exception {
        Served served = serve(options -> options.lingerTimeout(Duration.ofMillis(500)), EarlyAnswerTest::routes);
        for (String head : new String[] {head("/denied", Integer.MAX_VALUE), chunkedHead("/denied")}) {
            try (Peer peer = served.connect()) {
                peer.send(head);
                byte[] chunk = ("1000\r\n" + "x".repeat(0x1000) + "\r\n").getBytes(US_ASCII);
                assertThrows(IOException.class, () -> {
                    while (true) {
                        peer.send(chunk);
                    }
                });
            }
            served.awaitOpen(0);
        }
        assertEquals(2, served.expired(Phase.LINGER));
    }

    /**
     * The linger began when the answer was queued, and cut peers that were still reading. The engine {@code nio} cannot see what
     * the kernel still has, and begins when that has everything.
     */
    @Test
    void aPeerThatTakesItsTimeToReadIsNotCut() throws IOException {
        byte[] large = new byte[5 << 20];
        Served served = serve(
                options ->
                        options.lingerTimeout(Duration.ofMillis(variant.name().startsWith("NIO") ? 5_000 : 200)),
                server -> server.post("/", _ -> Response.bytes(large, "application/octet-stream"))
                        .get("/", _ -> Response.text("next")));
        try (SlowPeer peer = served.connectSlow(16 * 1024)) {
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
            Peer.Head head = peer.head();
            assertFalse(head.closes());
            var body = peer.body(head);
            byte[] piece = new byte[large.length / 10];
            int read = 0;
            while (read < large.length) {
                Await.pass(Duration.ofMillis(100));
                read += body.readNBytes(piece, 0, Math.min(piece.length, large.length - read));
            }
            peer.send("hello");
            peer.get("/").expect("next");
        }
        assertEquals(0, served.expired(Phase.LINGER));
    }

    /** The same where the connection closes: the kernel still has much of the answer when our FIN is queued. */
    @Test
    void aPeerThatSendsWhileItReadsSlowlyIsNotCut() throws Exception {
        byte[] large = new byte[5 << 20];
        Served served = serve(
                EarlyAnswerTest::withTime,
                server -> server.post("/", _ -> Response.bytes(large, "application/octet-stream")));
        try (SlowPeer peer = served.connectSlow(16 * 1024)) {
            peer.send(head("/", 1 << 20));
            Peer.Head head = peer.head();
            assertTrue(head.closes());
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    upload(peer, 1 << 20);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            var body = peer.body(head);
            byte[] piece = new byte[large.length / 10];
            int read = 0;
            while (read < large.length) {
                Await.pass(Duration.ofMillis(50));
                read += body.readNBytes(piece, 0, Math.min(piece.length, large.length - read));
            }
            sender.join();
            assertEquals("", peer.readToEnd());
        }
        served.awaitOpen(0);
        assertEquals(1, served.closed(CloseReason.FINISHED));
    }
}
