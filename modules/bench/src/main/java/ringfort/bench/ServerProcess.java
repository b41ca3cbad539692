package ringfort.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * The server under measurement, a process of its own started by {@code ./ringfort serve}. Its flight recorder keeps each
 * deadline that passed, and nothing else: exact values, where the metrics have buckets.
 */
final class ServerProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final long STOP_SECONDS = 20;
    private static final String EVENT = "ringfort.DeadlineExpired";

    /** A deadline that passed. */
    record Expired(Instant at, String phase, long latenessNanos) {}

    private final Process process;
    private final URI uri;
    private final Path recording;
    private final HttpClient client = HttpClient.newHttpClient();

    private ServerProcess(Process process, URI uri, Path recording) {
        this.process = process;
        this.uri = uri;
        this.recording = recording;
    }

    /**
     * Starts a server and waits until it is ready.
     *
     * @param log gets what the server says on its standard error
     */
    static ServerProcess start(List<String> flags, File log) throws IOException, InterruptedException {
        Path recording = Files.createTempFile("ringfort-bench", ".jfr");
        List<String> command = new ArrayList<>(List.of("./ringfort", "serve", "--port", "0", "--drain-timeout", "1s"));
        command.addAll(flags);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log));
        builder.environment().put("RINGFORT_NO_BUILD", "1");
        builder.environment()
                .put(
                        "JDK_JAVA_OPTIONS",
                        "-Xlog:jfr*=off --add-modules jdk.jfr -XX:StartFlightRecording:settings=none," + EVENT
                                + "#enabled=true,dumponexit=true,filename=" + recording);
        Process process = builder.start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        try {
            String ready =
                    CompletableFuture.supplyAsync(() -> readyLine(out)).get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
            return new ServerProcess(process, URI.create(ready.split(" ", -1)[2]), recording);
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            Files.deleteIfExists(recording);
            throw new IOException("the server did not start; see " + log, e);
        }
    }

    private static String readyLine(BufferedReader out) {
        return out.lines()
                .filter(line -> line.startsWith("ringfort ready "))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("it ended before it was ready"));
    }

    InetSocketAddress address() {
        return new InetSocketAddress(uri.getHost(), uri.getPort());
    }

    String url(String path) {
        return uri.resolve(path).toString();
    }

    long pid() {
        return process.pid();
    }

    /** Requests a path and returns the status; -1 when there is no answer within this time. */
    int status(String path, Duration limit) throws InterruptedException {
        try {
            var request =
                    HttpRequest.newBuilder(uri.resolve(path)).timeout(limit).build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return -1;
        }
    }

    /** The value of a sample in {@code /metrics}, named with its labels exactly as it is there; 0 when it is not. */
    double metric(String sample) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri.resolve("/metrics"))
                .timeout(Duration.ofSeconds(10))
                .build();
        String text = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        return text.lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    /** Stops the server and returns which deadlines passed in its life. */
    List<Expired> stop() throws IOException {
        end();
        List<Expired> expired = new ArrayList<>();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals(EVENT)) {
                    expired.add(new Expired(
                            event.getStartTime(),
                            event.getString("phase"),
                            event.getDuration("latenessNanos").toNanos()));
                }
            }
        }
        return expired;
    }

    /** Asks the process to end; one that does not in time is killed. */
    private void end() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        client.shutdownNow();
        end();
        Files.deleteIfExists(recording);
    }
}
