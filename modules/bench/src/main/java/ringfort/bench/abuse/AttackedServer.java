package ringfort.bench.abuse;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import ringfort.bench.Children;
import ringfort.timers.Ticker;

/** A server that runs already, or one that the rig starts and ends. */
final class AttackedServer implements AutoCloseable {
    /** The heap of every server that is started here. */
    static final int HEAP_MEBIBYTES = 256;

    private static final long START_NANOS = 40_000_000_000L;
    private static final int LOOK_MILLIS = 50;

    /** Ten seconds for what is in progress, and some for the rest. */
    private static final int STOP_SECONDS = 20;

    private final String name;
    private final InetSocketAddress address;
    private final long pid;
    private final @Nullable Process process;
    private final boolean blockedLog;

    private AttackedServer(
            String name, InetSocketAddress address, long pid, @Nullable Process process, boolean blockedLog) {
        this.name = name;
        this.address = address;
        this.pid = pid;
        this.process = process;
        this.blockedLog = blockedLog;
    }

    /** One that runs; {@link Footprint#UNKNOWN} as pid says that its process is not to be looked at. */
    static AttackedServer running(InetSocketAddress address, long pid) {
        return new AttackedServer(address.getHostString() + ":" + address.getPort(), address, pid, null, false);
    }

    /**
     * Starts one and waits until it answers.
     *
     * @param server which one
     * @param few whether it gets {@link AttackKind#FEW_DESCRIPTORS} only
     * @param blockedLog whether what it prints goes into a pipe that nobody reads
     * @param flags options for the server itself
     */
    static AttackedServer start(TargetServer server, boolean few, boolean blockedLog, List<String> flags, File log)
            throws IOException, InterruptedException {
        var address = new InetSocketAddress(loopback(), freePort());
        List<String> command = new ArrayList<>();
        if (few) {
            command.addAll(List.of("prlimit", "--nofile=" + AttackKind.FEW_DESCRIPTORS));
        }
        command.addAll(server.command());
        command.addAll(List.of("--port", Integer.toString(address.getPort())));
        command.addAll(flags);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("RINGFORT_") || name.endsWith("JAVA_OPTIONS"));
        builder.redirectErrorStream(true);
        if (!blockedLog) {
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        }
        Process process = Children.start(builder);
        var started = new AttackedServer(server.label(), address, process.pid(), process, blockedLog);
        long begin = Ticker.system().nanos();
        while (!started.answers(1_000)) {
            if (!process.isAlive() || Ticker.system().nanos() - begin > START_NANOS) {
                started.close();
                throw new IOException(server.label() + " did not start; see " + log);
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return started;
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    /** A port that was free a moment ago. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, loopback())) {
            return socket.getLocalPort();
        }
    }

    String name() {
        return name;
    }

    InetSocketAddress address() {
        return address;
    }

    long pid() {
        return pid;
    }

    /** Whether it runs, as far as that is known. */
    boolean isAlive() {
        if (process != null) {
            return process.isAlive();
        }
        return pid == Footprint.UNKNOWN || Files.isDirectory(Path.of("/proc/" + pid));
    }

    /** Whether a polite request gets the right answer within this time. */
    boolean answers(int millis) {
        PoliteRequest request = PoliteRequest.of(0, Ticker.system().nanos());
        long deadline = Ticker.system().nanos() + millis * 1_000_000L;
        try (PoliteConnection connection = new PoliteConnection(address, deadline)) {
            return request.judge(connection.ask(request.octets(), deadline)) == Outcome.RIGHT;
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }

    /** The status that a method and path get, {@code GET /path}; -1 when there is no answer. */
    int status(String methodAndPath, int millis) {
        long deadline = Ticker.system().nanos() + millis * 1_000_000L;
        String request = methodAndPath + " HTTP/1.1\r\nHost: polite\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        try (PoliteConnection connection = new PoliteConnection(address, deadline)) {
            return connection
                    .ask(request.getBytes(StandardCharsets.US_ASCII), deadline)
                    .status();
        } catch (IOException | NumberFormatException e) {
            return -1;
        }
    }

    /** Stops the process for a while; a process of its own lets it go on, whatever becomes of this one. */
    void pause(int seconds) throws IOException {
        String script = "kill -STOP %d; sleep %d; kill -CONT %d".formatted(pid, seconds, pid);
        new ProcessBuilder("sh", "-c", script).inheritIO().start();
    }

    /** Ends it by SIGTERM. Returns the seconds that took; negative when it had to be killed, or is not ours to end. */
    double stop() throws InterruptedException {
        if (process == null) {
            return -1;
        }
        long begin = Ticker.system().nanos();
        process.destroy();
        boolean ended = process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        double seconds = (Ticker.system().nanos() - begin) / 1e9;
        close();
        return ended ? seconds : -1;
    }

    /** What lies in the pipe that nobody reads; negative when its output goes to a file, or is not the rig's. */
    int unreadLogBytes() throws IOException {
        return blockedLog && process != null ? process.getInputStream().available() : -1;
    }

    boolean isOurs() {
        return process != null;
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            Children.end(process);
        }
    }
}
