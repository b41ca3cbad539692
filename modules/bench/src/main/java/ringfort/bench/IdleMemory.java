package ringfort.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import ringfort.bench.Contender.Route;

/**
 * What memory does an idle connection occupy that was served once?
 *
 * <p>{@code IdleMemory DIR [--servers A,B] [--connections N] [--warm N] [--core N] [--load-core N]}. Each server is loaded
 * until its heap has grown to what it uses, then holds that many connections. Given are the growth of the process, and of
 * what is alive in its heap ({@code jcmd GC.class_histogram}, which collects first). Ringfort is there a second time as its
 * launcher starts it, without the options that all others share.
 */
final class IdleMemory {
    private static final Set<String> FLAGS = Set.of("servers", "connections", "warm", "core", "load-core");
    private static final long SETTLE_MILLIS = 1_000;

    private final File log;
    private final int core;
    private final int loadCore;
    private final int warmSeconds;
    private final int connections;

    private IdleMemory(File log, Flags flags) {
        this.log = log;
        this.core = flags.number("core", 0);
        this.loadCore = flags.number("load-core", 1);
        this.warmSeconds = flags.number("warm", 5);
        this.connections = flags.number("connections", 10_000);
    }

    /** See the class comment. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        Flags flags = new Flags(FLAGS, Arrays.asList(args).subList(1, args.length));
        var rig = new IdleMemory(folder.resolve("servers.log").toFile(), flags);
        StringBuilder text = new StringBuilder(Machine.describe()).append("\n\n");
        text.append("| | held | RSS before MiB | RSS after MiB | KiB each | live heap B each |\n");
        text.append("|---|--:|--:|--:|--:|--:|\n");
        for (Contender contender : Contender.parse(flags.list("servers", ""))) {
            text.append(rig.measure(contender, contender.name(), String.join(" ", Contender.JVM_OPTIONS)));
            if (contender.name().equals("ringfort-ring")) {
                text.append(rig.measure(contender, "ringfort-ring, launcher's options", ""));
            }
            Files.writeString(folder.resolve("memory.md"), text);
        }
        System.out.print(text);
    }

    private String measure(Contender contender, String label, String ringfortOptions)
            throws IOException, InterruptedException {
        try (ContenderProcess server = ContenderProcess.start(contender, core, log, ringfortOptions)) {
            Sample.take(server, new Cell(Route.PLAINTEXT, 64), warmSeconds, loadCore);
            Thread.sleep(SETTLE_MILLIS);
            long residentBefore = Machine.residentKibibytes(server.pid());
            long liveBefore = liveHeapBytes(server);
            int held;
            long resident;
            long live;
            try (Holder holder = Holder.start(server.address(), connections, contender.path(Route.PLAINTEXT))) {
                Thread.sleep(SETTLE_MILLIS);
                held = holder.held();
                resident = Machine.residentKibibytes(server.pid());
                live = liveHeapBytes(server);
            }
            System.err.println(label + ", load " + Machine.load());
            return String.format(
                    Locale.ROOT,
                    "| %s | %d | %.1f | %.1f | %.2f | %s |%n",
                    label,
                    held,
                    residentBefore / 1024.0,
                    resident / 1024.0,
                    (double) (resident - residentBefore) / held,
                    contender.isJvm() ? Long.toString((live - liveBefore) / held) : "–");
        }
    }

    /** The last line of the histogram says: Total, instances, bytes. */
    private static long liveHeapBytes(ContenderProcess server) throws IOException, InterruptedException {
        if (!server.contender().isJvm()) {
            return 0;
        }
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(server.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        jcmd.waitFor();
        String last = lines.isEmpty() ? "" : lines.getLast();
        if (!last.startsWith("Total")) {
            throw new IOException("jcmd said: " + last);
        }
        return Long.parseLong(last.trim().split("\\s+", -1)[2]);
    }
}
