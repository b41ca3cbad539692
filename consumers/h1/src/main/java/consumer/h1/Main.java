package consumer.h1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import ringfort.message.ByteSink;
import ringfort.message.DateHeader;
import ringfort.h1.Limits;
import ringfort.h1.RequestParser;
import ringfort.h1.ResponseEncoder;

/** Answers one request over a blocking socket. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> get(server.getLocalPort(), "/a"));
            try (Socket socket = server.accept()) {
                serve(socket);
            }
            if (!answer.get().startsWith("HTTP/1.1 200 OK\r\n") || !answer.get().endsWith("\r\n\r\n/a")) {
                throw new AssertionError(answer.get());
            }
        }
        System.out.println("ok");
    }

    private static void serve(Socket socket) throws IOException {
        RequestParser parser = new RequestParser(Limits.DEFAULT);
        byte[] buffer = new byte[1024];
        RequestParser.Result result = RequestParser.Result.NEED_INPUT;
        while (result == RequestParser.Result.NEED_INPUT) {
            int count = socket.getInputStream().read(buffer);
            result = parser.parse(buffer, 0, count);
        }
        String target = parser.head().target();
        ByteSink out = new ByteSink(256);
        ResponseEncoder encoder = new ResponseEncoder();
        byte[] date = new DateHeader().value(Instant.now().getEpochSecond());
        encoder.begin(out, 200, parser.head().minorVersion(), false, target.length(), false, date);
        encoder.end(out);
        socket.getOutputStream().write(out.latin1(target).toByteArray());
    }

    private static String get(int port, String target) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
