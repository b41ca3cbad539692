package ringfort.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What does a deadline cost where every request has a connection of its own: in the wheel, and as a timer of the kernel?
 *
 * <p>{@code Churn DIR [ROUNDS]}: both servers stand, and wrk goes to one and the other in turn (A B A B), first with no other
 * connections and then beside many that are armed and do nothing.
 */
final class Churn {
    private static final int SECONDS = 4;
    private static final int CONNECTIONS = 32;
    private static final int STANDING = 10_000;

    private final List<Variant> variants = List.of(Variant.RING_WHEEL, Variant.RING_KERNEL);
    private final List<ServerProcess> servers = new ArrayList<>();
    private final int rounds;
    private final StringBuilder text = new StringBuilder();

    private Churn(int rounds) {
        this.rounds = rounds;
    }

    /** See the class comment. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        var rig = new Churn(args.length > 1 ? Integer.parseInt(args[1]) : 5);
        rig.measure(folder.resolve("server.log").toFile());
        Files.writeString(folder.resolve("churn.md"), rig.text);
        System.out.print(rig.text);
    }

    private void measure(File log) throws IOException, InterruptedException {
        text.append(Machine.describe()).append("\n\n");
        text.append(
                "| | armed beside | connections/s, median | each round | CPU s per million, median | each round |\n");
        text.append("|---|--:|--:|---|--:|---|\n");
        try {
            for (Variant variant : variants) {
                List<String> flags = new ArrayList<>(variant.flags());
                flags.addAll(List.of("--header-timeout", "600s"));
                servers.add(ServerProcess.start(flags, log));
            }
            rounds(1, new ArrayList<>(), new ArrayList<>()); // warms up
            compare(0);
            List<Holder> holders = new ArrayList<>();
            try {
                for (ServerProcess server : servers) {
                    holders.add(Holder.start(server.address(), STANDING));
                }
                compare(STANDING);
            } finally {
                holders.forEach(Holder::close);
            }
        } finally {
            for (ServerProcess server : servers) {
                server.close();
            }
        }
    }

    private void compare(int standing) throws IOException, InterruptedException {
        List<List<Double>> rates = new ArrayList<>();
        List<List<Double>> costs = new ArrayList<>();
        rounds(rounds, rates, costs);
        for (int i = 0; i < variants.size(); i++) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %.0f | %s | %.2f | %s |%n",
                    variants.get(i).label(),
                    standing,
                    median(rates.get(i)),
                    list("%.0f", rates.get(i)),
                    median(costs.get(i)),
                    list("%.2f", costs.get(i))));
        }
    }

    private void rounds(int count, List<List<Double>> rates, List<List<Double>> costs)
            throws IOException, InterruptedException {
        for (int i = 0; i < variants.size(); i++) {
            rates.add(new ArrayList<>());
            costs.add(new ArrayList<>());
        }
        for (int round = 0; round < count; round++) {
            for (int i = 0; i < variants.size(); i++) {
                ServerProcess server = servers.get(i);
                double before = Machine.cpuSeconds(server.pid());
                try (Wrk wrk = Wrk.start(server.url("/plaintext"), CONNECTIONS, SECONDS, "-H", "Connection: close")) {
                    double rate = wrk.requestsPerSecond();
                    rates.get(i).add(rate);
                    costs.get(i).add((Machine.cpuSeconds(server.pid()) - before) / (rate * SECONDS) * 1e6);
                }
            }
            System.err.printf("churn round %d of %d, load %s%n", round + 1, count, Machine.load());
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static String list(String format, List<Double> values) {
        return String.join(
                ", ",
                values.stream().map(v -> String.format(Locale.ROOT, format, v)).toList());
    }
}
