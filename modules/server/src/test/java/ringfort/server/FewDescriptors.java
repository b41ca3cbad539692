package ringfort.server;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import ringfort.api.Metric;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.RunningEngine;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

/** A server in a process of its own that has only a few descriptors to spare. */
final class FewDescriptors {
    /** How many the process may still open once it serves. */
    static final int SPARE = 20;

    private FewDescriptors() {}

    static ServerProcess start(Variant variant) throws IOException {
        return ServerProcess.start(FewDescriptors.class, List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"), variant.name());
    }

    /**
     * The server's process: serves once to warm up, lowers its limit, serves again, tells its port, and waits for the
     * end of its input. The limit is lowered before the second start because a multishot accept keeps to the limit that
     * was in force when it was submitted.
     */
    public static void main(String... arguments) throws IOException {
        Variant variant = Variant.valueOf(arguments[0]);
        loadClasses();
        RunningEngine first = serve(variant);
        long highest;
        warmUp(first.address().getPort());
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            highest = open.mapToLong(path -> Long.parseLong(path.getFileName().toString()))
                    .max()
                    .orElseThrow();
        }
        first.stop(Duration.ofSeconds(1));
        Libc.ResourceLimit limit = Objects.requireNonNull(Libc.getrlimit(Linux.RLIMIT_NOFILE));
        Libc.setrlimit(Linux.RLIMIT_NOFILE, new Libc.ResourceLimit(highest + SPARE, limit.hard()));
        System.out.println(serve(variant).address().getPort());
        ServerProcess.untilInputEnds();
    }

    /** Several connections at once, so that every carrier has what it needs, and every request what it loads. */
    private static void warmUp(int port) throws IOException {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            peers.add(Peer.connect(port));
        }
        for (String path : List.of("/", "/failures", "/defects")) {
            for (Peer peer : peers) {
                peer.get(path);
            }
            for (Peer peer : peers) {
                peer.reply();
            }
        }
        for (Peer peer : peers) {
            peer.close();
        }
    }

    private static RunningEngine serve(Variant variant) throws IOException {
        ServerOptions options = variant.options(ServerOptions.defaults().toBuilder())
                .port(0)
                .workers(1)
                .build();
        RunningEngine[] running = new RunningEngine[1];
        Server server = Server.of(options)
                .get("/", _ -> Response.text("ok"))
                .get("/failures", _ -> number(running[0], "ringfort_accept_failures_total"))
                .get("/defects", _ -> number(running[0], "ringfort_defects_total"));
        running[0] = variant.engine().start(options, server.application());
        return running[0];
    }

    /** In a build each class is a file that takes a descriptor to load; in a jar, as shipped, they are open already. */
    private static void loadClasses() throws IOException {
        for (String entry : List.of(System.getProperty("jdk.module.path", "").split(File.pathSeparator, -1))) {
            Path folder = Path.of(entry);
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".class")).toList()) {
                    String name = folder.relativize(file).toString().replace('/', '.');
                    if (!name.equals("module-info.class")) {
                        load(name.substring(0, name.length() - ".class".length()));
                    }
                }
            }
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Response number(RunningEngine engine, String name) {
        for (Metric metric : engine.metrics()) {
            if (metric.name().equals(name)) {
                return Response.text(Long.toString((long) metric.value()));
            }
        }
        throw new IllegalStateException("no metric " + name);
    }
}
