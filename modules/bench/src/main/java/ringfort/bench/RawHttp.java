package ringfort.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A blocking connection that sends what it is told, byte by byte, and reads responses one after another. */
final class RawHttp implements AutoCloseable {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int READ_MILLIS = 5_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    /** A response: its status, its head with the empty line, and its content. */
    record Response(int status, String head, String content) {
        /** How many bytes it had. */
        int bytes() {
            return head.length() + content.length();
        }
    }

    RawHttp(InetSocketAddress server) throws IOException {
        try {
            socket.setSoTimeout(READ_MILLIS);
            socket.setTcpNoDelay(true);
            socket.connect(server, CONNECT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends characters up to U+00FF as one byte each. */
    void send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** How long a read may wait. */
    void timeoutMillis(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    /** Says that nothing more will be sent. */
    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Reads a response that is framed by Content-Length or chunks. */
    Response response() throws IOException {
        return response(true);
    }

    /** @param hasContent false for the answer to HEAD, which has the fields of content and none */
    Response response(boolean hasContent) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            head.append((char) octet());
        }
        String fields = head.toString().toLowerCase(Locale.ROOT);
        int status = Integer.parseInt(head.substring(9, 12));
        if (!hasContent || status < 200 || status == 204 || status == 304) {
            return new Response(status, head.toString(), "");
        }
        String content = fields.contains("\r\ntransfer-encoding: chunked\r\n") ? chunks() : octets(length(fields));
        return new Response(status, head.toString(), content);
    }

    private static int length(String fields) {
        int at = fields.indexOf("\r\ncontent-length: ");
        return at < 0
                ? 0
                : Integer.parseInt(fields.substring(at + 18, fields.indexOf("\r\n", at + 2))
                        .trim());
    }

    private String chunks() throws IOException {
        StringBuilder content = new StringBuilder();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            content.append(octets(size));
            line();
        }
        line();
        return content.toString();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = octet(); octet != '\n'; octet = octet()) {
            line.append((char) octet);
        }
        return line.toString().trim();
    }

    private String octets(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the content ended early");
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException("closed");
        }
        return octet;
    }

    /** Waits for the end of the connection; false when something else comes. */
    boolean isClosed() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
