package ringfort.server;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A client that sends the bytes it is told and takes replies apart strictly. Every wait is bounded. One thread. */
public class Peer implements AutoCloseable {
    /** Longer than any deadline of a test: silence for so long is a hang. */
    private static final int BOUND_MILLIS = 10_000;

    final InputStream in;

    private final Socket socket;
    private final OutputStream out;

    /** A response without its body. */
    public record Head(int status, List<String> lines) {
        @Nullable String field(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            for (String line : lines) {
                if (line.toLowerCase(Locale.ROOT).startsWith(prefix)) {
                    return line.substring(prefix.length()).strip();
                }
            }
            return null;
        }

        boolean closes() {
            return "close".equals(field("Connection"));
        }
    }

    /** A whole response. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Reply(Head head, byte[] body) {
        public int status() {
            return head.status();
        }

        @Nullable String field(String name) {
            return head.field(name);
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** Takes over a socket of {@link #open}, and reads up to {@code bufferBytes} ahead of the test. */
    Peer(Socket socket, int bufferBytes) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), bufferBytes);
        this.out = socket.getOutputStream();
    }

    public static Peer connect(int port) throws IOException {
        return connect(port, 0);
    }

    /** Connects with a receive buffer of about so many bytes, 0 for the system's own. */
    public static Peer connect(int port, int receiveBufferBytes) throws IOException {
        return new Peer(open(port, receiveBufferBytes), 64 * 1024);
    }

    static Socket open(int port, int receiveBufferBytes) throws IOException {
        Socket socket = new Socket();
        try {
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BOUND_MILLIS);
            socket.setSoTimeout(BOUND_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    public Peer send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Peer send(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    /** Sends a complete request without a body. */
    public Peer get(String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    }

    public OutputStream output() {
        return out;
    }

    /** Sends FIN and goes on reading. */
    public Peer halfClose() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Closes with a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    public Head head() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        String status = lines.removeFirst();
        if (!status.matches("HTTP/1\\.1 [1-5][0-9][0-9] .*")) {
            throw new IOException("not a status line: " + status);
        }
        return new Head(Integer.parseInt(status.substring(9, 12)), lines);
    }

    public Reply reply() throws IOException {
        Head head = head();
        return new Reply(head, body(head).readAllBytes());
    }

    /** The reply to HEAD. */
    public Head replyWithoutBody() throws IOException {
        return head();
    }

    /** The body as its head frames it; ends with an exception when the connection ends before the body does. */
    public InputStream body(Head head) {
        String length = head.field("Content-Length");
        if (head.status() == 204 || head.status() == 304) {
            return InputStream.nullInputStream();
        } else if ("chunked".equals(head.field("Transfer-Encoding"))) {
            return new Framed(true, 0);
        } else if (length != null) {
            return new Framed(false, Long.parseLong(length));
        }
        return in;
    }

    /** Reads what still comes until the server closes; a reset or silence is an exception. */
    public String readToEnd() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Whether the server closes, in order or by a reset, before it sends another byte. */
    public boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (SocketException e) {
            return true;
        }
    }

    /** Whether a byte comes within {@code millis}. */
    public boolean hears(int millis) throws IOException {
        socket.setSoTimeout(millis);
        in.mark(1);
        try {
            boolean came = in.read() >= 0;
            in.reset();
            return came;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            socket.setSoTimeout(BOUND_MILLIS);
        }
    }

    public int read() throws IOException {
        return in.read();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = octet(); octet != '\r'; octet = octet()) {
            if (octet == '\n') {
                throw new IOException("bare LF behind " + line);
            }
            line.append((char) octet);
        }
        if (octet() != '\n') {
            throw new IOException("bare CR behind " + line);
        }
        return line.toString();
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException("the connection ended");
        }
        return octet;
    }

    public int localPort() {
        return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** A body with a length, or with chunks, each of which has one. */
    private final class Framed extends InputStream {
        private final boolean chunked;
        private long left;
        private boolean begun;
        private boolean ended;

        Framed(boolean chunked, long left) {
            this.chunked = chunked;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] single = new byte[1];
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            } else if (left == 0 && !nextChunk()) {
                return -1;
            }
            int count = in.read(target, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the connection ended with " + left + " bytes of a body or chunk missing");
            }
            left -= count;
            return count;
        }

        private boolean nextChunk() throws IOException {
            if (!chunked || ended) {
                return false;
            }
            if (begun && !line().isEmpty()) {
                throw new IOException("a chunk is longer than it said");
            }
            begun = true;
            left = Long.parseLong(line(), 16);
            ended = left == 0;
            if (ended && !line().isEmpty()) {
                throw new IOException("trailers came that the test does not expect");
            }
            return !ended;
        }
    }
}
