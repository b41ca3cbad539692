package ringfort.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that opens connections and does nothing with them: {@code Holder HOST PORT COUNT}. Prints {@code holding COUNT}
 * when they stand and ends with its standard input. A process of its own because descriptors are limited by process.
 */
final class Holder implements AutoCloseable {
    private final Process process;
    private final int held;

    private Holder(Process process, int held) {
        this.process = process;
        this.held = held;
    }

    /** Opens so many connections from another process; returns when they stand. */
    static Holder start(InetSocketAddress server, int count) throws IOException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        server.getHostString(),
                        Integer.toString(server.getPort()),
                        Integer.toString(count))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
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
        process.destroy();
        process.onExit().join();
    }

    /** See the class comment. */
    public static void main(String[] args) throws IOException {
        var server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        int count = Integer.parseInt(args[2]);
        List<SocketChannel> held = new ArrayList<>(count);
        try {
            while (held.size() < count) {
                held.add(SocketChannel.open(server));
            }
        } catch (IOException e) {
            System.err.println("  holder: no more than " + held.size() + " connections: " + e.getMessage());
        }
        System.out.println("holding " + held.size());
        while (System.in.read() >= 0) {
            // Until the one that started us ends.
        }
    }
}
