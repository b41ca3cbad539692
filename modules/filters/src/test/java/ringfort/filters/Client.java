package ringfort.filters;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Sends one request on a connection of its own and reads the answer to its end. */
final class Client {
    private static final int TIMEOUT_MILLIS = 20_000;

    private Client() {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Reply(int status, List<String> lines, byte[] content) {
        String text() {
            return new String(content, StandardCharsets.UTF_8);
        }

        /** All values of a field, joined by commas; empty when it is absent. */
        String field(String name) {
            return String.join(
                    ", ",
                    lines.stream()
                            .filter(line ->
                                    line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                            .map(line -> line.substring(name.length() + 1).strip())
                            .toList());
        }
    }

    static Reply get(int port, String target, String... fields) {
        return send(port, "GET", target, null, fields);
    }

    static Reply send(int port, String method, String target, byte @Nullable [] content, String... fields) {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        boolean host = false;
        for (int i = 0; i < fields.length; i += 2) {
            head.append(fields[i]).append(": ").append(fields[i + 1]).append("\r\n");
            host |= fields[i].equals("Host");
        }
        if (!host) {
            head.append("Host: h.example\r\n");
        }
        if (content != null) {
            head.append("Content-Length: ").append(content.length).append("\r\n");
        }
        head.append("Connection: close\r\n\r\n");
        return raw(port, head.toString(), content == null ? new byte[0] : content);
    }

    static Reply raw(int port, String head, byte[] content) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            whole.writeBytes(head.getBytes(StandardCharsets.UTF_8));
            whole.writeBytes(content);
            socket.getOutputStream().write(whole.toByteArray());
            return parse(socket.getInputStream().readAllBytes(), head.startsWith("HEAD "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Reply parse(byte[] received, boolean head) throws IOException {
        String latin = new String(received, StandardCharsets.ISO_8859_1);
        int end = latin.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IOException("no whole head: " + latin);
        }
        List<String> lines = List.of(latin.substring(0, end).split("\r\n", -1));
        String body = latin.substring(end + 4);
        boolean chunked = !head
                && lines.stream()
                        .anyMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("transfer-encoding: chunked"));
        String plain = chunked ? dechunked(body) : body;
        return new Reply(
                Integer.parseInt(lines.getFirst().split(" ", 3)[1]),
                new ArrayList<>(lines.subList(1, lines.size())),
                plain.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String dechunked(String body) throws IOException {
        StringBuilder plain = new StringBuilder();
        int at = 0;
        while (true) {
            int line = body.indexOf("\r\n", at);
            if (line < 0) {
                throw new IOException("content ends early");
            }
            int size = Integer.parseInt(body.substring(at, line), 16);
            if (size == 0) {
                return plain.toString();
            }
            plain.append(body, line + 2, line + 2 + size);
            at = line + 2 + size + 2;
        }
    }
}
