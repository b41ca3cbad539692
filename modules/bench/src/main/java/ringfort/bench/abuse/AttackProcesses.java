package ringfort.bench.abuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import ringfort.bench.Children;

/** The processes of one attack. Any one thread. */
final class AttackProcesses implements AutoCloseable {
    private static final long END_SECONDS = 20;

    private final AttackKind kind;
    private final List<Process> processes = new ArrayList<>();

    /** What all processes of an attack came to. */
    record Tally(long opened, long failed, long closed, long sentBytes, long receivedBytes, long most) {
        static final Tally NOTHING = new Tally(0, 0, 0, 0, 0, 0);

        /** Reads what an {@link Attacker} prints. */
        static Tally parse(String line) {
            Map<String, Long> values = new LinkedHashMap<>();
            for (String pair : line.trim().split(" ", -1)) {
                String[] parts = pair.split("=", -1);
                values.put(parts[0], Long.parseLong(parts[1]));
            }
            Supplier<IllegalArgumentException> wrong = () -> new IllegalArgumentException("an attacker said: " + line);
            for (String name : List.of("opened", "failed", "closed", "sent", "received", "most")) {
                if (!values.containsKey(name)) {
                    throw wrong.get();
                }
            }
            return new Tally(
                    values.getOrDefault("opened", 0L),
                    values.getOrDefault("failed", 0L),
                    values.getOrDefault("closed", 0L),
                    values.getOrDefault("sent", 0L),
                    values.getOrDefault("received", 0L),
                    values.getOrDefault("most", 0L));
        }

        Tally plus(Tally other) {
            return new Tally(
                    opened + other.opened,
                    failed + other.failed,
                    closed + other.closed,
                    sentBytes + other.sentBytes,
                    receivedBytes + other.receivedBytes,
                    most + other.most);
        }
    }

    private AttackProcesses(AttackKind kind) {
        this.kind = kind;
    }

    /**
     * Starts all processes of an attack.
     *
     * @param seconds after which they end by themselves, if nothing ends them before
     * @param network the first process connects from 127.{@code network}.x.y, the next from the network behind it
     */
    static AttackProcesses start(AttackKind kind, int port, int seconds, int network) throws IOException {
        var attack = new AttackProcesses(kind);
        for (int i = 0; i < kind.processes(); i++) {
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Attacker.class.getName(),
                    kind.label(),
                    Integer.toString(port),
                    Integer.toString(seconds),
                    Integer.toString(network + i));
            attack.processes.add(
                    Children.start(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT)));
        }
        return attack;
    }

    /** Ends all of them, and adds up what they came to. */
    Tally end() throws IOException, InterruptedException {
        for (Process process : processes) {
            process.getOutputStream().close();
        }
        Tally sum = Tally.NOTHING;
        for (Process process : processes) {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("an attacker of " + kind.label() + " failed; it said: " + said);
            }
            Children.ended(process);
            sum = sum.plus(Tally.parse(said));
        }
        processes.clear();
        return sum;
    }

    @Override
    public void close() {
        processes.forEach(Children::end);
    }
}
