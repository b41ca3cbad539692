package ringfort.bench.abuse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers right, except each request whose turn it is: that meets a fault. */
final class FaultyServer implements AutoCloseable {
    /** What can go wrong with an answer. */
    enum Fault {
        NONE,
        OTHER_CONTENT,
        OTHER_STATUS,
        UNAVAILABLE,
        CUT_SHORT,
        CLOSED,
        SILENT
    }

    private final ServerSocket listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private final Fault fault;
    private final int every;

    /** @param every which request meets the fault: the first of so many, then again and again */
    FaultyServer(Fault fault, int every) throws IOException {
        this.fault = fault;
        this.every = every;
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket;
                var in = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int length = 0;
                for (String field = in.readLine(); field != null && !field.isEmpty(); field = in.readLine()) {
                    length = field.startsWith("Content-Length: ") ? Integer.parseInt(field.substring(16)) : length;
                }
                char[] content = new char[length];
                for (int i = 0; i < length; i++) {
                    content[i] = (char) in.read();
                }
                if (!answer(socket.getOutputStream(), right(line, new String(content)))) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client left.
        }
    }

    private static String right(String requestLine, String echo) {
        return switch (requestLine.split(" ", -1)[1]) {
            case "/plaintext" -> "Hello, World!";
            case "/json" -> "{\"message\":\"Hello, World!\"}";
            default -> echo;
        };
    }

    /** Returns false when the connection is to end. */
    private boolean answer(OutputStream out, String right) throws IOException {
        boolean isTurn = requests.getAndIncrement() % every == 0;
        switch (isTurn ? fault : Fault.NONE) {
            case NONE -> write(out, "200 OK", right.length(), right);
            case OTHER_CONTENT -> write(out, "200 OK", right.length(), "?" + right.substring(1));
            case OTHER_STATUS -> write(out, "408 Request Timeout", right.length(), right);
            case UNAVAILABLE -> write(out, "503 Service Unavailable", 0, "");
            case CUT_SHORT -> {
                write(out, "200 OK", right.length(), right.substring(1));
                return false;
            }
            case CLOSED -> {
                return false;
            }
            case SILENT -> {
                // Nothing is ever answered to this one.
            }
        }
        return true;
    }

    private static void write(OutputStream out, String status, int length, String content) throws IOException {
        String text = "HTTP/1.1 " + status + "\r\nContent-Length: " + length + "\r\n\r\n" + content;
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
