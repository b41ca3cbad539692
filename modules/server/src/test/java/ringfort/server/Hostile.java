package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import ringfort.timers.Ticker;

/**
 * Peers that mean no good, each within bounds, at the server on one port. Every method returns when the server has ended
 * all their connections, and fails when it does not; what it then thinks of itself is for the caller to ask. Any thread.
 */
final class Hostile {
    private static final String START = "GET / HTTP/1.1\r\nHost: a\r\n";
    private static final String CHUNKED = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final int MOST_RANDOM_BYTES = 1500;
    private static final int SHORT = 160;

    private final int port;

    Hostile(int port) {
        this.port = port;
    }

    /** Connections that send noise: any bytes, printable ones, or a good message with some bytes changed. */
    void noise(int connections, long seed) throws IOException {
        var random = new Random(seed);
        List<WireRow> good = goodRows();
        for (int i = 0; i < connections; i++) {
            byte[] bytes = switch (i % 3) {
                case 0 -> noise(random, 256, 0);
                case 1 -> noise(random, 95, ' ');
                default -> changed(good.get(random.nextInt(good.size())).bytes(), random);
            };
            send(bytes, i % 8 == 7);
        }
    }

    private static byte[] noise(Random random, int values, int least) {
        byte[] bytes = new byte[1 + random.nextInt(MOST_RANDOM_BYTES)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (least + random.nextInt(values));
        }
        return bytes;
    }

    private static byte[] changed(byte[] bytes, Random random) {
        byte[] changed = bytes.clone();
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }

    /** Every beginning of every good message, and then the end: a FIN or a reset in turn. */
    void truncated() throws IOException {
        for (WireRow row : goodRows()) {
            for (int length = 0; length < row.bytes().length; length++) {
                send(Arrays.copyOf(row.bytes(), length), length % 2 == 1);
            }
        }
    }

    private static List<WireRow> goodRows() {
        return WireRow.all().stream()
                .filter(row -> row.end() == WireRow.End.KEEP && row.bytes().length < SHORT)
                .toList();
    }

    /** A header line of 1 MiB, a target of 1 MiB, 100,000 fields, 100,000 empty lines: each refused, none kept. */
    void oversize() throws IOException {
        refused(431, START + "X: " + "x".repeat(1 << 20) + "\r\n\r\n");
        refused(414, "GET /" + "x".repeat(1 << 20) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        refused(431, START + "X: y\r\n".repeat(100_000) + "\r\n");
        refused(400, "\r\n".repeat(100_000) + START + "\r\n");
        refused(431, CHUNKED + "0\r\n" + "X: y\r\n".repeat(100_000) + "\r\n");
        refused(400, CHUNKED + "1;" + "x".repeat(1 << 20) + "\r\nx\r\n0\r\n\r\n");
    }

    /** Sizes that overflow whatever counts them. */
    void overflowing() throws IOException {
        for (String size : List.of("10000000000000000", "10000000000000005", "f".repeat(1 << 16))) {
            refused(400, CHUNKED + size + "\r\nhello\r\n0\r\n\r\n");
        }
        for (String size : List.of("ffffffffffffffff", "8000000000000000", "7fffffffffffffff", "100000000")) {
            refused(413, CHUNKED + size + "\r\nhello\r\n0\r\n\r\n");
        }
        for (String length : List.of("9223372036854775808", "18446744073709551616", "9".repeat(10_000))) {
            refused(400, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\nhello");
        }
    }

    /** Clients of other protocols: TLS, HTTP/2, SSH, SMTP, a shell. */
    void foreign() throws IOException {
        try (Peer peer = Peer.connect(port)) { // a client that speaks TLS reads no answer in clear
            peer.send("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003" + "\u00a5".repeat(506));
            assertTrue(peer.isClosed());
        }
        refused(505, "PRI * HTTP/2.0\r\n\r\nXM\r\n\r\n\0\0\u0012\u0004\0\0\0\0\0" + "\0".repeat(18));
        refused(400, "SSH-2.0-OpenSSH_9.9\r\n");
        refused(400, "EHLO example.org\r\n");
        refused(400, "\u0001\u0002\u0003\u0004; rm -rf /\n");
    }

    /** So many requests in one write, more than any buffer holds: all answered, in order. */
    void pipelined(int requests) throws IOException, InterruptedException {
        var text = new StringBuilder();
        for (int i = 0; i < requests; i++) {
            text.append("GET /path/").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        try (Peer peer = Peer.connect(port)) {
            Thread writer = sender(peer, text.toString());
            for (int i = 0; i < requests; i++) {
                assertEquals(Integer.toString(i), peer.reply().text());
            }
            writer.join();
        }
    }

    /** Connections that send a byte each, in turn, until each has sent so many; then they go. */
    void dripping(int connections, int bytes) throws IOException {
        Peer[] peers = new Peer[connections];
        byte[] message = (START + "X: " + "x".repeat(bytes)).getBytes(StandardCharsets.ISO_8859_1);
        try {
            for (int i = 0; i < connections; i++) {
                peers[i] = Peer.connect(port);
            }
            for (int at = 0; at < bytes; at++) {
                for (Peer peer : peers) {
                    peer.send(new byte[] {message[at]});
                }
            }
        } finally {
            for (Peer peer : peers) {
                if (peer != null) {
                    peer.reset();
                }
            }
        }
    }

    /** A good client among them: each of its requests is answered. Returns the longest wait, in nanoseconds. */
    long goodRequests(int requests) throws IOException {
        long longestNanos = 0;
        try (Peer peer = Peer.connect(port)) {
            for (int i = 0; i < requests; i++) {
                long begin = Ticker.system().nanos();
                assertEquals("ok", peer.get("/").reply().text());
                longestNanos = Math.max(longestNanos, Ticker.system().nanos() - begin);
            }
        }
        return longestNanos;
    }

    private void send(byte[] bytes, boolean reset) throws IOException {
        try (Peer peer = Peer.connect(port)) {
            peer.send(bytes);
            if (reset) {
                peer.reset();
            } else {
                peer.halfClose();
                readToEnd(peer);
            }
        } catch (SocketException _) {
            // The server may have closed before everything was sent, or read.
        }
    }

    private static void readToEnd(Peer peer) throws IOException {
        try {
            peer.readToEnd();
        } catch (SocketException _) {
            // A server that has read enough of a peer that goes on sending resets the connection: that is an end.
        }
    }

    /** The refusal arrives, whatever is still being sent; then the connection ends. */
    private void refused(int status, String text) throws IOException {
        try (Peer peer = Peer.connect(port)) {
            Thread sender = sender(peer, text);
            assertEquals(status, peer.reply().status());
            readToEnd(peer);
            sender.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Thread sender(Peer peer, String text) {
        return Thread.ofPlatform().start(() -> {
            try {
                peer.send(text).halfClose();
            } catch (IOException _) {
                // The server reads only so much of what it has refused; the reader sees how it ended.
            }
        });
    }
}
