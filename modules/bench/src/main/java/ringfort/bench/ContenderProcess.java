package ringfort.bench;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import ringfort.timers.Ticker;

/** A {@link Contender} that runs, pinned to one processor. */
final class ContenderProcess implements AutoCloseable {
    private static final long START_LIMIT_NANOS = 30_000_000_000L;
    private static final int LOOK_MILLIS = 2;

    private final Contender contender;
    private final Process process;
    private final InetSocketAddress address;
    private final long startNanos;

    private ContenderProcess(Contender contender, Process process, InetSocketAddress address, long startNanos) {
        this.contender = contender;
        this.process = process;
        this.address = address;
        this.startNanos = startNanos;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param core the processor it may use
     * @param log gets whatever it says
     */
    static ContenderProcess start(Contender contender, int core, File log) throws IOException, InterruptedException {
        return start(contender, core, log, String.join(" ", Contender.JVM_OPTIONS));
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param ringfortOptions options for the JVM, if this is Ringfort; empty leaves its launcher's own
     */
    static ContenderProcess start(Contender contender, int core, File log, String ringfortOptions)
            throws IOException, InterruptedException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        List<String> command = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
        command.addAll(contender.command());
        command.addAll(List.of("--port", Integer.toString(address.getPort())));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        builder.environment().put("RINGFORT_NO_BUILD", "1");
        if (contender.isRingfort() && !ringfortOptions.isEmpty()) {
            builder.environment().put("JDK_JAVA_OPTIONS", ringfortOptions);
        }
        long begin = Ticker.system().nanos();
        Process process = Children.start(builder);
        long answered = awaitAnswer(process, address, contender, begin);
        if (answered < 0) {
            Children.end(process);
            throw new IOException(contender.name() + " did not start; see " + log);
        }
        return new ContenderProcess(contender, process, address, answered - begin);
    }

    private static long awaitAnswer(Process process, InetSocketAddress address, Contender contender, long begin)
            throws InterruptedException {
        while (process.isAlive() && Ticker.system().nanos() - begin < START_LIMIT_NANOS) {
            try (RawHttp client = new RawHttp(address)) {
                client.send("GET " + contender.path(Contender.Route.PLAINTEXT) + " HTTP/1.1\r\nHost: x\r\n\r\n");
                if (client.response().status() == 200) {
                    return Ticker.system().nanos();
                }
            } catch (IOException notYet) {
                // It does not listen, or not answer, yet.
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return -1;
    }

    /** A port that was free a moment ago. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    Contender contender() {
        return contender;
    }

    InetSocketAddress address() {
        return address;
    }

    String url(Contender.Route route) {
        return "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + contender.path(route);
    }

    long pid() {
        return process.pid();
    }

    /** From before the process to its first 200. */
    long startNanos() {
        return startNanos;
    }

    /** Processor time of the process and of what it started. */
    double cpuSeconds() throws IOException {
        double seconds = Machine.cpuSeconds(pid());
        for (ProcessHandle child : process.descendants().toList()) {
            seconds += Machine.cpuSeconds(child.pid());
        }
        return seconds;
    }

    /** Takes it off its processor, so that it does not disturb the one that is measured. */
    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException(contender.name() + " has ended");
        }
    }

    @Override
    public void close() {
        try {
            resume();
        } catch (IOException gone) {
            // Then there is nothing to end either.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Children.end(process);
    }
}
