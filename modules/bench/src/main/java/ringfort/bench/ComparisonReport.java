package ringfort.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Samples of a {@link Comparison} as tables and pictures, the cheapest server first. */
final class ComparisonReport {
    private static final String FLOOR = "floor";
    private static final String OURS = "ringfort-";

    private final Map<Cell, Map<Contender, List<Sample>>> samples;

    ComparisonReport(Map<Cell, Map<Contender, List<Sample>>> samples) {
        this.samples = samples;
    }

    /** One table for each cell. */
    String markdown() {
        StringBuilder text = new StringBuilder();
        samples.forEach((cell, rows) -> {
            text.append("### ").append(cell.title()).append("\n\n");
            text.append("![](").append(cell.fileName()).append(".svg)\n\n");
            text.append("| | CPU s per million | each round | × floor | requests/s | p50 ms | p99 ms | p99.9 ms"
                    + " | RSS MiB | errors |\n");
            text.append("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|\n");
            double floor = floor(rows);
            sorted(rows)
                    .forEach(contender ->
                            text.append(row(contender.name(), rows.getOrDefault(contender, List.of()), floor)));
            text.append('\n');
        });
        return text.toString();
    }

    /** One picture for each cell, named after it. */
    void draw(Path folder) throws IOException {
        for (Map.Entry<Cell, Map<Contender, List<Sample>>> cell : samples.entrySet()) {
            List<BarPicture.Bar> bars = new ArrayList<>();
            for (Contender contender : sorted(cell.getValue())) {
                List<Sample> rounds = cell.getValue().getOrDefault(contender, List.of());
                List<Double> each =
                        rounds.stream().map(Sample::cpuSecondsPerMillion).toList();
                bars.add(new BarPicture.Bar(
                        contender.name(),
                        contender.name().startsWith(OURS),
                        median(rounds, Sample::cpuSecondsPerMillion),
                        each));
            }
            String picture = BarPicture.draw(
                    cell.getKey().title(), "CPU-seconds of the server per million requests; less is better", bars);
            Files.writeString(folder.resolve(cell.getKey().fileName() + ".svg"), picture);
        }
    }

    private static List<Contender> sorted(Map<Contender, List<Sample>> rows) {
        return rows.keySet().stream()
                .sorted(Comparator.comparingDouble(
                        contender -> median(rows.getOrDefault(contender, List.of()), Sample::cpuSecondsPerMillion)))
                .toList();
    }

    private static double floor(Map<Contender, List<Sample>> rows) {
        return rows.entrySet().stream()
                .filter(row -> row.getKey().name().equals(FLOOR))
                .mapToDouble(row -> median(row.getValue(), Sample::cpuSecondsPerMillion))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String row(String name, List<Sample> rounds, double floor) {
        double cost = median(rounds, Sample::cpuSecondsPerMillion);
        String each = rounds.stream()
                .map(sample -> figure("%.2f", sample.cpuSecondsPerMillion()))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %.0f | %s | %s | %s | %.0f | %d |%n",
                name.startsWith(OURS) ? "**" + name + "**" : name,
                figure("%.2f", cost),
                each,
                figure("%.2f", cost / floor),
                median(rounds, Sample::requestsPerSecond),
                latency(rounds, Sample::p50Micros),
                latency(rounds, Sample::p99Micros),
                latency(rounds, Sample::p999Micros),
                median(rounds, Sample::residentMebibytes),
                rounds.stream().mapToLong(Sample::errors).sum());
    }

    /** In milliseconds; wrk says 0 of batches whose requests it did not take the time of. */
    private static String latency(List<Sample> rounds, ToDoubleFunction<Sample> micros) {
        double median = median(rounds, micros);
        return figure("%.2f", median == 0 ? Double.NaN : median / 1e3);
    }

    private static String figure(String format, double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
    }

    /** The middle of an odd number of rounds, the mean of the middle two of an even one. */
    static double median(List<Sample> rounds, ToDoubleFunction<Sample> figure) {
        double[] values = rounds.stream().mapToDouble(figure).sorted().toArray();
        int count = values.length;
        return count == 0 ? Double.NaN : (values[(count - 1) / 2] + values[count / 2]) / 2;
    }
}
