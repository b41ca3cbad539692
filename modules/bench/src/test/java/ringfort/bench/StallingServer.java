package ringfort.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import ringfort.timers.Ticker;

/** Answers at once, but in a known time not at all: whoever asks then has to wait until it is over. */
final class StallingServer implements AutoCloseable {
    private static final byte[] ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile long stallBeginNanos = Ticker.system().nanos() + (1L << 60);
    private volatile long stallEndNanos = stallBeginNanos;
    private volatile boolean closed;

    StallingServer() throws IOException {
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    void stall(long beginNanos, long nanos) {
        stallEndNanos = beginNanos + nanos;
        stallBeginNanos = beginNanos;
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
                var in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            socket.setTcpNoDelay(true);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    awaitEndOfStall();
                    socket.getOutputStream().write(ANSWER);
                }
            }
        } catch (IOException e) {
            // The client left.
        }
    }

    private void awaitEndOfStall() {
        long now = Ticker.system().nanos();
        while (!closed && now - stallBeginNanos >= 0 && now - stallEndNanos < 0) {
            LockSupport.parkNanos(Math.min(stallEndNanos - now, 50_000_000));
            now = Ticker.system().nanos();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
