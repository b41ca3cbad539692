package ringfort.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How late is a server with the deadlines of slow clients, idle and beside a load at full speed?
 *
 * <p>{@code Lateness DIR [ROUNDS [SECONDS [VARIANTS [SCENARIOS]]]]}, where a scenario is SLOW/LOAD such as 1000/64, writes {@code lateness.md} and pictures into {@code DIR}. Each round
 * starts each variant once, warms it up, and takes it through all scenarios; rounds interleave the variants, so that what
 * else the machine does meets all of them.
 */
final class Lateness {
    private static final Duration BUDGET = Duration.ofSeconds(2);
    private static final int WARM_UP_SECONDS = 6;
    private static final int WARM_UP_SLOW = 1000;

    /** @param load connections of wrk; 0 for none */
    private record Scenario(int slow, int load) {
        String name() {
            return slow + " slow, " + (load == 0 ? "idle" : "wrk -c" + load);
        }

        /** Reads a list such as {@code 1000/0,1000/64}. */
        static List<Scenario> parse(String list) {
            return Arrays.stream(list.split(",", -1))
                    .map(pair -> pair.split("/", -1))
                    .map(pair -> new Scenario(Integer.parseInt(pair[0]), Integer.parseInt(pair[1])))
                    .toList();
        }

        String fileName() {
            return "lateness-" + slow + "-" + (load == 0 ? "idle" : "c" + load) + ".svg";
        }
    }

    private static final List<Scenario> SCENARIOS = List.of(
            new Scenario(1, 0),
            new Scenario(64, 0),
            new Scenario(1000, 0),
            new Scenario(1, 64),
            new Scenario(64, 64),
            new Scenario(1000, 64),
            new Scenario(1000, 200));

    /** What all rounds of a scenario gave. */
    private static final class Outcome {
        final Nanos lateness = new Nanos();
        final Nanos overshoots = new Nanos();
        final List<String> roundP99 = new ArrayList<>();
        final Nanos requests = new Nanos();
        int clientHangs;
        int serverHangs;
        int early;
        int failures;
    }

    private final Path folder;
    private final File log;
    private final int seconds;
    private final List<Scenario> scenarios;
    private final Map<Scenario, Map<Variant, Outcome>> outcomes = new LinkedHashMap<>();

    private Lateness(Path folder, int seconds, List<Scenario> scenarios) {
        this.scenarios = scenarios;
        this.folder = folder;
        this.log = folder.resolve("server.log").toFile();
        this.seconds = seconds;
    }

