package ringfort.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import ringfort.api.Metric;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.RunningEngine;
import ringfort.sys.Libc;

/** A server in a process of its own whose user may have no more threads than it has. */
final class FewThreads {
    /** bits/resource.h: how many threads a user may have. */
    private static final int RLIMIT_NPROC = 6;

    static final Duration HEADER = Duration.ofSeconds(1);

    private FewThreads() {}

    /** The kernel has no such limit for root, so the process is another user's, and may read the build all the same. */
    static ServerProcess start(Variant variant) throws IOException {
        List<String> asNobody = List.of(
                "setpriv",
                "--reuid=65534",
                "--clear-groups",
                "--inh-caps=+dac_read_search",
                "--ambient-caps=+dac_read_search");
        boolean root = Objects.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"), 0);
        assumeTrue(
                !root || runs(asNobody),
                "setpriv(1) of util-linux, which starts a process of another user, does not run");
        return ServerProcess.startBy(
                root ? asNobody : List.of(),
                FewThreads.class,
                List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                variant.name());
    }

    private static boolean runs(List<String> program) {
        try {
            var command = new ArrayList<>(program);
            command.add("true");
            Process process = new ProcessBuilder(command).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The server's process. */
    public static void main(String... arguments) throws IOException {
        Variant variant = Variant.valueOf(arguments[0]);
        RunningEngine[] running = new RunningEngine[1];
        running[0] = serve(variant, running);
        System.out.println(running[0].address().getPort());
        while (System.in.read() >= 0) {}
        running[0].stop(Duration.ofSeconds(2));
        System.exit(running[0].failure() == null ? 0 : 1);
    }

    private static RunningEngine serve(Variant variant, RunningEngine[] running) throws IOException {
        ServerOptions options = variant.options(ServerOptions.defaults().toBuilder())
                .port(0)
                .workers(2)
                .headerTimeout(HEADER)
                .build();
        Server server = Server.of(options)
                .get("/", _ -> Response.text("ok"))
                .get("/sleep", _ -> sleep())
                .get("/sleep-elsewhere", _ -> sleep(), Route.offload())
                .get("/tighten", _ -> limit(threads()))
                .get("/loosen", _ -> limit(4_096))
                .get("/thread", _ -> thread())
                .get("/start", _ -> another(variant))
                .get("/open", _ -> metric(running[0], "ringfort_connections_open"));
        return variant.engine().start(options, server.application());
    }

    private static Response sleep() throws InterruptedException {
        Thread.sleep(50);
        return Response.text("slept");
    }

    private static long threads() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("Threads:"))
                    .mapToLong(line -> Long.parseLong(line.substring(8).strip()))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Response limit(long threads) {
        Libc.ResourceLimit limit = Objects.requireNonNull(Libc.getrlimit(RLIMIT_NPROC));
        boolean set = Libc.setrlimit(RLIMIT_NPROC, new Libc.ResourceLimit(threads, limit.hard())) == 0;
        return Response.text(set ? "set" : "refused");
    }

    /** Takes the threads that are left. */
    private static Response thread() {
        for (int i = 0; i < 100; i++) {
            Thread.ofPlatform().daemon().start(LockSupport::park);
        }
        return Response.text("started");
    }

    /** Starts another server, which needs threads of its own, and stops it. */
    private static Response another(Variant variant) {
        try {
            RunningEngine other = serve(variant, new RunningEngine[1]);
            other.stop(Duration.ZERO);
            return Response.text("started");
        } catch (IOException | OutOfMemoryError e) {
            return Response.text("not started: " + e);
        }
    }

    private static Response metric(RunningEngine engine, String name) {
        return Response.text(Long.toString((long) engine.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .mapToDouble(Metric::value)
                .sum()));
    }
}
