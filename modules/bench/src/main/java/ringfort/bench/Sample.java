package ringfort.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What one run of wrk against one server gave.
 *
 * @param requests answered, of whatever status
 * @param seconds it took
 * @param cpuSeconds the server used meanwhile, by itself and in the kernel
 * @param residentMebibytes of the server at the end
 * @param p50Micros latency at full load: what wrk calls latency, from sending to the answer, a batch at a time if pipelined
 * @param errors answers other than 2xx, and connections that failed
 */
record Sample(
        long requests,
        double seconds,
        double cpuSeconds,
        long residentMebibytes,
        long p50Micros,
        long p99Micros,
        long p999Micros,
        long errors) {
    private static final String LINE = "RESULT ";

    /** Loads a server for that long, from another processor than its own. */
    static Sample take(ContenderProcess server, Cell cell, int seconds, int loadCore)
            throws IOException, InterruptedException {
        List<String> command = List.of(
                "taskset",
                "-c",
                Integer.toString(loadCore),
                "wrk",
                "-t1",
                "-c" + cell.connections(),
                "-d" + seconds + "s",
                "--timeout",
                "5s",
                "-s",
                "bench/peers/load.lua",
                server.url(cell.route()),
                "--",
                cell.route().mode());
        double before = server.cpuSeconds();
        Process wrk = Children.start(new ProcessBuilder(command).redirectErrorStream(true));
        String output = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        wrk.waitFor();
        Children.ended(wrk);
        double cpu = server.cpuSeconds() - before;
        long[] values = output.lines()
                .filter(line -> line.startsWith(LINE))
                .findFirst()
                .map(line -> Arrays.stream(line.substring(LINE.length()).split(" ", -1))
                        .mapToLong(Long::parseLong)
                        .toArray())
                .orElseThrow(() -> new IOException("wrk said: " + output));
        long errors = values[6] + values[7] + values[8] + values[9];
        return new Sample(
                values[0],
                values[1] / 1e6,
                cpu,
                Machine.residentMebibytes(server.pid()),
                values[2],
                values[3],
                values[4],
                errors);
    }

    double requestsPerSecond() {
        return requests / seconds;
    }

    /** The figure that counts, because it does not depend on who of the two is the slower. */
    double cpuSecondsPerMillion() {
        return requests == 0 ? Double.NaN : cpuSeconds / requests * 1e6;
    }

    /** The fields of {@link #csv}. */
    static String csvHead() {
        return "cell,server,round,requests,seconds,cpu_seconds,resident_mib,p50_us,p99_us,p999_us,errors";
    }

    String csv(Cell cell, Contender contender, int round) {
        return String.format(
                Locale.ROOT,
                "%s/%d,%s,%d,%d,%.3f,%.2f,%d,%d,%d,%d,%d",
                cell.route().label(),
                cell.connections(),
                contender.name(),
                round,
                requests,
                seconds,
                cpuSeconds,
                residentMebibytes,
                p50Micros,
                p99Micros,
                p999Micros,
                errors);
    }
}
