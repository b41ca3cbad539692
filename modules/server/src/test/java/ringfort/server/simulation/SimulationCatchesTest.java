package ringfort.server.simulation;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.server.exchange.Scheduler;

/** For each invariant, something that is broken on purpose: the simulation notices, and says which invariant it is. */
class SimulationCatchesTest {
    private static final int SEEDS = 300;

    private final ExecutorService otherThread =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());

    @BeforeEach
    void handlersRunOnWorkers() {
        assumeTrue(new Scheduler(true).name().equals("worker"), "handlers do not run on workers here");
    }

    @AfterEach
    void end() {
        otherThread.shutdown();
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void whatIsBroken(Break broken) throws InterruptedException {
        var said = new TreeSet<String>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            String failure =
                    new Simulation(seed, broken, false, otherThread).run().failure();
            if (failure != null) {
                if (failure.contains(broken.says())) {
                    return;
                }
                said.add(failure);
            }
        }
        fail(broken + " was not noticed as '" + broken.says() + "' in " + SEEDS + " seeds, but as " + said);
    }
}
