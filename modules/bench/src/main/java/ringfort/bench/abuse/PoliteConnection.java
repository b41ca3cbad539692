package ringfort.bench.abuse;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import ringfort.timers.Ticker;

/** A connection that sends a request and reads its answer, with one time limit for all of that. One thread at a time. */
final class PoliteConnection implements AutoCloseable {
    private static final int MOST_HEAD_BYTES = 64 << 10;
    private static final int MOST_CONTENT_BYTES = 16 << 20;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final byte[] buffer = new byte[8 << 10];
    private int at;
    private int limit;
    private long deadlineNanos;
    private boolean answering;
    private boolean used;

    /** An answer that came whole, each octet of its content one character. */
    record Reply(int status, String content, boolean keepsOpen) {}

    PoliteConnection(InetSocketAddress server, long deadlineNanos) throws IOException {
        this.deadlineNanos = deadlineNanos;
        try {
            socket.setTcpNoDelay(true);
            socket.connect(server, leftMillis());
            in = socket.getInputStream();
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Whether an octet of the present answer has come. */
    boolean isAnswering() {
        return answering;
    }

    /** Whether an answer came over it before. */
    boolean isUsed() {
        return used;
    }

    /** Sends the request and reads its answer. */
    Reply ask(byte[] request, long untilNanos) throws IOException {
        deadlineNanos = untilNanos;
        answering = limit > at;
        socket.getOutputStream().write(request);
        Reply reply = reply();
        used = true;
        return reply;
    }

    private Reply reply() throws IOException {
        String head = head();
        int status = status(head);
        while (status < 200) {
            head = head();
            status = status(head);
        }
        String fields = head.toLowerCase(Locale.ROOT);
        boolean closes = fields.contains("\r\nconnection: close\r\n");
        if (fields.contains("\r\ntransfer-encoding: chunked\r\n")) {
            return new Reply(status, chunks(), !closes);
        }
        int length = length(fields);
        if (length < 0) {
            return new Reply(status, rest(), false);
        }
        return new Reply(status, new String(octets(length), StandardCharsets.ISO_8859_1), !closes);
    }

    private static int status(String head) throws IOException {
        if (!head.startsWith("HTTP/1.") || head.length() < 12) {
            throw new IOException("not an answer: " + head.lines().findFirst().orElse(""));
        }
        return Integer.parseInt(head.substring(9, 12));
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            head.append((char) octet());
            if (head.length() > MOST_HEAD_BYTES) {
                throw new IOException("a head without an end");
            }
        }
        return head.toString();
    }

    /** Negative when there is none: the content ends with the connection. */
    private static int length(String fields) throws IOException {
        int from = fields.indexOf("\r\ncontent-length:");
        if (from < 0) {
            return -1;
        }
        String text =
                fields.substring(from + 17, fields.indexOf("\r\n", from + 2)).trim();
        return within(Long.parseLong(text));
    }

    private static int within(long length) throws IOException {
        if (length > MOST_CONTENT_BYTES) {
            throw new IOException(length + " bytes of content");
        }
        return (int) length;
    }

    private String chunks() throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (int size = size(); size > 0; size = size()) {
            content.write(octets(size));
            within(content.size());
            line();
        }
        while (!line().isEmpty()) {
            // Trailers.
        }
        return content.toString(StandardCharsets.ISO_8859_1);
    }

    private int size() throws IOException {
        String line = line();
        int semicolon = line.indexOf(';');
        return within(Long.parseLong(semicolon < 0 ? line : line.substring(0, semicolon), 16));
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = octet(); octet != '\n'; octet = octet()) {
            line.append((char) octet);
        }
        return line.toString().trim();
    }

    private byte[] octets(int count) throws IOException {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; ) {
            if (at == limit) {
                fill();
            }
            int length = Math.min(count - i, limit - at);
            System.arraycopy(buffer, at, octets, i, length);
            at += length;
            i += length;
        }
        return octets;
    }

    private String rest() throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try {
            while (true) {
                content.write(octet());
                within(content.size());
            }
        } catch (EOFException e) {
            return content.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private int octet() throws IOException {
        if (at == limit) {
            fill();
        }
        return buffer[at++] & 0xff;
    }

    private void fill() throws IOException {
        socket.setSoTimeout(leftMillis());
        int count = in.read(buffer);
        if (count < 0) {
            throw new EOFException("closed");
        }
        answering = true;
        at = 0;
        limit = count;
    }

    private int leftMillis() throws SocketTimeoutException {
        long left = (deadlineNanos - Ticker.system().nanos()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException("no time is left");
        }
        return (int) Math.min(left, Integer.MAX_VALUE);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
