package ringfort.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ringfort.ring.BufferRing;
import ringfort.ring.Ring;
import ringfort.ring.Sqe;
import ringfort.rules.twins.BlockingTwins;
import ringfort.rules.twins.HandlerTwins;
import ringfort.rules.twins.RingTwins;

final class WorkerRulesTest {
    private static final ArchRule RING = WorkerRules.ONLY_THE_WORKER_TOUCHES_THE_RING;
    private static final ArchRule BLOCKS = WorkerRules.NOTHING_ON_A_WORKER_BLOCKS;

    // Who touches the ring.

    @Test
    void acceptsMarkedCodeAndTasksThatAreHandedToIt() {
        Check.accepts(RING, RingTwins.Owner.class, RingTwins.Good.class, RingTwins.GoodHeir.class);
    }

    @Test
    void catchesWhoFillsAnEntryWithoutImportingTheRing() {
        Check.catches(
                RING,
                List.of(
                        "twins.RingTwins$Direct.nop reaches what is @OnWorker and is not @OnWorker itself:",
                        "RingTwins.Direct.nop(Sqe)",
                        "calls Sqe.nop(long)  (RingTwins.java:"),
                RingTwins.Direct.class);
        Check.catches(RING, List.of("calls BufferRing.release(int)"), RingTwins.Buffers.class);
    }

    @Test
    void showsTheWholeWayToTheRingAndTheCallers() {
        Check.catches(
                RING,
                List.of(
                        "RingTwins$ThroughCall.second reaches what is @OnWorker",
                        "RingTwins.ThroughCall.second()",
                        "calls RingTwins.Owner.submit()",
                        "calls Ring.sqe()",
                        "and so do its callers: RingTwins.ThroughCall.first()"),
                RingTwins.Owner.class,
                RingTwins.ThroughCall.class);
    }

    @Test
    void seesThroughLambdas() {
        Check.catches(
                RING,
                List.of(
                        "RingTwins$ThroughLambda.all reaches",
                        "calls lambda in RingTwins.ThroughLambda.all",
                        "calls RingTwins.Owner.submit()"),
                RingTwins.Owner.class,
                RingTwins.ThroughLambda.class);
    }

    @Test
    void seesThroughMethodReferences() {
        Check.catches(
                RING,
                List.of("RingTwins$ThroughReference.all reaches", "calls RingTwins.Owner.submit()"),
                RingTwins.Owner.class,
                RingTwins.ThroughReference.class);
    }

    @Test
    void seesThroughInheritance() {
        Check.catches(
                RING,
                List.of("RingTwins$ThroughInheritance.twice reaches", "calls RingTwins.Base.touch(Ring)"),
                RingTwins.Base.class,
                RingTwins.ThroughInheritance.class);
    }

    @Test
    void seesThroughOverriding() {
        Check.catches(
                RING,
                List.of(
                        "RingTwins$ThroughOverride.flush reaches",
                        "calls RingTwins.FlushingOwner.flush()",
                        "through RingTwins.Flushing.flush()"),
                RingTwins.Flushing.class,
                RingTwins.FlushingOwner.class,
                RingTwins.ThroughOverride.class);
    }

    @Test
    void seesThroughFunctionsMadeForAnInterfaceOfOnesOwn() {
        Check.catches(
                RING,
                List.of("RingTwins$ThroughFunction.flush reaches", "calls lambda in RingTwins.ThroughFunction.make"),
                RingTwins.Flushing.class,
                RingTwins.ThroughFunction.class);
    }

    @Test
    void catchesWhatAWorkerHandsToAnotherThread() {
        Check.catches(
                RING,
                List.of("reaches what is @OnWorker and is handed to another thread by", "HandedAway.later()"),
                RingTwins.Owner.class,
                RingTwins.HandedAway.class);
    }

    @Test
    void aTaskHandedOverDoesNotExcuseAnotherThatIsNot() {
        Check.catches(
                RING,
                List.of("RingTwins$OneOfTwo.both reaches", "calls lambda in RingTwins.OneOfTwo.both"),
                RingTwins.Owner.class,
                RingTwins.OneOfTwo.class);
    }

