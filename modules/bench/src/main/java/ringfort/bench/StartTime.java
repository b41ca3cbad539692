package ringfort.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How long from starting the process to the first 200?
 *
 * <p>{@code StartTime DIR [--servers A,B] [--starts N] [--core N]}: starts each server that often, in turn, on one processor,
 * while this process asks from the others. Ringfort is started by its launcher and with what that chooses, a shell script and
 * all; the peers by {@code java} itself, with no more on the class path than they need.
 */
final class StartTime {
    private static final Set<String> FLAGS = Set.of("servers", "starts", "core");

    private StartTime() {}

    /** See the class comment. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        Flags flags = new Flags(FLAGS, Arrays.asList(args).subList(1, args.length));
        int starts = flags.number("starts", 10);
        File log = folder.resolve("servers.log").toFile();
        List<Contender> contenders = Contender.parse(flags.list("servers", ""));
        Map<Contender, Nanos> times = new LinkedHashMap<>();
        String head = Machine.describe();
        for (int i = 0; i < starts; i++) {
            for (Contender contender : contenders) {
                try (ContenderProcess server = ContenderProcess.start(contender, flags.number("core", 0), log, "")) {
                    times.computeIfAbsent(contender, _ -> new Nanos()).add(server.startNanos());
                }
            }
            System.err.printf("start %d of %d, load %s%n", i + 1, starts, Machine.load());
        }
        StringBuilder text = new StringBuilder(head).append("\n\n");
        text.append("| | starts | median ms | fastest ms | slowest ms |\n|---|--:|--:|--:|--:|\n");
        times.forEach((contender, nanos) -> text.append("| ")
                .append(contender.name())
                .append(" | ")
                .append(nanos.size())
                .append(" | ")
                .append(nanos.millis(0.5))
                .append(" | ")
                .append(nanos.millis(0))
                .append(" | ")
                .append(nanos.millis(1))
                .append(" |\n"));
        Files.writeString(folder.resolve("start.md"), text);
        System.out.print(text);
    }
}
