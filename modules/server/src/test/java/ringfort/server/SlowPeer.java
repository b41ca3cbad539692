package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;
import ringfort.timers.Ticker;

/** A client that takes its time, and measures how long the server let it. */
public final class SlowPeer implements AutoCloseable {
    /** Longer than any deadline of a test: silence for so long is a hang. */
    private static final int HANG_MILLIS = 8_000;

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)");

    /** What a client's clock may show beyond a deadline, on a machine that has other things to do. */
    private static final Duration SLACK = Duration.ofMillis(900);

    private final Socket socket;
    private final InputStream in;
    private long sinceNanos = Ticker.system().nanos();

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

    private SlowPeer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 2048);
    }

    /**
     * A peer of the server under test.
     *
     * @param receiveBufferBytes 0 for the system's own
     */
    public static SlowPeer connect(int port, int receiveBufferBytes) throws IOException {
        Socket socket = new Socket();
        long begin = Ticker.system().nanos();
        try {
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), HANG_MILLIS);
            socket.setSoTimeout(HANG_MILLIS);
            var peer = new SlowPeer(socket);
            peer.sinceNanos = begin;
            return peer;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Begins to measure anew; measuring begins with the connection. */
    public SlowPeer mark() {
        sinceNanos = Ticker.system().nanos();
        return this;
    }

    public SlowPeer send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Sends FIN and goes on reading. */
    public SlowPeer halfClose() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Sends one octet after another from a thread of its own, until all is sent or the server has closed. */
    public SlowPeer trickle(String text, Duration each) {
        Thread.startVirtualThread(() -> {
            try {
                for (int i = 0; i < text.length(); i++) {
                    send(text.substring(i, i + 1));
                    TimedServer.pass(each);
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
        } catch (SocketException e) {
            reset = true;
        }
        return new Ending(received.toString(StandardCharsets.ISO_8859_1), reset, first < 0 ? elapsedNanos() : first);
    }

    /** Reads one response with a {@code Content-Length}, head and body. */
    public String reply() throws IOException {
        var received = new StringBuilder();
        while (received.indexOf("\r\n\r\n") < 0) {
            received.append((char) octet(received));
        }
        var length = LENGTH.matcher(received);
        for (int left = length.find() ? Integer.parseInt(length.group(1)) : 0; left > 0; left--) {
            received.append((char) octet(received));
        }
        return received.toString();
    }

    private int octet(StringBuilder before) throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new IOException("the connection ended behind: " + before);
        }
        return octet;
    }

    /** Reads so many bytes and no more. */
    public int read(byte[] target) throws IOException {
        return in.readNBytes(target, 0, target.length);
    }

    public int localPort() {
        return socket.getLocalPort();
    }

    public SlowPeer get(String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    }

    public void expect(String reply) throws IOException {
        String received = reply();
        assertTrue(received.startsWith("HTTP/1.1 200 ") && received.endsWith("\r\n\r\n" + reply), received);
    }

    public long elapsedNanos() {
        return Ticker.system().nanos() - sinceNanos;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
