package ringfort.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What does a request cost, here and elsewhere?
 *
 * <p>{@code Comparison DIR [--rounds N] [--seconds N] [--warm N] [--servers A,B] [--cells plaintext/64,json/64] [--core N]
 * [--load-core N]}. All servers are started, pinned to one processor, and asked for everything once. Then each cell goes
 * round the servers, A B C A B C, so that whatever else the machine does meets all of them; a server that is not measured is
 * stopped by SIGSTOP.
 *
 * <p>Before anything counts, each server is loaded in each cell until its cost per request no longer falls: the first seconds of
 * a route are dear, because the JVM compiles what it has not run so often yet, and a cell that comes early would show that. Every
 * other round goes through the cells and the servers backwards, so that none always comes behind the same.
 *
 * <p>Writes {@code compare.md}, a picture for each cell, and every single sample as {@code compare.csv}.
 */
final class Comparison {
    private static final Set<String> FLAGS =
            Set.of("rounds", "seconds", "warm", "servers", "cells", "core", "load-core");

    /** Every route, and plaintext over one connection to many. */
    private static final String CELLS =
            "plaintext/1,plaintext/64,plaintext/256,plaintext/1024,json/64,param/64,echo/64,"
                    + "blocking/256,pipelined/64,churn/64";

    /** A server that is not steady by then is measured all the same. */
    private static final int MOST_WARM_SAMPLES = 6;

    /** A sample that costs less than this part of the one before shows that the server is not warm yet. */
    private static final double STILL_FALLING = 0.97;

    private final Path folder;
    private final List<Cell> cells;
    private final int loadCore;
    private final List<ContenderProcess> servers = new ArrayList<>();
    private final Map<Cell, Map<Contender, List<Sample>>> samples = new LinkedHashMap<>();

    private Comparison(Path folder, List<Cell> cells, int loadCore) {
        this.folder = folder;
        this.cells = cells;
        this.loadCore = loadCore;
    }

    /** See the class comment. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        Flags flags = new Flags(FLAGS, Arrays.asList(args).subList(1, args.length));
        int rounds = flags.number("rounds", 3);
        int seconds = flags.number("seconds", 2);
        int warm = flags.number("warm", 2);
        int core = flags.number("core", 0);
        var rig = new Comparison(folder, Cell.parse(flags.list("cells", CELLS)), flags.number("load-core", 1));
        String before = Machine.describe();
        Files.writeString(folder.resolve("compare.csv"), Sample.csvHead() + "\n");
        try {
            rig.start(Contender.parse(flags.list("servers", "")), core);
            rig.warmUp(warm);
            for (int round = 1; round <= rounds; round++) {
                rig.round(round, seconds);
            }
        } finally {
            rig.servers.forEach(ContenderProcess::close);
        }
        var report = new ComparisonReport(rig.samples);
        String head = before + ", " + Machine.load() + " at the end. " + rounds + " rounds of " + seconds + " s, after "
                + warm + " s or more of each cell to warm up.\n\n";
        Files.writeString(folder.resolve("compare.md"), head + report.markdown());
        report.draw(folder);
        System.out.print(head + report.markdown());
    }

    private void start(List<Contender> contenders, int core) throws IOException, InterruptedException {
        File log = folder.resolve("servers.log").toFile();
        for (Contender contender : contenders) {
            ContenderProcess server = ContenderProcess.start(contender, core, log);
            servers.add(server);
            AnswerCheck.check(server);
            server.pause();
        }
        System.err.println("every server gives the right answers; load " + Machine.load());
    }

    /** Loads every server in every cell until a sample costs nearly what the one before did; nothing of it is kept. */
    private void warmUp(int seconds) throws IOException, InterruptedException {
        for (Cell cell : cells) {
            for (ContenderProcess server : servers) {
                if (seconds > 0 && server.contender().routes().contains(cell.route())) {
                    server.resume();
                    double last = Double.MAX_VALUE;
                    double now = Sample.take(server, cell, seconds, loadCore).cpuSecondsPerMillion();
                    for (int i = 1; i < MOST_WARM_SAMPLES && now < last * STILL_FALLING; i++) {
                        last = now;
                        now = Sample.take(server, cell, seconds, loadCore).cpuSecondsPerMillion();
                    }
                    server.pause();
                }
            }
            System.err.printf("warm, %s, load %s%n", cell.title(), Machine.load());
        }
    }

    /** The list, or the list backwards. */
    private static <T> List<T> inOrder(List<T> list, boolean backwards) {
        return backwards ? list.reversed() : list;
    }

    private void round(int round, int seconds) throws IOException, InterruptedException {
        boolean backwards = round % 2 == 0;
        for (Cell cell : inOrder(cells, backwards)) {
            for (ContenderProcess server : inOrder(servers, backwards)) {
                if (server.contender().routes().contains(cell.route())) {
                    server.resume();
                    Sample sample = Sample.take(server, cell, seconds, loadCore);
                    server.pause();
                    keep(cell, server.contender(), round, sample);
                }
            }
            System.err.printf("round %d, %s, load %s%n", round, cell.title(), Machine.load());
        }
    }

    /** Written at once, so that a run that is interrupted was not for nothing. */
    private void keep(Cell cell, Contender contender, int round, Sample sample) throws IOException {
        samples.computeIfAbsent(cell, _ -> new LinkedHashMap<>())
                .computeIfAbsent(contender, _ -> new ArrayList<>())
                .add(sample);
        Files.writeString(
                folder.resolve("compare.csv"), sample.csv(cell, contender, round) + "\n", StandardOpenOption.APPEND);
    }
}
