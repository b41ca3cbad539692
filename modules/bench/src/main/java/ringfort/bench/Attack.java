package ringfort.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ringfort.timers.Ticker;

/**
 * Does slowhttptest keep a server from others, and does any of its connections stay?
 *
 * <p>{@code Attack DIR}: its four modes against each variant, {@value #CONNECTIONS} connections, while a client of our own
 * asks for a page all the time. Afterwards the server's own count says whether anybody is still there.
 */
final class Attack {
    private static final int CONNECTIONS = 500;
    private static final int SECONDS = 25;
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);
    private static final long PROBE_PAUSE_MILLIS = 50;
    private static final Pattern AVAILABLE = Pattern.compile("service available:\\s+(YES|NO)");
    private static final Pattern ENDED = Pattern.compile("Test ended on (\\d+)");
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*[A-Za-z]");

    private static final List<String> BUDGETS = List.of(
            "--header-timeout",
            "3s",
            "--body-timeout",
            "6s",
            "--body-grace",
            "3s",
            "--write-timeout",
            "3s",
            "--write-grace",
            "3s",
            "--idle-timeout",
            "3s",
            "--linger-timeout",
            "1s");

    private record Mode(String name, String path, List<String> flags) {}

    private static final List<Mode> MODES = List.of(
            new Mode("slow head (-H)", "/plaintext", List.of("-H", "-i", "1", "-x", "24")),
            new Mode("slow body (-B)", "/echo", List.of("-B", "-i", "1", "-s", "8192", "-x", "10")),
            new Mode("ranges (-R)", "/plaintext", List.of("-R", "-t", "HEAD", "-a", "5", "-b", "3000")),
            new Mode(
                    "slow read (-X)",
                    "/large",
                    List.of("-X", "-w", "512", "-y", "1024", "-n", "5", "-z", "32", "-k", "3")));

    private Attack() {}

    /** See the class comment. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        var text = new StringBuilder(Machine.describe()).append("\n\n");
        text.append(
                "| | attack | available, says slowhttptest | NO lines | its end, s | own requests | failed | slowest ms "
                        + "| accepted | closed by a deadline | refused | open after |\n");
        text.append("|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for (Variant variant : Variant.ALL) {
            for (Mode mode : MODES) {
                text.append(attack(variant, mode, folder.resolve("server.log").toFile()));
                System.err.printf("%s, %s, load %s%n", variant.label(), mode.name(), Machine.load());
            }
        }
        Files.writeString(folder.resolve("attack.md"), text);
        System.out.print(text);
    }

    private static String attack(Variant variant, Mode mode, File log) throws IOException, InterruptedException {
        List<String> flags = new ArrayList<>(variant.flags());
        flags.addAll(BUDGETS);
        try (ServerProcess server = ServerProcess.start(flags, log)) {
            Process attacker = start(mode, server);
            Nanos answers = new Nanos();
            int failed = 0;
            try {
                while (!attacker.waitFor(PROBE_PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                    long begin = Ticker.system().nanos();
                    boolean answered = server.status("/plaintext", PROBE_LIMIT) == 200;
                    failed += answered ? 0 : 1;
                    answers.add(Ticker.system().nanos() - begin);
                }
                String said = new String(attacker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return row(variant, mode, COLOUR.matcher(said).replaceAll(""), answers, failed, server);
            } finally {
                attacker.destroy();
            }
        }
    }

    private static Process start(Mode mode, ServerProcess server) throws IOException {
        List<String> command = new ArrayList<>(List.of("slowhttptest"));
        command.addAll(mode.flags());
        command.addAll(List.of("-c", "" + CONNECTIONS, "-r", "250", "-l", "" + SECONDS, "-p", "3"));
        command.addAll(List.of("-u", server.url(mode.path())));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String row(Variant variant, Mode mode, String said, Nanos answers, int failed, ServerProcess server)
            throws IOException, InterruptedException {
        Matcher available = AVAILABLE.matcher(said);
        String last = "–";
        int refusals = 0;
        while (available.find()) {
            last = available.group(1);
            refusals += last.equals("NO") ? 1 : 0;
        }
        Matcher ended = ENDED.matcher(said);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %d | %s | %d | %d | %s | %.0f | %.0f | %.0f | %.0f |%n",
                variant.label(),
                mode.name(),
                last,
                refusals,
                ended.find() ? ended.group(1) : "–",
                answers.size(),
                failed,
                answers.millis(1),
                server.metric("ringfort_connections_accepted_total"),
                server.metric("ringfort_connections_closed_total{reason=\"deadline\"}"),
                server.metric("ringfort_connections_closed_total{reason=\"refused\"}"),
                server.metric("ringfort_connections_open"));
    }
}
