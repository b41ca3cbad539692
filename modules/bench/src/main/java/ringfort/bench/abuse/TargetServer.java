package ringfort.bench.abuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A server that the rig can start with the routes of {@link AbuseTarget}: Ringfort's engines, then others. */
enum TargetServer {
    RING("ring"),
    POLL("poll"),
    NIO("nio"),
    NETTY("NettyServer", "epoll", "netty-"),
    VERTX("VertxServer", "", "vertx- netty-"),
    HELIDON("HelidonServer", "", "helidon-"),
    JETTY("JettyServer", "", "jetty- slf4j-api slf4j-jdk14"),
    UNDERTOW("UndertowServer", "", "undertow- xnio- jboss- wildfly- smallrye-"),
    TOMCAT("TomcatServer", "", "tomcat-");

    private static final Path PEERS = Path.of("bench/peers/target");

    /** The launcher's own. */
    private static final List<String> RINGFORT_HEAP =
            List.of("-XX:+UseSerialGC", "-Xmn24m", "-Xmx" + AttackedServer.HEAP_MEBIBYTES + "m");

    private static final List<String> PEER_OPTIONS = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dringfort.peers.loops=0",
            "-Dringfort.peers.end-with-input=true",
            "-Xmx" + AttackedServer.HEAP_MEBIBYTES + "m");

    private final String main;
    private final String argument;
    private final String jars;

    TargetServer(String main, String argument, String jars) {
        this.main = main;
        this.argument = argument;
        this.jars = jars;
    }

    TargetServer(String engine) {
        this("", engine, "");
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isRingfort() {
        return main.isEmpty();
    }

    static TargetServer named(String label) {
        return Arrays.stream(values())
                .filter(server -> server.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no server " + label + "; there are "
                        + Arrays.stream(values()).map(TargetServer::label).collect(Collectors.joining(","))));
    }

    /** How it is started, without its port. */
    List<String> command() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (isRingfort()) {
            command.addAll(RINGFORT_HEAP);
            command.addAll(List.of(
                    "@dist/ringfort.args",
                    "-cp",
                    "modules/bench/target/classes",
                    AbuseTarget.class.getName(),
                    "--engine",
                    argument));
        } else {
            command.addAll(PEER_OPTIONS);
            command.addAll(List.of("-cp", classPath(), "ringfort.peers." + main));
            if (!argument.isEmpty()) {
                command.add(argument);
            }
        }
        return command;
    }

    private String classPath() throws IOException {
        List<String> wanted = new ArrayList<>(List.of(jars.split(" ", -1)));
        wanted.add("jackson-");
        try (Stream<Path> files = Files.list(PEERS.resolve("lib"))) {
            return Stream.concat(
                            Stream.of(PEERS.resolve("classes")),
                            files.filter(file -> wanted.stream()
                                            .anyMatch(prefix -> file.getFileName()
                                                    .toString()
                                                    .startsWith(prefix)))
                                    .sorted())
                    .map(Path::toString)
                    .collect(Collectors.joining(":"));
        }
    }
}
