package ringfort.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Ringfort keeps its own rules. What is exempt is named here, with the reason, and nowhere else. */
final class ProjectTest {
    /** Rooms that are built before this test runs, because it depends on them: none may be missing. */
    private static final List<String> SERVER_ROOMS = List.of(
            "api",
            "timers",
            "budget",
            "message",
            "h1",
            "h2",
            "tls",
            "sys",
            "ring",
            "poller",
            "json",
            "server",
            "websocket",
            "app");

    /** Rooms beside the server: filters, clients, measurements and harnesses, which keep to the arrows but have clocks of their own. */
    private static final List<String> OTHER_ROOMS = List.of("filters", "rules", "bench", "fuzz");

    private static final LayerRules SERVER_LAYERS = LayerRules.of("ringfort")
            .layer("api")
            .layer("timers")
            .layer("budget")
            .layer("message")
            .layer("h1", "budget", "message")
            .layer("h2", "budget", "message")
            .layer("tls")
            .layer("sys")
            .layer("ring", "sys")
            .layer("poller", "sys", "timers")
            .layer("json", "api")
            .layer("websocket", "api", "timers")
            .layer("server", "api", "timers", "budget", "message", "h1", "h2", "tls", "sys", "ring", "poller")
            .layer("filters", "api", "timers")
            .layer("app", "api", "server", "json", "filters", "websocket")
            .layer("rules");

    /** The arrows of rooms that may not be built when this test runs: what is not built is not declared. */
    private static final Map<String, List<String>> OTHER_ARROWS = Map.of(
            "bench", List.of("api", "timers", "budget", "message", "h1", "sys", "ring"),
            "fuzz", List.of("api", "budget", "message", "h1", "h2", "tls", "websocket"));

    /** Inside the server: what each package may know. The engines stand on top, in the root package. */
    private static final LayerRules INSIDE_THE_SERVER = LayerRules.of("ringfort.server")
            .layer("metrics")
            .layer("wire")
            .layer("exchange", "metrics")
            .layer("protocol", "metrics", "wire", "exchange")
            .layer("tls", "metrics", "wire", "exchange", "protocol")
            .layer("proxy", "metrics", "wire", "exchange", "protocol")
            .layer("http2", "metrics", "wire", "exchange", "protocol")
            .layer("loop", "metrics", "wire", "exchange", "protocol", "http2")
            .layer("linux", "metrics", "wire", "exchange", "loop")
            .layer("ring", "metrics", "wire", "exchange", "loop", "linux")
            .layer("poll", "metrics", "wire", "exchange", "loop", "linux")
            .layer("nio", "metrics", "wire", "exchange", "loop")
            .layer("", "metrics", "exchange", "protocol", "tls", "proxy", "loop", "linux", "ring", "poll", "nio");

    /** Only ever reached when the worker itself has ended: whoever comes then takes what is left, under a lock. */
    private static final Exemption AFTER_THE_WORKER =
            new Exemption("ringfort.server.loop.Runnables.takeOver", "runs only when the worker's thread has stopped");

    private static final Exemption DEADLINE_SLOTS = new Exemption(
            "ringfort.budget.DeadlineSlot.*",
            "a protocol's state knows no threads: it calls its slot on the thread that calls it");

    private static final Exemption TLS_OUTPUTS = new Exemption(
            "ringfort.tls.TlsOutput.*",
            "the state of a connection knows no threads: it gives records to its output on the thread that calls it");

