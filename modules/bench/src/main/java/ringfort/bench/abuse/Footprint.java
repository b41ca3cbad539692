package ringfort.bench.abuse;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import ringfort.bench.Machine;
import ringfort.timers.Ticker;

/**
 * What a server occupies; {@value #UNKNOWN} stands for what cannot be known.
 *
 * @param open connections, as the server counts them
 * @param descriptors in {@code /proc/PID/fd}
 * @param threads in {@code /proc/PID/task}
 * @param residentMebibytes of the process
 */
record Footprint(int open, int descriptors, int threads, long residentMebibytes) {
    static final int UNKNOWN = -1;

    private static final int OPEN_SLACK = 3;
    private static final int DESCRIPTOR_SLACK = 24;

    /** Compilers and carriers of virtual threads come and go with the load. */
    private static final int THREAD_SLACK = 24;

    /** What a JVM may take beside its heap, in MiB. */
    private static final int BESIDE_HEAP_MEBIBYTES = 192;

    private static final long METRICS_NANOS = 2_000_000_000L;
    private static final String OPEN_SAMPLE = "ringfort_connections_open ";
    private static final byte[] SCRAPE =
            "GET /metrics HTTP/1.1\r\nHost: polite\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** @param pid {@value #UNKNOWN} when the process is not known */
    static Footprint look(InetSocketAddress server, long pid) {
        return new Footprint(
                open(server), entries(pid, "fd"), entries(pid, "task"), pid == UNKNOWN ? UNKNOWN : resident(pid));
    }

    private static int open(InetSocketAddress server) {
        long deadline = Ticker.system().nanos() + METRICS_NANOS;
        try (PoliteConnection connection = new PoliteConnection(server, deadline)) {
            PoliteConnection.Reply reply = connection.ask(SCRAPE, deadline);
            return reply.content()
                    .lines()
                    .filter(line -> line.startsWith(OPEN_SAMPLE))
                    .map(line -> line.substring(OPEN_SAMPLE.length()))
                    .mapToInt(value -> (int) Double.parseDouble(value))
                    .findFirst()
                    .orElse(UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    private static int entries(long pid, String folder) {
        if (pid == UNKNOWN) {
            return UNKNOWN;
        }
        int count = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/" + pid + "/" + folder))) {
            for (Path _ : entries) {
                count++;
            }
            return count;
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    private static long resident(long pid) {
        try {
            return Machine.residentMebibytes(pid);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /** Says what has not come back to what it was; empty when everything has. */
    String beyond(Footprint before, int heapMebibytes) {
        StringBuilder text = new StringBuilder();
        if (before.open != UNKNOWN && (open == UNKNOWN || open > before.open + OPEN_SLACK)) {
            text.append(open == UNKNOWN ? " open ?" : " open " + open);
        }
        if (descriptors > before.descriptors + DESCRIPTOR_SLACK) {
            text.append(" fd ").append(descriptors);
        }
        if (threads > before.threads + THREAD_SLACK) {
            text.append(" threads ").append(threads);
        }
        if (residentMebibytes > heapMebibytes + BESIDE_HEAP_MEBIBYTES) {
            text.append(" RSS ").append(residentMebibytes).append(" MiB");
        }
        return text.toString().trim();
    }
}
