package ringfort.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One run of the load generator wrk, which ends by itself. */
final class Wrk implements AutoCloseable {
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");

    private final Process process;

    private Wrk(Process process) {
        this.process = process;
    }

    /** Starts wrk with one thread, at full speed. */
    static Wrk start(String url, int connections, int seconds, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s"));
        command.addAll(List.of(more));
        command.add(url);
        return new Wrk(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** Waits for its end and returns the requests it did per second; socket errors go to {@code System.err}. */
    double requestsPerSecond() throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        output.lines()
                .filter(line -> line.contains("Socket errors") || line.contains("Non-2xx"))
                .forEach(line -> System.err.println("  wrk:" + line));
        Matcher rate = RATE.matcher(output);
        if (!rate.find()) {
            throw new IOException("wrk said: " + output);
        }
        return Double.parseDouble(rate.group(1));
    }

    @Override
    public void close() {
        process.destroy();
    }
}