    private static final ArchRule ONLY_THE_WORKER_TOUCHES_THE_RING = WorkerRules.onlyTheWorkerTouchesTheRing(
            AFTER_THE_WORKER,
            DEADLINE_SLOTS,
            TLS_OUTPUTS,
            new Exemption(
                    "ringfort.server.exchange.HandlerThread.carryInline",
                    "runs inline handlers for their own worker alone; they are never queued"),
            new Exemption(
                    "ringfort.server.exchange.HandlerThread.carry",
                    "runs inline handlers for their own worker alone; a continuation may be carried by any"),
            new Exemption(
                    "ringfort.server.loop.Runnables.elsewhere",
                    "carries continuations of a worker that has ended; inline handlers are never queued"),
            new Exemption("ringfort.server.loop.Worker.runnable", "touches the queue on the worker's own thread alone"),
            new Exemption("ringfort.server.RingEngine.probe", "opens, owns and closes a ring of its own"),
            new Exemption("ringfort.server.RingEngine.tryOut", "opens, owns and closes rings of its own"),
            new Exemption(
                    "ringfort.server.RingEngine.tryOutElsewhere", "starts the thread that opens, owns and closes them"),
            new Exemption(
                    "ringfort.server.loop.WorkerEngine.undo", "releases workers whose threads were never started"),
            new Exemption("ringfort.server.loop.Worker.<init>", "makes what the worker asks itself before it sleeps"),
            new Exemption(
                    "ringfort.server.loop.Worker.putBack",
                    "the watchdog's: HandlerGuard keeps the worker out of its state meanwhile"),
            new Exemption(
                    "ringfort.server.loop.Worker.enforceFromOutside",
                    "the watchdog's: HandlerGuard keeps the worker out of its state meanwhile"),
            new Exemption(
                    "ringfort.server.loop.Worker.takeRunnable",
                    "the watchdog's: HandlerGuard keeps the worker out of its state meanwhile"));

