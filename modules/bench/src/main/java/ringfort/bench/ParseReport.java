package ringfort.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import ringfort.h1.Limits;
import ringfort.h1.RequestHead;
import ringfort.h1.RequestParser;

/** Runs {@link RequestHeadParse} and writes one line per head: bytes per second, allocation, and the floors beside them. */
public final class ParseReport {
    private static final int ARRAY_HEADER_BYTES = 16;

    /** Mean and error of a benchmark, and what it allocates. */
    private record Score(double nanos, double errorNanos, double allocatedBytes) {}

    private ParseReport() {}

    /**
     * Runs the benchmark.
     *
     * @param arguments directory of the report, then forks and seconds of each iteration, by default 2 and 0.5
     * @throws IOException when the report cannot be written
     * @throws RunnerException when JMH fails
     */
    public static void main(String... arguments) throws IOException, RunnerException {
        Path report = Path.of(arguments[0]);
        int forks = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
        long millis = arguments.length > 2 ? Math.round(1000 * Double.parseDouble(arguments[2])) : 500;
        var options = new OptionsBuilder()
                .include(RequestHeadParse.class.getName() + "\\.")
                .forks(forks)
                .warmupTime(TimeValue.milliseconds(millis))
                .measurementTime(TimeValue.milliseconds(millis))
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend("-Xms512m", "-Xmx512m")
                .build();
        Map<String, Score> scores = new HashMap<>();
        for (RunResult result : new Runner(options).run()) {
            String name = result.getPrimaryResult().getLabel();
            scores.put(result.getParams().getParam("head") + '.' + name, score(result));
        }
        Files.createDirectories(report);
        String table = table(scores);
        Files.writeString(report.resolve("heads.md"), table);
        System.out.print(table);
    }

    private static Score score(RunResult result) {
        Result<?> time = result.getPrimaryResult();
        Result<?> allocation = result.getSecondaryResults().get("gc.alloc.rate.norm");
        return new Score(time.getScore(), time.getScoreError(), allocation == null ? 0 : allocation.getScore());
    }

    private static String table(Map<String, Score> scores) {
        List<String> lines = new ArrayList<>();
        lines.add("| head | bytes | fields | parse GB/s | ns ± | allocated B | of it beyond the array | "
                + "find end by words GB/s | by bytes GB/s |");
        lines.add("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        for (Heads head : Heads.values()) {
            byte[] octets = head.octets();
            var parser = new RequestParser(Limits.DEFAULT);
            parser.parse(octets, 0, octets.length);
            RequestHead parsed = parser.head();
            int arrayBytes = ARRAY_HEADER_BYTES + octets.length + Long.BYTES * parsed.fieldCount() + Long.BYTES - 1;
            Score parse = scores.get(head + ".parse");
            Score words = scores.get(head + ".findEndByWords");
            Score bytes = scores.get(head + ".findEndByBytes");
            if (parse == null || words == null || bytes == null) {
                throw new IllegalStateException("not measured: " + head);
            }
            lines.add(String.format(
                    "| %s | %d | %d | %.2f | %.0f ± %.0f | %.0f | %.0f | %.2f | %.2f |",
                    head,
                    octets.length,
                    parsed.fieldCount(),
                    octets.length / parse.nanos(),
                    parse.nanos(),
                    parse.errorNanos(),
                    parse.allocatedBytes(),
                    parse.allocatedBytes() - arrayBytes / Long.BYTES * Long.BYTES,
                    octets.length / words.nanos(),
                    octets.length / bytes.nanos()));
        }
        return String.join("\n", lines) + "\n";
    }
}
