package ringfort.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What do armed connections cost that do nothing?
 *
 * <p>{@code IdleCost DIR [CONNECTIONS [VARIANTS]]} holds that many connections, each with a deadline ten minutes ahead, and measures the
 * processor time of the server beside that of the same server with none. One process may have only so many descriptors; as
 * many servers are started as that takes, and their costs are added.
 */
final class IdleCost {
    private static final int SPARE_DESCRIPTORS = 500;
    private static final long SETTLE_MILLIS = 3_000;
    private static final long MEASURE_MILLIS = 20_000;

    private final List<ServerProcess> servers = new ArrayList<>();
    private final List<Holder> holders = new ArrayList<>();

    private IdleCost() {}

    /** See the class comment. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        int connections = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
        var text = new StringBuilder(Machine.describe()).append("\n\n");
        text.append(
                "| | servers | connections | CPU with none, % of a core | CPU with all, % of a core | resident MiB |\n");
        text.append("|---|--:|--:|--:|--:|--:|\n");
        List<Variant> variants = args.length > 2 ? Variant.parse(args[2]) : Variant.ALL;
        for (Variant variant : variants) {
            text.append(new IdleCost().measure(variant, connections, folder));
        }
        Files.writeString(folder.resolve("idle.md"), text);
        System.out.print(text);
    }

    private String measure(Variant variant, int connections, Path folder) throws IOException, InterruptedException {
        File log = folder.resolve("server.log").toFile();
        int each = descriptorLimit() - SPARE_DESCRIPTORS;
        List<String> flags = new ArrayList<>(variant.flags());
        flags.addAll(List.of("--header-timeout", "600s", "--max-connections", "0"));
        try {
            for (int left = connections; left > 0; left -= each) {
                servers.add(ServerProcess.start(flags, log));
            }
            double before = percent();
            int left = connections;
            for (ServerProcess server : servers) {
                holders.add(Holder.start(server.address(), Math.min(left, each)));
                left -= each;
            }
            double with = percent();
            long resident = 0;
            double open = 0;
            for (ServerProcess server : servers) {
                resident += Machine.residentMebibytes(server.pid());
                open += server.metric("ringfort_connections_in_phase{phase=\"header\"}");
            }
            return String.format(
                    Locale.ROOT,
                    "| %s | %d | %.0f | %.2f | %.2f | %d |%n",
                    variant.label(),
                    servers.size(),
                    open,
                    before,
                    with,
                    resident);
        } finally {
            holders.forEach(Holder::close);
            for (ServerProcess server : servers) {
                server.close();
            }
        }
    }

    /** Processor time of all servers over the time that passes meanwhile. */
    private double percent() throws IOException, InterruptedException {
        Thread.sleep(SETTLE_MILLIS);
        double before = cpuSeconds();
        Thread.sleep(MEASURE_MILLIS);
        return (cpuSeconds() - before) / (MEASURE_MILLIS / 1000.0) * 100;
    }

    private double cpuSeconds() throws IOException {
        double sum = 0;
        for (ServerProcess server : servers) {
            sum += Machine.cpuSeconds(server.pid());
        }
        return sum;
    }

    /** The soft limit of open files, which servers and holders inherit. */
    private static int descriptorLimit() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.split(" {2,}", -1)[1])
                .mapToInt(limit -> limit.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(limit))
                .findFirst()
                .orElse(1024);
    }
}
