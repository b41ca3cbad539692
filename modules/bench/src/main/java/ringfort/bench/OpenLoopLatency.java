package ringfort.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * How long does a request take when the server has less to do than it could?
 *
 * <p>{@code OpenLoopLatency DIR [--servers A,B] [--seconds N] [--warm N] [--rounds N] [--connections N] [--shares 50,80]
 * [--rates N,N] [--core N] [--load-core N]}. Each server is warmed up and loaded by wrk at full speed, which says how much it
 * can; then an {@link OpenLoop} asks for shares of that, or for rates that are the same for all: a server that can do more is
 * not to look worse for being asked for more. Rounds interleave the servers.
 */
final class OpenLoopLatency {
    private static final Set<String> FLAGS =
            Set.of("servers", "seconds", "warm", "rounds", "connections", "shares", "rates", "core", "load-core");
    private static final double[] QUANTILES = {50, 90, 99, 99.9, 99.99, 100};

    /** From here on the client is what is measured. */
    private static final long LAG_LIMIT_NANOS = 1_000_000;

    private static final double BUSY_LIMIT = 0.9;

    /** @param amount requests per second, or percent of what a server can */
    private record Load(int amount, boolean isShare) {
        double rate(double capacity) {
            return isShare ? capacity * amount / 100 : amount;
        }

        String title() {
            return isShare ? "At " + amount + " % of what each can" : "At " + amount + " requests/s";
        }
    }

    /** @param rate asked for, per second */
    private record Result(double rate, OpenLoop.Outcome outcome) {}

    private final List<ContenderProcess> servers = new ArrayList<>();
    private final List<Double> capacities = new ArrayList<>();
    private final Map<Load, Map<Contender, List<Result>>> results = new LinkedHashMap<>();

    private OpenLoopLatency() {}

    /** See the class comment. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        Flags flags = new Flags(FLAGS, Arrays.asList(args).subList(1, args.length));
        int seconds = flags.number("seconds", 3);
        int rounds = flags.number("rounds", 2);
        int connections = flags.number("connections", 64);
        int loadCore = flags.number("load-core", 1);
        Machine.pin(loadCore);
        var rig = new OpenLoopLatency();
        String head = Machine.describe();
        try {
            rig.start(folder, Contender.parse(flags.list("servers", "")), flags.number("core", 0));
            rig.findCapacities(flags.number("warm", 3), connections, loadCore);
            List<Load> loads = loads(flags);
            for (Load load : loads) {
                rig.round(load, seconds, connections);
            }
            rig.results.clear(); // that was the client's own warm-up, too
            for (int round = 0; round < rounds; round++) {
                for (Load load : loads) {
                    rig.round(load, seconds, connections);
                }
                System.err.printf("round %d of %d, load %s%n", round + 1, rounds, Machine.load());
            }
        } finally {
            rig.servers.forEach(ContenderProcess::close);
        }
        String report = head + ", " + Machine.load() + " at the end. " + rounds + " rounds of " + seconds + " s, "
                + connections + " connections, plaintext.\n\n" + rig.report();
        Files.writeString(folder.resolve("latency.md"), report);
        System.out.print(report);
    }

    private static List<Load> loads(Flags flags) {
        List<Load> loads = new ArrayList<>();
        flags.list("shares", "50,80").forEach(share -> loads.add(new Load(Integer.parseInt(share), true)));
        flags.list("rates", "").forEach(rate -> loads.add(new Load(Integer.parseInt(rate), false)));
        return loads;
    }

    private void start(Path folder, List<Contender> contenders, int core) throws IOException, InterruptedException {
        File log = folder.resolve("servers.log").toFile();
        for (Contender contender : contenders) {
            ContenderProcess server = ContenderProcess.start(contender, core, log);
            servers.add(server);
            server.pause();
        }
    }

    /** Half of the time warms up. */
    private void findCapacities(int seconds, int connections, int loadCore) throws IOException, InterruptedException {
        Cell cell = new Cell(Contender.Route.PLAINTEXT, connections);
        for (ContenderProcess server : servers) {
            server.resume();
            Sample.take(server, cell, seconds, loadCore);
            Sample sample = Sample.take(server, cell, seconds, loadCore);
            server.pause();
            capacities.add(sample.requestsPerSecond());
        }
    }

    private void round(Load load, int seconds, int connections) throws IOException, InterruptedException {
        for (int i = 0; i < servers.size(); i++) {
            ContenderProcess server = servers.get(i);
            double rate = load.rate(capacities.get(i));
            server.resume();
            String path = server.contender().path(Contender.Route.PLAINTEXT);
            try (OpenLoop client = new OpenLoop(server.address(), path, connections)) {
                Result result = new Result(rate, client.run(rate, seconds));
                results.computeIfAbsent(load, _ -> new LinkedHashMap<>())
                        .computeIfAbsent(server.contender(), _ -> new ArrayList<>())
                        .add(result);
            }
            server.pause();
        }
    }

    private String report() {
        StringBuilder text = new StringBuilder();
        results.forEach((load, rows) -> {
            text.append("### ").append(load.title()).append("\n\n");
            text.append(
                    "| | requests/s | p50 ms | p90 | p99 | p99.9 | p99.99 | max | p99, median round | p99 of each round | client's lag"
                            + " p99 ms | client busy | failed |\n");
            text.append("|---|--:|--:|--:|--:|--:|--:|--:|--:|---|--:|--:|--:|\n");
            rows.forEach((contender, rounds) -> text.append(row(contender, rounds)));
            text.append('\n');
        });
        return text.toString();
    }

    private static String row(Contender contender, List<Result> rounds) {
        Histogram latency = new Histogram(3);
        Histogram lag = new Histogram(3);
        List<Long> each = new ArrayList<>();
        long failed = 0;
        double busy = 0;
        for (Result round : rounds) {
            latency.add(round.outcome().latency());
            lag.add(round.outcome().lag());
            each.add(round.outcome().latency().getValueAtPercentile(99));
            busy += round.outcome().busy() / rounds.size();
            failed += round.outcome().unanswered() + round.outcome().failures();
        }
        StringBuilder row = new StringBuilder("| " + contender.name() + " | ");
        row.append(String.format(Locale.ROOT, "%.0f", rounds.getFirst().rate()));
        for (double quantile : QUANTILES) {
            row.append(" | ").append(millis(latency, quantile));
        }
        boolean clientBound = lag.getValueAtPercentile(99) > LAG_LIMIT_NANOS || busy > BUSY_LIMIT;
        return row.append(" | ")
                .append(millis(each.stream().sorted().toList().get(each.size() / 2)))
                .append(" | ")
                .append(each.stream().map(OpenLoopLatency::millis).collect(Collectors.joining(", ")))
                .append(" | ")
                .append(millis(lag, 99))
                .append(" | ")
                .append(Math.round(busy * 100))
                .append(clientBound ? " % (too much)" : " %")
                .append(" | ")
                .append(failed)
                .append(" |\n")
                .toString();
    }

    private static String millis(Histogram histogram, double percentile) {
        return millis(histogram.getValueAtPercentile(percentile));
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
    }
}
