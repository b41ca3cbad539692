package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Metric;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.RunningEngine;

/** Hostile peers leave nothing behind in the memory of a server with a process of its own. */
@ParameterizedClass(name = "{0}")
@EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = ".*_WITH_TLS")
@Timeout(120)
class HostileMemoryTest {
    private static final long SEED = 7;
    private static final long MOST_HEAP_GROWTH = 4L << 20;
    private static final long MOST_RESIDENT_GROWTH = 32L << 20;

    /** Resident from the start, so that resident memory tells of what is not heap. */
    private static final List<String> HEAP = List.of("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC");

    @Parameter
    Variant variant = Variant.NIO;

    @Test
    void heapAndResidentMemoryAreWhatTheyWereBefore() throws Exception {
        variant.assumeUsable();
        try (ServerProcess server = ServerProcess.start(HostileMemoryTest.class, HEAP, variant.name())) {
            var hostile = new Hostile(server.port());
            attack(hostile); // what is compiled and loaded on first use is not what hostile peers leave behind
            try (Peer peer = Peer.connect(server.port())) {
                long heap = ServerProcess.ask(peer, "/heap");
                long resident = ServerProcess.ask(peer, "/resident");
                long longestNanos = 0;
                for (int round = 0; round < 3; round++) {
                    longestNanos = Math.max(longestNanos, attack(hostile));
                }
                long heapAfter = ServerProcess.ask(peer, "/heap");
                long residentAfter = ServerProcess.ask(peer, "/resident");
                System.out.printf(
                        "%-24s heap after collection %d -> %d KiB, resident %d -> %d KiB, longest wait %d ms%n",
                        variant,
                        heap >> 10,
                        heapAfter >> 10,
                        resident >> 10,
                        residentAfter >> 10,
                        TimeUnit.NANOSECONDS.toMillis(longestNanos));
                assertEquals(0, ServerProcess.ask(peer, "/defects"));
                Await.until(() -> ServerProcess.ask(peer, "/open") == 1, () -> "connections stay open");
                assertTrue(heapAfter - heap < MOST_HEAP_GROWTH, () -> "heap " + heap + " -> " + heapAfter);
                assertTrue(
                        residentAfter - resident < MOST_RESIDENT_GROWTH,
                        () -> "resident " + resident + " -> " + residentAfter);
            }
        }
    }

    private static long attack(Hostile hostile) throws Exception {
        hostile.noise(1000, SEED);
        hostile.pipelined(10_000);
        return HostileTest.atOnce(hostile);
    }

    /** The server's process. */
    public static void main(String... arguments) throws IOException {
        Variant variant = Variant.valueOf(arguments[0]);
        ServerOptions options = variant.options(ServerOptions.defaults().toBuilder())
                .port(0)
                .workers(1)
                .build();
        RunningEngine[] running = new RunningEngine[1];
        Server server = Server.of(options)
                .get("/heap", _ -> number(heapAfterCollection()))
                .get("/resident", _ -> number(residentBytes()))
                .get("/open", _ -> metric(running[0], "ringfort_connections_open"))
                .get("/defects", _ -> metric(running[0], "ringfort_defects_total"));
        RowServer.routes(server);
        running[0] = variant.engine().start(options, server.application());
        System.out.println(running[0].address().getPort());
        ServerProcess.untilInputEnds();
    }

    private static long heapAfterCollection() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** {@code VmRSS} of proc_pid_status(5), which is in KiB. */
    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IOException("no VmRSS in /proc/self/status");
    }

    private static Response number(long number) {
        return Response.text(Long.toString(number));
    }

    private static Response metric(RunningEngine engine, String name) {
        return number((long) engine.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .mapToDouble(Metric::value)
                .sum());
    }
}