    /** See the class comment. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
        List<Variant> variants = args.length > 3 ? Variant.parse(args[3]) : Variant.ALL;
        List<Scenario> scenarios = args.length > 4 ? Scenario.parse(args[4]) : SCENARIOS;
        var rig = new Lateness(folder, seconds, scenarios);
        String before = Machine.describe();
        for (int round = 0; round < rounds; round++) {
            for (Variant variant : variants) {
                rig.round(variant);
                System.err.printf("round %d of %d: %s, load %s%n", round + 1, rounds, variant.label(), Machine.load());
            }
        }
        String report = rig.report(before, rounds);
        Files.writeString(folder.resolve("lateness.md"), report);
        rig.draw();
        System.out.print(report);
    }

    private void round(Variant variant) throws IOException, InterruptedException {
        List<String> flags = new ArrayList<>(variant.flags());
        flags.addAll(List.of("--header-timeout", BUDGET.toSeconds() + "s"));
        Map<Scenario, Instant> begins = new LinkedHashMap<>();
        List<ServerProcess.Expired> expired;
        try (ServerProcess server = ServerProcess.start(flags, log)) {
            try (Wrk warmUp = Wrk.start(server.url("/plaintext"), 64, WARM_UP_SECONDS);
                    SlowClients slow = new SlowClients(server.address(), WARM_UP_SLOW, BUDGET.toNanos())) {
                slow.run(Duration.ofSeconds(WARM_UP_SECONDS).toNanos());
                warmUp.requestsPerSecond();
            }
            for (Scenario scenario : scenarios) {
                begins.put(scenario, Instant.now());
                run(scenario, server, outcome(scenario, variant));
            }
            begins.put(new Scenario(0, 0), Instant.now());
            expired = server.stop();
        }
        sort(expired, begins, variant);
    }

    private Outcome outcome(Scenario scenario, Variant variant) {
        return outcomes.computeIfAbsent(scenario, _ -> new LinkedHashMap<>())
                .computeIfAbsent(variant, _ -> new Outcome());
    }

    private void run(Scenario scenario, ServerProcess server, Outcome outcome)
            throws IOException, InterruptedException {
        long budget = BUDGET.toNanos();
        try (SlowClients slow = new SlowClients(server.address(), scenario.slow(), budget)) {
            if (scenario.load() == 0) {
                slow.run(Duration.ofSeconds(seconds).toNanos());
            } else {
                try (Wrk wrk = Wrk.start(server.url("/plaintext"), scenario.load(), seconds)) {
                    slow.run(Duration.ofSeconds(seconds).toNanos());
                    outcome.requests.add((long) wrk.requestsPerSecond());
                }
            }
            outcome.overshoots.addAll(slow.overshoots());
            outcome.clientHangs += slow.hangs();
            outcome.early += slow.early();
            outcome.failures += slow.failures();
        }
    }

    /** Gives each expired deadline to the scenario in whose time it passed. */
    private void sort(List<ServerProcess.Expired> expired, Map<Scenario, Instant> begins, Variant variant) {
        List<Map.Entry<Scenario, Instant>> windows = new ArrayList<>(begins.entrySet());
        for (int i = 0; i + 1 < windows.size(); i++) {
            Instant from = windows.get(i).getValue();
            Instant to = windows.get(i + 1).getValue();
            Nanos lateness = new Nanos();
            for (ServerProcess.Expired deadline : expired) {
                if (deadline.phase().equals("header")
                        && !deadline.at().isBefore(from)
                        && deadline.at().isBefore(to)) {
                    lateness.add(deadline.latenessNanos());
                }
            }
            Outcome outcome = outcome(windows.get(i).getKey(), variant);
            outcome.lateness.addAll(lateness);
            outcome.serverHangs += lateness.between(SlowClients.HANG_NANOS, Long.MAX_VALUE);
            outcome.roundP99.add(lateness.millis(0.99));
        }
    }

    private String report(String before, int rounds) throws IOException {
        var text = new StringBuilder("%s; after it %s.%n%d rounds of %d s for each line, budget %d s.%n"
                .formatted(before, Machine.load(), rounds, seconds, BUDGET.toSeconds()));
        outcomes.forEach((scenario, variants) -> {
            text.append("\n### ").append(scenario.name()).append("\n\n");
            text.append("| | deadlines | p50 ms | p99 ms | p99 of each round | max ms | hangs server/client "
                    + "| client p99 ms | client max ms | early | failed | wrk requests/s |\n");
            text.append("|---|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|\n");
            variants.forEach((variant, outcome) -> text.append(row(variant, outcome)));
        });
        return text.toString();
    }

    private static String row(Variant variant, Outcome o) {
        Nanos late = o.lateness;
        return String.format(
                Locale.ROOT,
                "| %s | %d | %s | %s | %s | %s | %d/%d | %s | %s | %d | %d | %s |%n",
                variant.label(),
                late.size(),
                late.millis(0.5),
                late.millis(0.99),
                String.join(", ", o.roundP99),
                late.millis(1),
                o.serverHangs,
                o.clientHangs,
                o.overshoots.millis(0.99),
                o.overshoots.millis(1),
                o.early,
                o.failures,
                o.requests.size() == 0 ? "–" : Long.toString(o.requests.quantile(0.5)));
    }

    private void draw() throws IOException {
        for (var entry : outcomes.entrySet()) {
            List<HistogramPicture.Series> panels = new ArrayList<>();
            entry.getValue()
                    .forEach((variant, outcome) ->
                            panels.add(new HistogramPicture.Series(variant.label(), outcome.lateness)));
            String subtitle = "header budget %d s; logarithmic share, so that the few late ones show"
                    .formatted(BUDGET.toSeconds());
            Files.writeString(
                    folder.resolve(entry.getKey().fileName()),
                    HistogramPicture.draw("Lateness with " + entry.getKey().name(), subtitle, panels));
        }
    }
}
