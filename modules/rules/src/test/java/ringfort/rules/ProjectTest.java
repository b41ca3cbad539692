package ringfort.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Ringfort keeps its own rules. What is exempt is named here, with the reason, and nowhere else. */
final class ProjectTest {
    /** Rooms that are built before this test runs, because it depends on them: none may be missing. */
    private static final List<String> SERVER_ROOMS =
            List.of("api", "timers", "h1", "tls", "sys", "ring", "poller", "json", "server", "app");

    /** Rooms beside the server: clients, measurements and harnesses, which keep to the arrows but have clocks of their own. */
    private static final List<String> OTHER_ROOMS = List.of("rules", "gauntlet", "bench", "fuzz");

    private static final LayerRules ROOMS = LayerRules.of("ringfort")
            .layer("api")
            .layer("timers")
            .layer("h1")
            .layer("tls")
            .layer("sys")
            .layer("ring", "sys")
            .layer("poller", "sys", "timers")
            .layer("json", "api")
            .layer("server", "api", "timers", "h1", "sys", "ring", "poller")
            .layer("app", "api", "server", "json")
            .layer("rules")
            .layer("gauntlet")
            .layer("bench", "timers", "h1", "sys", "ring")
            .layer("fuzz", "api", "h1");

    /** Only ever reached when the worker itself has ended: whoever comes then takes what is left, under a lock. */
    private static final Exemption AFTER_THE_WORKER =
            new Exemption("ringfort.server.Worker.takeOver", "runs only when the worker's thread has stopped");

    private static final ArchRule ONLY_THE_WORKER_TOUCHES_THE_RING = WorkerRules.onlyTheWorkerTouchesTheRing(
            AFTER_THE_WORKER,
            new Exemption(
                    "ringfort.h1.DeadlineSlot.*",
                    "H1State knows no threads: it calls its slot on the thread of whoever calls it"),
            new Exemption("ringfort.server.RingEngine.probe", "opens, owns and closes a ring of its own"),
            new Exemption("ringfort.server.WorkerEngine.end", "releases workers whose threads were never started"),
            new Exemption(
                    "ringfort.server.Worker.enforceFromOutside",
                    "the watchdog's: Hold keeps the worker out of its state meanwhile"),
            new Exemption(
                    "ringfort.server.Worker.takeRunnable",
                    "the watchdog's: Hold keeps the worker out of its state meanwhile"));

    private static final ArchRule NOTHING_ON_A_WORKER_BLOCKS = WorkerRules.nothingOnAWorkerBlocks(
            AFTER_THE_WORKER,
            new Exemption("ringfort.ring.Ring.registerDescriptor", "once, before the first turn; nobody contends"),
            new Exemption("ringfort.ring.Ring.close", "once, after the last turn; nobody contends"),
            new Exemption("ringfort.ring.Diagnosis.ofThisProcess", "words for the exception when opening has failed"),
            new Exemption(
                    "ringfort.server.Exchange.write",
                    "an inline handler's streamed content, or tunnel, gets a thread of its own before this is called"),
            new Exemption(
                    "ringfort.server.Hold.end", "spins while the watchdog looks, which enforces deadlines meanwhile"));

    private static JavaClasses server = new ClassFileImporter().importPaths(List.of());
    private static JavaClasses everything = server;

    @BeforeAll
    static void importRooms() throws IOException {
        List<Path> rooms = new ArrayList<>();
        for (String room : SERVER_ROOMS) {
            rooms.add(classesOf(room));
        }
        server = new ClassFileImporter().importPaths(rooms);
        assertEquals(classFiles(rooms), server.size(), "classes imported");
        for (String room : OTHER_ROOMS) {
            if (Files.isDirectory(classesOf(room))) {
                rooms.add(classesOf(room));
            }
        }
        everything = new ClassFileImporter().importPaths(rooms);
        assertEquals(classFiles(rooms), everything.size(), "classes imported");
    }

    private static Path classesOf(String room) {
        return Path.of(System.getProperty("ringfort.root"), "modules", room, "target", "classes");
    }

