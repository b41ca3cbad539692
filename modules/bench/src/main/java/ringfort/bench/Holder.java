package ringfort.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that opens connections and does nothing with them: {@code Holder HOST PORT COUNT [PATH]}. With a path each
 * connection is asked for that once before, so that it is kept alive rather than new. Prints {@code holding COUNT} when they
 * stand and ends with its standard input. A process of its own because descriptors are limited by process.
 */
final class Holder implements AutoCloseable {
    private final Process process;
    private final int held;

    private Holder(Process process, int held) {
        this.process = process;
        this.held = held;
    }

    /** Opens so many connections from another process; returns when they stand. */
    static Holder start(InetSocketAddress server, int count, String... path) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                server.getHostString(),
                Integer.toString(server.getPort()),
                Integer.toString(count)));
        command.addAll(List.of(path));
        Process process = Children.start(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT));
        String line = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (line == null) {
            throw new IOException("the holder of connections ended with "
                    + process.onExit().join().exitValue());
        }
        return new Holder(process, Integer.parseInt(line.substring(line.indexOf(' ') + 1)));
    }

    /** How many connections stand. */
    int held() {
        return held;
    }

    @Override
    public void close() {
        Children.end(process);
    }

    /** See the class comment. */
    public static void main(String[] args) throws IOException {
        var server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        int count = Integer.parseInt(args[2]);
        List<SocketChannel> held = new ArrayList<>(count);
        byte[] answer = new byte[8192];
        try {
            while (held.size() < count) {
                SocketChannel connection = SocketChannel.open(server);
                held.add(connection);
                if (args.length > 3) {
                    ask(connection, args[3], answer);
                }
            }
        } catch (IOException e) {
            System.err.println("  holder: no more than " + held.size() + " connections: " + e.getMessage());
        }
        System.out.println("holding " + held.size());
        while (System.in.read() >= 0) {
            // Until the one that started us ends.
        }
    }

    /** Reads until the whole answer has come, which ends in what {@code /plaintext} says. */
    private static void ask(SocketChannel connection, String path, byte[] answer) throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
        connection.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        int length = 0;
        while (!new String(answer, 0, length, StandardCharsets.US_ASCII).endsWith("Hello, World!")) {
            int count = connection.read(ByteBuffer.wrap(answer, length, answer.length - length));
            if (count <= 0) {
                throw new IOException("no answer to GET " + path);
            }
            length += count;
        }
    }
}