    @Test
    void anExemptionLetsPassAndIsReportedWhenItHasNoUse() {
        var exemption = new Exemption("*$ThroughCall.second", "a twin");
        Check.accepts(
                WorkerRules.onlyTheWorkerTouchesTheRing(exemption), RingTwins.Owner.class, RingTwins.ThroughCall.class);
        Check.catches(
                WorkerRules.onlyTheWorkerTouchesTheRing(exemption),
                List.of("the exemption of *$ThroughCall.second (a twin) matches no code any more: remove it"),
                RingTwins.Owner.class);
        assertThrows(IllegalArgumentException.class, () -> new Exemption("a.B.c", " "));
        for (String matching : List.of("a.B.c", "*", "a.*.c", "*.c", "a.*", "*B*", "a*B*c", "**a.B.c**")) {
            assertTrue(new Exemption(matching, "a twin").matches(new Code("a.B", "c", "()V")), matching);
        }
        for (String other : List.of("a.B", "B.c", "a.B.c.*", "a.B*B.c", "*d*", "a.*c.c", "")) {
            assertFalse(new Exemption(other, "a twin").matches(new Code("a.B", "c", "()V")), other);
        }
    }

    @Test
    void whatIsKnownOfTheRingByNameIsWhatItsMarksSay() {
        var graph = CallGraph.of(Project.of(new ClassFileImporter()
                .importClasses(Ring.class, Sqe.class, BufferRing.class).stream().toList()));
        for (Class<?> type : List.of(Ring.class, BufferRing.class)) {
            Set<String> marked = graph.methods().stream()
                    .filter(method -> method.code().owner().equals(type.getName()) && method.mark() == Mark.ON)
                    .map(method -> method.code().name())
                    .filter(name -> !name.equals("fetchOverflow")) // private
                    .collect(Collectors.toSet());
            assertEquals(RingTypes.OWNERS.get(type.getName()), marked);
        }
        ClassCode sqe = graph.classes().stream()
                .filter(type -> type.name().equals(RingTypes.SQE))
                .findFirst()
                .orElseThrow();
        assertEquals(Mark.ON, sqe.mark());
    }

    @Test
    void theTasksThatArePassedToPublishedModulesAreKnownByNameToo() {
        var graph = CallGraph.of(Project.of(new ClassFileImporter()
                .importPackages("ringfort.poller", "ringfort.ring", "ringfort.sys", "ringfort.timers").stream()
                        .toList()));
        Set<String> marked = new TreeSet<>();
        for (ClassCode.MethodCode method : graph.methods()) {
            for (int i = 0; i < method.parameterMarks().size(); i++) {
                if (method.parameterMarks().get(i) == Mark.ON) {
                    marked.add(method.code().qualifiedName() + " " + i);
                }
            }
        }
        Set<String> known = new TreeSet<>();
        RingTypes.TASKS.forEach((type, methods) -> methods.forEach(
                (method, places) -> places.forEach(place -> known.add(type + "." + method + " " + place))));
        assertEquals(marked, known);
    }

    // What waits.

    @Test
    void acceptsWhatDoesNotWaitAndWhatWaitsElsewhere() {
        Check.accepts(BLOCKS, BlockingTwins.Good.class, BlockingTwins.OffTheWorker.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    lock                 | calls ReentrantLock.lock() (lock)
                    synchronizedMethod   | is synchronized (lock)
                    synchronizedBlock    | enters a synchronized block (lock)
                    sleeping             | calls Thread.sleep(long) (waiting)
                    waiting              | calls Object.wait() (waiting)
                    future               | calls Future.get() (future)
                    queue                | calls ArrayBlockingQueue.put(Object) (queue)
                    stream               | calls InputStream.read() (stream)
                    socket               | calls Socket.getInputStream() (socket)
                    file                 | calls Files.readString(Path) (file)
                    log                  | calls System.Logger.log(System$Logger$Level,String) (log)
                    console              | uses System.out (console)
                    dns                  | calls new InetSocketAddress(String,int) (DNS)
                    farAway              | calls CountDownLatch.await() (waiting)
                    """)
    void catchesEachWayToWait(String method, String message) {
        List<String> violations =
                Check.violations(BLOCKS, BlockingTwins.Broken.class, BlockingTwins.OffTheWorker.class);
        String start = BlockingTwins.Broken.class.getName() + "." + method + " is @OnWorker and blocks:";
        assertTrue(
                violations.stream().anyMatch(text -> text.startsWith(start) && text.contains(message + "  (Blocking")),
                () -> String.join("\n", violations));
    }

    // Handlers and the ring.

    @Test
    void handlersAreKeptFromTheRing() {
        Check.accepts(WorkerRules.HANDLERS_STAY_OFF_THE_WORKER, HandlerTwins.Good.class);
        Check.catches(
                WorkerRules.HANDLERS_STAY_OFF_THE_WORKER,
                List.of(
                        "is a handler and reaches what is @OnWorker:",
                        "lambda in HandlerTwins.OnTheRing.filter",
                        "calls HandlerTwins.OnTheRing.flush(Ring)",
                        "calls Ring.submit()"),
                HandlerTwins.OnTheRing.class);
    }
}
