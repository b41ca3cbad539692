package ringfort.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.RunningServer;
import ringfort.api.Server;
import ringfort.websocket.codec.Frames;

/** Sockets through a server, on each engine. */
@Timeout(60)
final class WebSocketTest {
    private static final String OPENING = String.join(
            "\r\n",
            "GET /ws HTTP/1.1",
            "Host: h",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "",
            "");

    private static final SocketHandler ECHO = socket -> {
        for (Message message : socket) {
            socket.send(message);
        }
    };

    /** A client that speaks octets. */
    private static final class Client implements AutoCloseable {
        final Socket socket;
        final DataInputStream in;

        Client(RunningServer server) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
            socket.setSoTimeout(30_000);
            in = new DataInputStream(socket.getInputStream());
        }

        Client send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
            return this;
        }

        Client send(int opcode, String content) throws IOException {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            return send(new String(masked(Frames.frame(opcode, false, bytes), bytes.length), ISO_8859_1));
        }

        /** With a mask of zeros. */
        private static byte[] masked(byte[] frame, int length) {
            int head = frame.length - length;
            byte[] masked = new byte[frame.length + 4];
            System.arraycopy(frame, 0, masked, 0, head);
            masked[1] |= (byte) 0x80;
            System.arraycopy(frame, head, masked, head + 4, length);
            return masked;
        }

        String head() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
            return head.toString();
        }

        /** Opcode and content; a Close as code and reason; "end" at the end. */
        String frame() throws IOException {
            int first = in.read();
            if (first < 0) {
                return "end";
            }
            int length = in.readUnsignedByte();
            length = length == 126 ? in.readUnsignedShort() : length == 127 ? (int) in.readLong() : length;
            byte[] content = in.readNBytes(length);
            if ((first & 0xF) == Frames.CLOSE && length >= 2) {
                return "8 " + (((content[0] & 0xFF) << 8) | (content[1] & 0xFF)) + " "
                        + new String(content, 2, length - 2, StandardCharsets.UTF_8);
            }
            return (first & 0xF) + " " + new String(content, StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static RunningServer serve(String engine, WebSockets sockets, SocketHandler handler) throws IOException {
        return Server.http("127.0.0.1", 0)
                .options(options -> options.engine(engine)
                        .workers(1)
                        .lingerTimeout(Duration.ofMillis(200))
                        .drainGrace(Duration.ofMillis(100)))
                .get("/ws", sockets.to(handler))
                .onStopping(sockets::stop)
                .start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "poll", "nio"})
    void framesBehindTheRequestAreEchoedAndTheCloseIsReturned(String engine) throws IOException {
        try (RunningServer server = serve(engine, new WebSockets(WebSocketOptions.DEFAULT), ECHO);
                Client client = new Client(server)) {
            client.send(OPENING + "\u0081\u0082\0\0\0\0hi");
            assertTrue(client.head().contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
            assertEquals("1 hi", client.frame());
            assertEquals("10 p", client.send(Frames.PING, "p").frame());
            String large = "x".repeat(60_000);
            assertEquals("2 " + large, client.send(Frames.BINARY, large).frame());
            client.send("\u0088\u0082\0\0\0\0\u0003\u00e8");
            assertEquals("8 1000 ", client.frame());
            assertEquals("end", client.frame());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "poll", "nio"})
    void openingsAreJudged(String engine) throws IOException {
        String[][] rows = {
            {"400", "Upgrade: websocket", "Upgrade: other"},
            {"400", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ=="},
            {"400", "Sec-WebSocket-Key", "X-Key"},
            {"426", "Version: 13", "Version: 8"},
            {"403", "Host: h", "Host: h\r\nOrigin: http://other"},
            {"101", "Host: h", "Host: h\r\nOrigin: http://h"},
        };
        try (RunningServer server = serve(engine, new WebSockets(WebSocketOptions.DEFAULT), ECHO)) {
            for (String[] row : rows) {
                try (Client client = new Client(server)) {
                    String head = client.send(OPENING.replace(row[1], row[2])).head();
                    assertEquals(row[0], head.substring(9, 12), row[2]);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "poll", "nio"})
    void endingsHaveTheirCodes(String engine) throws Exception {
        LinkedBlockingQueue<Integer> codes = new LinkedBlockingQueue<>();
        WebSockets sockets = new WebSockets(WebSocketOptions.DEFAULT.withSubprotocols("b"));
        RunningServer server = serve(engine, sockets, socket -> {
            for (Message message : socket) {
                if (message.text().equals("throw")) {
                    throw new IllegalStateException("the client asked for it");
                }
            }
            codes.add(socket.closeCode());
        });
        try (Client broken = new Client(server);
                Client vanished = new Client(server);
                Client thrown = new Client(server);
                Client stopped = new Client(server)) {
            broken.send(OPENING).head();
            assertEquals(
                    "8 1002 reserved opcode",
                    broken.send("\u0083\u0080\0\0\0\0").frame());
            assertEquals(1002, codes.poll(20, TimeUnit.SECONDS));
            vanished.send(OPENING).head();
            vanished.socket.shutdownOutput();
            assertEquals(1006, codes.poll(20, TimeUnit.SECONDS));
            thrown.send(OPENING).head();
            assertEquals(
                    "8 1011 the handler failed",
                    thrown.send(Frames.TEXT, "throw").frame());
            thrown.send("\u0088\u0080\0\0\0\0");
            String head = stopped.send(OPENING.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: a, b\r\n\r\n"))
                    .head();
            assertTrue(head.contains("Sec-WebSocket-Protocol: b\r\n"), head);
            Thread stop = Thread.ofVirtual().start(server::stop);
            assertEquals("8 1001 the server stops", stopped.frame());
            stopped.send("\u0088\u0080\0\0\0\0");
            assertEquals("end", stopped.frame());
            stop.join();
        } finally {
            server.stop();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "poll", "nio"})
    void deadlinesHold(String engine) throws IOException {
        Duration shortly = Duration.ofMillis(300);
        Duration longer = Duration.ofSeconds(2);
        SocketTimeouts idle = new SocketTimeouts(longer, longer, shortly, longer, shortly);
        SocketTimeouts frame = new SocketTimeouts(shortly, longer, longer, longer, shortly);
        try (RunningServer server = serve(engine, new WebSockets(WebSocketOptions.DEFAULT.withTimeouts(idle)), ECHO);
                RunningServer second =
                        serve(engine, new WebSockets(WebSocketOptions.DEFAULT.withTimeouts(frame)), ECHO);
                Client silent = new Client(server);
                Client slow = new Client(second)) {
            silent.send(OPENING).head();
            slow.send(OPENING + "\u0081").head();
            assertEquals("9 ", silent.frame());
            assertEquals("8 1001 idle for too long", silent.frame());
            assertEquals("end", silent.frame());
            assertEquals("8 1008 a frame takes too long", slow.frame());
        }
    }
}