    /** Counts class files, and insists that each room has some. */
    private static int classFiles(List<Path> rooms) throws IOException {
        int count = 0;
        for (Path room : rooms) {
            try (Stream<Path> files = Files.walk(room)) {
                long inRoom = files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".class") && !name.equals("module-info.class"))
                        .count();
                assertTrue(inRoom > 1, () -> "no classes in " + room);
                count += Math.toIntExact(inRoom);
            }
        }
        return count;
    }

    @TestFactory
    Stream<DynamicTest> theServer() {
        return ArchTests.in(
                server,
                List.of(
                        new NamedRule("only the worker touches the ring", ONLY_THE_WORKER_TOUCHES_THE_RING),
                        new NamedRule("nothing on a worker blocks", NOTHING_ON_A_WORKER_BLOCKS),
                        new NamedRule("handlers stay off the worker", WorkerRules.HANDLERS_STAY_OFF_THE_WORKER),
                        new NamedRule("handlers share nothing mutable", HandlerRules.HANDLERS_SHARE_NO_MUTABLE_STATE),
                        new NamedRule("inline handlers do not block", HandlerRules.INLINE_HANDLERS_DO_NOT_BLOCK),
                        new NamedRule("no responses by hand", HandlerRules.RESPONSES_ARE_NOT_BUILT_BY_HAND),
                        new NamedRule("no reflection", CodeRules.NO_REFLECTION),
                        new NamedRule("native code stays in its rooms", CodeRules.NATIVE_CODE_STAYS_IN_ITS_ROOMS),
                        new NamedRule("time comes from a ticker", TimeRules.TIME_COMES_FROM_A_TICKER),
                        // ServerContext has the wall clock for the Date field of responses, beside the ticker.
                        new NamedRule(
                                "no wall clock in deadline code",
                                TimeRules.noWallClockInDeadlineCode("ringfort.server.ServerContext")),
                        // These give each read of a socket what is left until its absolute deadline.
                        new NamedRule(
                                "deadlines are absolute",
                                TimeRules.deadlinesAreAbsolute(
                                        "ringfort.server.ThreadsConnection", "ringfort.server.LateAnswer")),
                        new NamedRule("arenas have an owner", MemoryRules.ARENAS_HAVE_AN_OWNER),
                        new NamedRule("no auto arena on hot paths", MemoryRules.NO_AUTO_ARENA_ON_HOT_PATHS)));
    }

    @TestFactory
    Stream<DynamicTest> allRooms() {
        List<NamedRule> rules = new ArrayList<>(ROOMS.rules());
        rules.add(new NamedRule("internal packages", LayerRules.INTERNAL_PACKAGES_ARE_LEFT_ALONE));
        rules.add(new NamedRule("no Unsafe", CodeRules.NO_UNSAFE));
        return ArchTests.in(everything, rules);
    }

    /** Rules that see nothing accept everything: what the colouring must find is known. */
    @TestFactory
    Stream<DynamicTest> theColouringSeesTheProject() {
        var graph = new CallGraph(server.stream().toList());
        Paths onWorker = WorkerRules.fromWorkerCode(graph, List.of());
        return Stream.of(
                        "ringfort.ring.Sqe.recvMultishot",
                        "ringfort.ring.Ring.sqe",
                        "ringfort.ring.BufferRing.release",
                        "ringfort.server.RingWorker.await",
                        "ringfort.server.RingConnection.settle",
                        "ringfort.server.PollConnection.settle",
                        "ringfort.server.Connection.received",
                        "ringfort.server.Outbox.append")
                .map(name -> dynamicTest(name, () -> {
                    Code code = onWorker.reached().stream()
                            .filter(reached -> reached.qualifiedName().equals(name))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("nothing on a worker reaches " + name));
                    assertEquals(Mark.ON, graph.mark(code));
                }));
    }

    @Test
    void theColouringReachesTheProtocolAndTheHandlersSide() {
        var graph = new CallGraph(server.stream().toList());
        Set<Code> reached =
                Set.copyOf(WorkerRules.fromWorkerCode(graph, List.of()).reached());
        for (String type :
                List.of("ringfort.h1.H1State", "ringfort.server.Exchange", "ringfort.timers.DeadlineWheel")) {
            assertTrue(reached.stream().anyMatch(code -> code.owner().equals(type)), type);
        }
        assertTrue(Handlers.all(graph).size() >= 5, "handlers found");
        assertTrue(graph.handed().stream().anyMatch(handed -> handed.mark() == Mark.ON), "tasks handed to a worker");
    }

    /** Without their exemptions the rules are broken, so they do look there. */
    @Test
    void whatIsExemptWouldBeCaught() {
        String ring =
                String.join("\n", new NamedRule("", WorkerRules.ONLY_THE_WORKER_TOUCHES_THE_RING).violations(server));
        for (String code : List.of("RingEngine.probe", "Watchdog.handOver", "Worker.takeOver", "WorkerEngine.end")) {
            assertTrue(ring.contains("ringfort.server." + code + " reaches what is @OnWorker"), ring);
        }
        String blocks = String.join("\n", new NamedRule("", WorkerRules.NOTHING_ON_A_WORKER_BLOCKS).violations(server));
        for (String what : List.of("Worker.takeOver", "Thread.onSpinWait()", "LockSupport.park(Object)")) {
            assertTrue(blocks.contains("calls " + what), blocks);
        }
    }
}
