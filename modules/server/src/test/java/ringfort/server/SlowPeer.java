package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import ringfort.timers.Ticker;

/** A client that takes its time, and measures how long the server let it. */
public final class SlowPeer extends Peer {
    /** What a client's clock may show beyond a deadline, on a machine that has other things to do. */
    private static final Duration SLACK = Duration.ofMillis(900);

    /** So little is read ahead that the server sees how slowly the test reads. */
    private static final int READ_AHEAD_BYTES = 2048;

    private long sinceNanos;

    /**
     * How a connection ended.
     *
     * @param received everything up to the end
     * @param firstNanos from {@link #mark} to the first byte, or to the end if none came
     */
    public record Ending(String received, boolean reset, long firstNanos) {
        Ending answered(int status) {
            assertTrue(
                    received.startsWith("HTTP/1.1 " + status + " "), () -> "not answered with " + status + ": " + this);
            return this;
        }

        Ending closes() {
            assertTrue(
                    received.contains("\r\nConnection: close\r\n"), () -> "does not say that it closes: " + received);
            return this;
        }

        Ending silent() {
            assertEquals("", received);
            return this;
        }

        Ending inOrder() {
            assertTrue(!reset, "the connection was reset");
            return this;
        }

        /** Not before the deadline, and not long after it. */
        Ending after(Duration deadline) {
            long late = firstNanos - deadline.toNanos();
            assertTrue(late >= 0, () -> "ended " + -late / 1_000_000 + " ms too early");
            assertTrue(late < SLACK.toNanos(), () -> "ended " + late / 1_000_000 + " ms too late");
            return this;
        }
    }

    private SlowPeer(Socket socket, long sinceNanos) throws IOException {
        super(socket, READ_AHEAD_BYTES);
        this.sinceNanos = sinceNanos;
    }

    private SlowPeer(Socket socket, TlsClient tls, long sinceNanos) {
        super(socket, tls, READ_AHEAD_BYTES);
        this.sinceNanos = sinceNanos;
    }

    /** Connects and shakes hands; measuring begins with the handshake. */
    public static SlowPeer connectTls(int port, int receiveBufferBytes) throws IOException {
        Socket socket = open(port, receiveBufferBytes);
        try {
            long begin = Ticker.system().nanos(); // the server may know before the client that they have shaken hands
            return new SlowPeer(socket, TlsClient.over(socket).handshake(), begin);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * A peer of the server under test.
     *
     * @param receiveBufferBytes 0 for the system's own
     */
    public static SlowPeer connect(int port, int receiveBufferBytes) throws IOException {
        long begin = Ticker.system().nanos();
        return new SlowPeer(open(port, receiveBufferBytes), begin);
    }

    /** Begins to measure anew; measuring begins with the connection. */
    public SlowPeer mark() {
        sinceNanos = Ticker.system().nanos();
        return this;
    }

    @Override
    public SlowPeer send(String text) throws IOException {
        super.send(text);
        return this;
    }

    @Override
    public SlowPeer get(String path) throws IOException {
        super.get(path);
        return this;
    }

    @Override
    public SlowPeer halfClose() throws IOException {
        super.halfClose();
        return this;
    }

    /** Sends one octet after another from a thread of its own, until all is sent or the server has closed. */
    public SlowPeer trickle(String text, Duration each) {
        Thread.startVirtualThread(() -> {
            try {
                for (int i = 0; i < text.length(); i++) {
                    send(text.substring(i, i + 1));
                    Await.pass(each);
                }
            } catch (IOException _) {
                // the server has had enough, which is for the reader to see
            }
        });
        return this;
    }

    /** Reads until the server closes; silence for longer than any deadline fails. */
    public Ending end() throws IOException {
        var received = new ByteArrayOutputStream();
        byte[] some = new byte[16 * 1024];
        boolean reset = false;
        long first = -1;
        try {
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                first = first < 0 ? elapsedNanos() : first;
                received.write(some, 0, count);
            }
        } catch (SocketException | EOFException e) { // in TLS, a FIN without close_notify
            reset = true;
        }
        return new Ending(received.toString(StandardCharsets.ISO_8859_1), reset, first < 0 ? elapsedNanos() : first);
    }

    /** Reads so many bytes and no more. */
    public int read(byte[] target) throws IOException {
        return in.readNBytes(target, 0, target.length);
    }

    /** Reads one response, which must be a 200 with this content. */
    public void expect(String content) throws IOException {
        Reply reply = reply();
        assertEquals(200, reply.status(), reply::text);
        assertEquals(content, reply.text());
    }

    public long elapsedNanos() {
        return Ticker.system().nanos() - sinceNanos;
    }
}
