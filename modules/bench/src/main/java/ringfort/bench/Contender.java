package ringfort.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A server that is compared with others.
 *
 * @param name in tables and on command lines
 * @param command how it is started, without its port
 * @param routes what it can be asked for
 * @param prefix before its paths: where Ringfort's demo has the same routes handled inline
 */
record Contender(String name, List<String> command, Set<Route> routes, String prefix) {
    /** The same for every JVM, Ringfort's included. */
    static final List<String> JVM_OPTIONS = List.of("-Xmx1g", "-XX:+UseParallelGC");

    private static final Path PEERS = Path.of("bench/peers/target");

    /** Keeps the JDK from warning of what some peers do for speed, or forbidding it. */
    private static final List<String> PEER_OPTIONS =
            List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private static final Set<Route> ALL_ROUTES = EnumSet.allOf(Route.class);
    private static final Set<Route> INLINE_ROUTES =
            EnumSet.of(Route.PLAINTEXT, Route.JSON, Route.PARAM, Route.PIPELINED, Route.CHURN);
    private static final Set<Route> FLOOR_ROUTES = EnumSet.of(Route.PLAINTEXT, Route.PIPELINED, Route.CHURN);

    /** The floor, if it could be built; Ringfort on its engines; then the others. */
    static List<Contender> all() throws IOException {
        List<Contender> all = new ArrayList<>();
        Path floor = PEERS.resolve("floor");
        if (Files.isExecutable(floor)) {
            all.add(new Contender("floor", List.of(floor.toString()), FLOOR_ROUTES, ""));
        }
        all.add(ringfort("ringfort-inline", "ring", INLINE_ROUTES, "/inline"));
        all.add(ringfort("ringfort-ring", "ring", ALL_ROUTES, ""));
        all.add(ringfort("ringfort-poll", "poll", ALL_ROUTES, ""));
        all.add(ringfort("ringfort-nio", "nio", ALL_ROUTES, ""));
        all.add(peer("netty-epoll", "NettyServer", List.of("epoll"), "netty-"));
        all.add(peer("netty-io_uring", "NettyServer", List.of("io_uring"), "netty-"));
        all.add(peer("vertx", "VertxServer", List.of(), "vertx-", "netty-"));
        all.add(peer("activej", "ActiveJServer", List.of(), "activej-"));
        all.add(peer("microhttp", "MicrohttpServer", List.of(), "microhttp-").without(Route.CHURN));
        all.add(peer("undertow", "UndertowServer", List.of(), "undertow-", "xnio-", "jboss-", "wildfly-", "smallrye-"));
        all.add(peer("helidon", "HelidonServer", List.of(), "helidon-"));
        all.add(peer("jetty", "JettyServer", List.of(), "jetty-"));
        all.add(peer("robaho", "JdkServer", List.of(), "httpserver-"));
        all.add(peer("jdk", "JdkServer", List.of()));
        return all;
    }

    /** Finds contenders by name; an empty list means all of them. */
    static List<Contender> parse(List<String> names) throws IOException {
        List<Contender> all = all();
        if (names.isEmpty()) {
            return all;
        }
        return names.stream()
                .map(name -> all.stream()
                        .filter(contender -> contender.name.equals(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no server " + name + "; there are "
                                + all.stream().map(Contender::name).collect(Collectors.joining(",")))))
                .toList();
    }

    private static Contender ringfort(String name, String engine, Set<Route> routes, String prefix) {
        return new Contender(name, List.of("./ringfort", "serve", "--engine", engine), routes, prefix);
    }

    /** Has no more jars on its class path than it needs: opening them is part of its start. */
    private static Contender peer(String name, String main, List<String> arguments, String... jars) throws IOException {
        List<String> wanted = new ArrayList<>(List.of(jars));
        wanted.addAll(List.of("jackson-", "slf4j-api", "slf4j-nop"));
        String classPath;
        try (Stream<Path> files = Files.list(PEERS.resolve("lib"))) {
            classPath = Stream.concat(
                            Stream.of(PEERS.resolve("classes")),
                            files.filter(file -> wanted.stream()
                                            .anyMatch(prefix -> file.getFileName()
                                                    .toString()
                                                    .startsWith(prefix)))
                                    .sorted())
                    .map(Path::toString)
                    .collect(Collectors.joining(":"));
        }
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(PEER_OPTIONS);
        command.addAll(JVM_OPTIONS);
        command.addAll(List.of("-cp", classPath, "ringfort.peers." + main));
        command.addAll(arguments);
        return new Contender(name, command, ALL_ROUTES, "");
    }

    /** The same without what it does not do: microhttp keeps connections open, whatever they ask. */
    private Contender without(Route route) {
        Set<Route> fewer = EnumSet.copyOf(routes);
        fewer.remove(route);
        return new Contender(name, command, fewer, prefix);
    }

    boolean isRingfort() {
        return command.getFirst().equals("./ringfort");
    }

    boolean isJvm() {
        return !name.equals("floor");
    }

    /** Where it has that route. */
    String path(Route route) {
        // The demo's plain greeting is at /inline itself.
        return !prefix.isEmpty() && route.path().equals(Route.PLAINTEXT.path()) ? prefix : prefix + route.path();
    }

    /** What is asked of a server. */
    enum Route {
        PLAINTEXT("/plaintext", "get"),
        JSON("/json", "get"),
        PARAM("/users/12345", "get"),
        ECHO("/echo", "echo"),
        BLOCKING("/blocking", "get"),
        PIPELINED("/plaintext", "pipelined"),
        CHURN("/plaintext", "churn");

        private final String path;
        private final String mode;

        Route(String path, String mode) {
            this.path = path;
            this.mode = mode;
        }

        String path() {
            return path;
        }

        /** What {@code bench/peers/load.lua} is told. */
        String mode() {
            return mode;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Route named(String label) {
            return Arrays.stream(values())
                    .filter(route -> route.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no route " + label));
        }
    }
}
