package ringfort.server.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.api.Placement;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.spi.Mount;

/** A route moves when its handler is seen to hold workers, and not when the machine does. */
class HeavyRoutesTest {
    private static final long THRESHOLD = 5_000_000;
    private static final long QUICK = 10_000;
    private static final long LONG = 12_000_000;

    private final List<String> told = new ArrayList<>();
    private ThreadUse used = new ThreadUse(0, 0); // by the only thread there is
    private final HeavyRoutes holds =
            new HeavyRoutes(THRESHOLD, () -> used, (mount, nanos) -> told.add(mount.pattern() + " " + nanos));

    private static Mount mount(String path) {
        return Server.http(0)
                .get("/carried", _ -> Response.ok())
                .get("/inline", _ -> Response.ok(), Route.inline())
                .get("/offloaded", _ -> Response.ok(), Route.offload())
                .application()
                .routes()
                .match("GET", path)
                .mount();
    }

    /** A run of so long by the clock, of which the kernel then says so much. */
    private void run(Mount mount, long nanos, long cpuNanos, int waits) {
        ThreadUse before = holds.before(mount);
        used = new ThreadUse(used.cpuNanos() + cpuNanos, used.waits() + waits);
        holds.after(mount, nanos, before);
    }

    private void computes(Mount mount) {
        run(mount, LONG, LONG, 0);
    }

    private void blocks(Mount mount) {
        run(mount, LONG, QUICK, 1);
    }

    private void isPreempted(Mount mount) {
        run(mount, LONG, QUICK, 0);
    }

    private void isQuick(Mount mount) {
        run(mount, QUICK, QUICK, 0);
    }

    @Test
    void aRouteMovesAtItsThirdHoldAndIsToldOnce() {
        for (String path : List.of("/carried", "/inline")) {
            Mount mount = mount(path);
            computes(mount);
            blocks(mount);
            assertEquals(mount(path).placement(), mount.placement());
            computes(mount);
            assertEquals(Placement.OFFLOADED, mount.placement());
            computes(mount);
            blocks(mount);
        }
        assertEquals(List.of("/carried " + LONG, "/inline " + LONG), told);
        assertEquals(2, holds.moved());
    }

    /** A thread that was kept from its processor looks the same by the clock, and a busy machine keeps many. */
    @Test
    void whereNothingIsToldOnlyAClearHoldIsAStrike() {
        Mount mount = mount("/carried");
        var clockOnly = new HeavyRoutes(THRESHOLD, () -> ThreadUse.UNKNOWN, (_, nanos) -> told.add("" + nanos));
        for (int i = 0; i < 10; i++) {
            clockOnly.after(mount, LONG, clockOnly.before(mount));
        }
        assertEquals(List.of(), told);
        clockOnly.after(mount, 4 * THRESHOLD, clockOnly.before(mount));
        clockOnly.after(mount, 4 * THRESHOLD, clockOnly.before(mount));
        assertEquals(List.of("" + 4 * THRESHOLD), told);
    }

    @Test
    void aRouteThatIsOffloadedAlreadyIsNotCounted() {
        Mount mount = mount("/offloaded");
        for (int i = 0; i < 10; i++) {
            blocks(mount);
        }
        assertEquals(0, holds.moved());
    }

    /** More runnable threads than processors: the worker is taken off its processor while a quick handler runs. */
    @Test
    void aRunThatWasPreemptedIsNoStrike() {
        Mount mount = mount("/carried");
        for (int i = 0; i < 50; i++) {
            isPreempted(mount);
        }
        assertEquals(Placement.CARRIED, mount.placement());
        assertEquals(0, holds.moved());
    }

    /** The processor of a virtual machine is taken away without a switch that its kernel could count. */
    @Test
    void aRunWhoseTimeWasStolenIsNoStrike() {
        Mount mount = mount("/carried");
        for (int i = 0; i < 50; i++) {
            run(mount, LONG, QUICK, 0);
        }
        assertEquals(Placement.CARRIED, mount.placement());
    }

    @Test
    void whoIsPreemptedAndHoldsItsWorkerAllTheSameMoves() {
        Mount mount = mount("/carried");
        isPreempted(mount);
        isPreempted(mount);
        run(mount, LONG, THRESHOLD + 1, 0);
        assertEquals(0, holds.moved());
        run(mount, LONG, QUICK, 2);
        assertEquals(Placement.OFFLOADED, mount.placement());
    }

    @Test
    void aBlockedRunWithinTheThresholdIsNoStrike() {
        Mount mount = mount("/carried");
        isPreempted(mount);
        for (int i = 0; i < 10; i++) {
            run(mount, THRESHOLD, QUICK, 1);
        }
        assertEquals(0, holds.moved());
    }

    @Test
    void theKernelIsAskedOnlyAboutSuspects() {
        Mount mount = mount("/carried");
        Mount other = mount("/inline");
        assertNull(holds.before(mount));
        isQuick(mount);
        assertNull(holds.before(mount));
        computes(mount);
        assertNotNull(holds.before(mount));
        assertNull(holds.before(other));
    }

    @Test
    void manyQuickRunsClearARoute() {
        Mount mount = mount("/carried");
        for (int round = 0; round < 10; round++) {
            for (int i = 1; i < HeavyRoutes.TIMES; i++) {
                computes(mount);
            }
            for (int i = 0; i < HeavyRoutes.QUICK_RUNS; i++) {
                assertNotNull(holds.before(mount));
                isQuick(mount);
            }
            assertNull(holds.before(mount), "forgotten");
        }
        assertEquals(0, holds.moved());
    }

    @Test
    void aStrikeBetweenQuickRunsKeepsTheSuspicion() {
        Mount mount = mount("/carried");
        computes(mount);
        for (int strike = 1; strike < HeavyRoutes.TIMES; strike++) {
            for (int i = 1; i < HeavyRoutes.QUICK_RUNS; i++) {
                isQuick(mount);
            }
            computes(mount);
        }
        assertEquals(Placement.OFFLOADED, mount.placement());
    }

    @Test
    void withoutAThresholdNobodyIsSuspected() {
        var off = new HeavyRoutes(Long.MAX_VALUE, () -> used, (_, _) -> told.add("moved"));
        Mount mount = mount("/carried");
        for (int i = 0; i < 10; i++) {
            off.after(mount, LONG, off.before(mount));
        }
        assertNull(off.before(mount));
        assertEquals(List.of(), told);
    }
}
