package ringfort.server.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ringfort.server.exchange.Scheduler;

/**
 * The server under a simulated kernel, clock and peers: 2,000 seeds, each another story. A seed that fails prints itself, and
 * {@code bench/simulate --seed N} replays it alone. {@code docs/SIMULATION.md} says more.
 */
class SimulationTest {
    private static final int SEEDS = 2_000;

    @SuppressWarnings("NullAway.Init")
    private static ExecutorService otherThread;

    @BeforeAll
    static void begin() {
        assumeTrue(new Scheduler(true).name().equals("worker"), "handlers do not run on workers here");
        otherThread =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    }

    @AfterAll
    static void end() {
        if (otherThread != null) {
            otherThread.shutdown();
        }
    }

    private static Trial run(long seed, boolean verbose) throws InterruptedException {
        Trial trial = new Simulation(seed, Break.NONE, verbose, otherThread).run();
        if (trial.hasFailed()) {
            throw trial.account();
        }
        return trial;
    }

    /** By property {@code ringfort.simulation.}: {@code seed} one, {@code minutes} as many as fit, {@code first} from there. */
    @Test
    void everyInvariantHoldsForEverySeed() throws InterruptedException {
        long one = Long.getLong("ringfort.simulation.seed", 0);
        if (one != 0) {
            run(one, true);
            return;
        }
        long first = Long.getLong("ringfort.simulation.first", 1);
        long minutes = Long.getLong("ringfort.simulation.minutes", 0);
        long begin = System.nanoTime();
        long seed = first;
        long steps = 0;
        do {
            steps += run(seed, false).steps();
            seed++;
        } while (minutes > 0 ? System.nanoTime() - begin < minutes * 60_000_000_000L : seed < first + SEEDS);
        System.out.printf(
                "%d seeds from %d, %d turns, %.1f s%n", seed - first, first, steps, (System.nanoTime() - begin) / 1e9);
    }

    @Test
    void aSeedReplaysAlike() throws InterruptedException {
        for (int seed = 1; seed <= 50; seed++) {
            assertEquals(run(seed, false).hash(), run(seed, false).hash(), "seed " + seed);
        }
    }
}
