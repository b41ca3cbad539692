package ringfort.bench.abuse;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import ringfort.bench.Flags;
import ringfort.bench.Machine;

/**
 * Does a polite client notice an attack, and is the server afterwards as it was before?
 *
 * <p>{@code Abuse DIR ATTACK ...}: {@code bench/abuse} says what follows. Ends with 0 when everything was as it should be, 1
 * with findings, 2 when nothing can be said.
 */
final class Abuse {
    private static final int GOOD = 0;
    private static final int FINDINGS = 1;
    private static final int UNJUDGED = 2;

    /** Ringfort's default. */
    private static final int HEADER_TIMEOUT_SECONDS = 10;

    /** More than any other server's default that is not "never". */
    private static final int PEER_SILENT_SECONDS = 32;

    private static final Set<String> FLAGS =
            Set.of("target", "pid", "server", "seconds", "p99", "back", "deadline", "flags", "servers", "attacks");

    private final Path folder;
    private final Flags flags;
    private final int seconds;

    private Abuse(Path folder, Flags flags) {
        this.folder = folder;
        this.flags = flags;
        this.seconds = flags.number("seconds", 120);
    }

    /** See the class comment. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        int code;
        try {
            var rig = new Abuse(folder, new Flags(FLAGS, Arrays.asList(args).subList(2, args.length)));
            code = switch (args[1]) {
                case "table" -> rig.table();
                case "print" -> rig.print();
                default -> rig.one(args[1]);
            };
        } catch (IllegalArgumentException e) {
            System.err.println("bench/abuse: " + e.getMessage());
            code = UNJUDGED;
        } catch (Trial.Unjudged e) {
            System.out.println("could not judge: " + e.getMessage());
            code = UNJUDGED;
        }
        System.exit(code);
    }

    private int one(String name) throws IOException, InterruptedException, Trial.Unjudged {
        List<AttackKind> attacks = attacks(name);
        double silentMost = flags.number("deadline", HEADER_TIMEOUT_SECONDS);
        Measured measured;
        String target = flags.text("target", "");
        if (target.isEmpty()) {
            TargetServer server = TargetServer.named(flags.text("server", "ring"));
            measured = attack(server, attacks, silentMost);
        } else {
            int colon = target.lastIndexOf(':');
            InetAddress host = InetAddress.getByName(target.substring(0, colon));
            if (!host.isLoopbackAddress()) {
                throw new IllegalArgumentException("only loopback addresses are attacked, not " + target);
            }
            var address = new InetSocketAddress(host, Integer.parseInt(target.substring(colon + 1)));
            try (var running = AttackedServer.running(address, flags.number("pid", Footprint.UNKNOWN))) {
                measured = new Trial(running, attacks, seconds, silentMost).run();
            }
        }
        System.out.println(Machine.describe());
        System.out.print(measured.report());
        List<String> findings = measured.findings(flags.number("p99", 100), flags.number("back", 5), silentMost);
        findings.forEach(finding -> System.out.println("  finding: " + finding));
        System.out.println(findings.isEmpty() ? "good" : findings.size() + " findings");
        return findings.isEmpty() ? GOOD : FINDINGS;
    }

    private Measured attack(TargetServer server, List<AttackKind> attacks, double silentMost)
            throws IOException, InterruptedException, Trial.Unjudged {
        File log = folder.resolve("abuse-servers.log").toFile();
        boolean few = attacks.equals(List.of(AttackKind.IDLE));
        boolean blocked = attacks.contains(AttackKind.LOG);
        List<String> options = Arrays.stream(flags.text("flags", "").split(" ", -1))
                .filter(option -> !option.isEmpty())
                .toList();
        try (var started = AttackedServer.start(server, few, blocked, options, log)) {
            return new Trial(started, attacks, seconds, silentMost).run();
        }
    }

    private static List<AttackKind> attacks(String name) {
        return name.equals("all")
                ? List.copyOf(EnumSet.complementOf(EnumSet.of(AttackKind.NONE)))
                : Arrays.stream(name.split("\\+", -1)).map(AttackKind::named).toList();
    }

    /** Every attack on every server; each cell is written at once, so that a run that is interrupted was not for nothing. */
    private int table() throws IOException, InterruptedException {
        Path file = AbuseTable.file(folder);
        if (!Files.exists(file)) {
            Files.writeString(file, Measured.csvHead() + "\n");
        }
        for (String server : flags.list("servers", AbuseTable.SERVERS)) {
            for (String attack : flags.list("attacks", AttackKind.labels() + ",all")) {
                TargetServer target = TargetServer.named(server);
                String line;
                try {
                    List<AttackKind> kinds = attacks(attack);
                    Measured measured = attack(target, kinds, silentMost(target, kinds));
                    System.err.print(measured.report());
                    line = measured.csv();
                } catch (Trial.Unjudged | IOException e) {
                    System.err.println(server + ", " + attack + ": " + e.getMessage());
                    line = AbuseTable.unjudged(server, attack);
                }
                Files.writeString(file, line + "\n", StandardOpenOption.APPEND);
            }
        }
        return print();
    }

    /** Ringfort has to end a silent peer in every cell; of the others one cell tells whether they do. */
    private static double silentMost(TargetServer server, List<AttackKind> attacks) {
        if (server.isRingfort()) {
            return HEADER_TIMEOUT_SECONDS;
        }
        return attacks.equals(List.of(AttackKind.NONE)) ? PEER_SILENT_SECONDS : 0;
    }

    private int print() throws IOException {
        String table = AbuseTable.markdown(Files.readAllLines(AbuseTable.file(folder)));
        Files.writeString(folder.resolve("abuse.md"), Machine.describe() + "\n\n" + table);
        System.out.print(table);
        return GOOD;
    }
}