    private static final ArchRule NOTHING_ON_A_WORKER_BLOCKS = WorkerRules.nothingOnAWorkerBlocks(
            AFTER_THE_WORKER,
            new Exemption("ringfort.ring.Ring.registerDescriptor", "once, before the first turn; nobody contends"),
            new Exemption("ringfort.ring.Ring.close", "once, after the last turn; nobody contends"),
            new Exemption(
                    "ringfort.timers.RunningTicker.afterAbsence",
                    "behind a stop of the process only; holds its lock for a sum"),
            new Exemption("ringfort.server.loop.WorkerLife.pause", "the kernel refuses to serve this worker"),
            new Exemption("ringfort.ring.Diagnosis.ofThisProcess", "words for the exception when opening has failed"),
            new Exemption(
                    "ringfort.api.AccessLog.refused",
                    "puts a task into the bounded queue of the log, whose own thread writes the line"),
            new Exemption(
                    "ringfort.server.exchange.Exchange.finish",
                    "an inline handler's streamed content, or tunnel, gets a thread of its own before this is called"),
            new Exemption(
                    "ringfort.server.loop.HandlerGuard.end",
                    "spins while the watchdog looks, which enforces deadlines meanwhile"),
            new Exemption("ringfort.server.nio.NioWire.*", "its channel does not block"),
            new Exemption("ringfort.server.nio.NioAccept.*", "its channels do not block"),
            new Exemption(
                    "ringfort.server.nio.NioWorker.*",
                    "its channels do not block, and the selector is where the worker sleeps"));

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
                        new NamedRule(
                                "handlers stay off the worker",
                                WorkerRules.handlersStayOffTheWorker(AFTER_THE_WORKER, DEADLINE_SLOTS)),
                        new NamedRule("handlers share nothing mutable", HandlerRules.HANDLERS_SHARE_NO_MUTABLE_STATE),
                        new NamedRule("inline handlers do not block", HandlerRules.INLINE_HANDLERS_DO_NOT_BLOCK),
                        new NamedRule(
                                "handlers do not stop their server", HandlerRules.HANDLERS_DO_NOT_STOP_THEIR_SERVER),
                        new NamedRule("no responses by hand", HandlerRules.RESPONSES_ARE_NOT_BUILT_BY_HAND),
                        new NamedRule(
                                "no reflection",
                                CodeRules.noReflection(
                                        "ringfort.server.exchange.Scheduler", // gives virtual threads their scheduler
                                        "ringfort.server.loop.FirstUse")), // loads what a full heap would not let in
                        new NamedRule("native code stays in its rooms", CodeRules.NATIVE_CODE_STAYS_IN_ITS_ROOMS),
                        new NamedRule("time comes from a ticker", TimeRules.TIME_COMES_FROM_A_TICKER),
                        // ServerContext has the wall clock for the Date field of responses, beside the ticker.
                        new NamedRule(
                                "no wall clock in deadline code",
                                TimeRules.noWallClockInDeadlineCode("ringfort.server.exchange.ServerContext")),
                        new NamedRule("deadlines are absolute", TimeRules.DEADLINES_ARE_ABSOLUTE),
                        new NamedRule("arenas have an owner", MemoryRules.ARENAS_HAVE_AN_OWNER),
                        new NamedRule("no auto arena on hot paths", MemoryRules.NO_AUTO_ARENA_ON_HOT_PATHS)));
    }

    @TestFactory
    Stream<DynamicTest> allRooms() {
        LayerRules rooms = SERVER_LAYERS;
        for (Map.Entry<String, List<String>> arrow : OTHER_ARROWS.entrySet()) {
            if (Files.isDirectory(classesOf(arrow.getKey()))) {
                rooms = rooms.layer(arrow.getKey(), arrow.getValue().toArray(String[]::new));
            }
        }
        List<NamedRule> rules = new ArrayList<>(rooms.rules());
        rules.add(new NamedRule("internal packages", LayerRules.INTERNAL_PACKAGES_ARE_LEFT_ALONE));
        rules.add(new NamedRule("no Unsafe", CodeRules.NO_UNSAFE));
        return ArchTests.in(everything, rules);
    }

    /**
     * The first use of a VarHandle takes memory at each place in the code, and the server goes on where none is left. Fences are
     * plain calls.
     */
    @Test
    void theServerHasNoVarHandles() {
        JavaClasses room = new ClassFileImporter().importPaths(classesOf("server"));
        ArchRuleDefinition.noClasses()
                .should()
                .callMethodWhere(JavaCall.Predicates.target(
                                HasOwner.Predicates.With.owner(HasName.Predicates.name("java.lang.invoke.VarHandle")))
                        .and(JavaCall.Predicates.target(
                                DescribedPredicate.not(HasName.Predicates.nameEndingWith("Fence")))))
                .check(room);
    }

    /** The server is one module of several packages, and neither they nor their types depend on each other in a circle. */
    @TestFactory
    Stream<DynamicTest> insideTheServer() {
        JavaClasses room = new ClassFileImporter().importPaths(classesOf("server"));
        List<NamedRule> rules = new ArrayList<>(INSIDE_THE_SERVER.rules());
        rules.add(new NamedRule("no circle of types", LayerRules.noCircleOfTypesLargerThan(1, "ringfort.server..")));
        return ArchTests.in(room, rules);
    }

    /** Rules that see nothing accept everything: what the colouring must find is known. */
    @TestFactory
    Stream<DynamicTest> theColouringSeesTheProject() {
        var graph = CallGraph.of(Project.of(server.stream().toList()));
        Paths onWorker = WorkerRules.fromWorkerCode(graph, List.of());
        return Stream.of(
                        "ringfort.ring.Sqe.recvMultishot",
                        "ringfort.ring.Ring.sqe",
                        "ringfort.ring.BufferRing.release",
                        "ringfort.server.ring.RingWorker.await",
                        "ringfort.server.ring.RingWire.settle",
                        "ringfort.server.poll.PollWire.settle",
                        "ringfort.server.loop.Connection.received",
                        "ringfort.server.wire.Outbox.append")
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
        var graph = CallGraph.of(Project.of(server.stream().toList()));
        Set<Code> reached =
                Set.copyOf(WorkerRules.fromWorkerCode(graph, List.of()).reached());
        for (String type :
                List.of("ringfort.h1.H1State", "ringfort.server.exchange.Exchange", "ringfort.timers.DeadlineWheel")) {
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
        for (String code : List.of(
                "RingEngine.tryOut", "loop.Watchdog.handOver", "loop.Runnables.takeOver", "loop.WorkerEngine.undo")) {
            assertTrue(ring.contains("ringfort.server." + code + " reaches what is @OnWorker"), ring);
        }
        String blocks = String.join("\n", new NamedRule("", WorkerRules.NOTHING_ON_A_WORKER_BLOCKS).violations(server));
        for (String what : List.of("Runnables.takeOver", "Thread.onSpinWait()", "LockSupport.park(Object)")) {
            assertTrue(blocks.contains("calls " + what), blocks);
        }
    }
}
