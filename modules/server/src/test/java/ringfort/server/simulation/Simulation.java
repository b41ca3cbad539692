package ringfort.server.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import ringfort.api.ServerOptions;
import ringfort.server.exchange.ServerContext;
import ringfort.server.exchange.ThreadUse;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Ledger;
import ringfort.server.loop.LoopSight;

/**
 * One seed: a real worker with its connections, protocol, exchanges, handlers' threads and watchdog, on a simulated kernel, with
 * peers and handlers whose every step the seed decides.
 */
final class Simulation {
    private static final Duration WALL_CLOCK = Duration.ofSeconds(20);
    private static final long LATEST_NANOS = 800_000_000_000L;

    private final Trial trial;
    private final SimulatedNotices notices;
    private final SimulatedKernel kernel;
    private final SimulatedBuffers buffers;
    private final SimulatedHandlers handlers;
    private final SimulatedWorker worker;
    private final Invariants invariants;
    private final List<SimulatedPeer> peers = new ArrayList<>();
    private boolean allDeadlinesAreOn = true;

    /** @param otherThread a thread beside the worker's */
    Simulation(long seed, Break broken, boolean verbose, ExecutorService otherThread) {
        trial = new Trial(seed, broken, verbose);
        notices = new SimulatedNotices(trial);
        kernel = new SimulatedKernel(trial, otherThread);
        buffers = new SimulatedBuffers(trial);
        handlers = new SimulatedHandlers(trial, kernel, this::lookOfTheWatchdog);
        var context = new ServerContext(
                options(), handlers.application(), trial.clock().running(), notices, () -> ThreadUse.UNKNOWN);
        invariants = new Invariants(trial, handlers, allDeadlinesAreOn);
        int most = trial.isMild() ? 0 : trial.dice().pick(0, 0, 3);
        long limit = trial.isMild() ? 0 : trial.dice().pick(0, 0, 64, 128) * 1024L;
        if (limit > 0) {
            trial.sheds();
        }
        worker = new SimulatedWorker(
                trial,
                kernel,
                context,
                new Admission(most, 0, List.of(), new Ledger(limit)),
                buffers,
                this::betweenTurns,
                this::atEnd);
        populate();
    }

    private ServerOptions options() {
        Dice dice = trial.dice();
        ServerOptions.Builder builder = ServerOptions.defaults().toBuilder()
                .workers(1)
                .headerTimeout(Duration.ofSeconds(10))
                .bodyTimeout(Duration.ofSeconds(30))
                .bodyGrace(Duration.ofSeconds(5))
                .bodyMinRate(240)
                .handlerTimeout(Duration.ofSeconds(dice.pick(0, 3, 10)))
                .writeGrace(Duration.ofSeconds(5))
                .writeMinRate(240)
                .idleTimeout(Duration.ofSeconds(60))
                .lingerTimeout(Duration.ofSeconds(2))
                .drainGrace(Duration.ofSeconds(dice.pick(0, 1, 3)))
                .holdThreshold(Duration.ZERO)
                .maxHead(RequestPlan.MAX_HEAD)
                .maxRequestLine(RequestPlan.MAX_HEAD)
                .maxBody(RequestPlan.MAX_BODY)
                .maxQueuedWrite(dice.pick(64 * 1024, 1024 * 1024))
                .maxHandlers(trial.isMild() ? 0 : dice.pick(0, 0, 0, 1))
                .interruptOnReset(dice.oneIn(2))
                .logExpired(true);
        if (trial.breaks(Break.NO_HEADER_DEADLINE)) {
            return builder.headerTimeout(Duration.ZERO).build();
        }
        if (dice.oneIn(6)) {
            allDeadlinesAreOn = false;
            switch (dice.below(
                    trial.isMild() ? 4 : 5)) { // without a linger no unread content is promised to be drained
                case 0 -> builder.headerTimeout(Duration.ZERO);
                case 1 -> builder.bodyTimeout(Duration.ZERO).bodyGrace(Duration.ZERO);
                case 2 -> builder.writeGrace(Duration.ZERO);
                case 3 -> builder.idleTimeout(Duration.ZERO);
                default -> builder.lingerTimeout(Duration.ZERO);
            }
        }
        return builder.build();
    }

    private void populate() {
        Dice dice = trial.dice();
        boolean completes = dice.oneIn(2);
        var room = new SimulatedWire.Room(trial, kernel, buffers);
        int count = dice.between(1, 8);
        for (int i = 0; i < count; i++) {
            var peer = new SimulatedPeer(trial, kernel, handlers, i + 1, dice.oneIn(trial.isMild() ? 1 : 3));
            peers.add(peer);
            notices.watch(peer.socket(), room.tellsUnacknowledged);
            peer.begin(completes ? new CompletionWire(room, peer.socket()) : new ReadinessWire(room, peer.socket()));
        }
        long stop = !trial.isMild() && dice.oneIn(3) ? dice.millis(5_000) : LATEST_NANOS;
        kernel.after(stop, this::stop);
        if (dice.oneIn(2)) {
            kernel.after(stop + dice.millis(10_000), () -> kernel.elsewhere(handlers::releaseAll));
        }
    }

    private void stop() {
        trial.trace("stop");
        long deadline = trial.clock().running().nanos() + 5_000_000_000L;
        kernel.elsewhere(() -> worker.stop(deadline));
    }

    private void lookOfTheWatchdog() {
        LoopSight.look(worker.context(), worker);
    }

    private void betweenTurns() {
        trial.faults().at(-1);
        invariants.betweenTurns(worker);
    }

    private void atEnd() {
        trial.faults().stop();
        if (!trial.hasFailed()) {
            invariants.atEnd(worker, buffers, kernel);
        }
    }

    /** Runs the seed to its end; what is broken is in the trial. */
    Trial run() throws InterruptedException {
        worker.thread().setUncaughtExceptionHandler((_, e) -> {
            if (!(e instanceof SeedOver)) {
                trial.fail("the worker's thread ends", e);
            }
        });
        worker.start();
        if (!worker.thread().join(WALL_CLOCK)) {
            var stack = new IllegalStateException("the worker is here");
            stack.setStackTrace(worker.thread().getStackTrace());
            trial.fail("the seed does not end", stack);
            return trial;
        }
        if (trial.hasFailed()) {
            return trial;
        }
        handlers.releaseAll();
        awaitHandlers();
        if (!trial.hasFailed()) {
            peers.forEach(peer -> peer.checkAtEnd(notices));
            if (worker.counters().defects.get() != notices.defects()) {
                trial.fail("defects were counted that nobody was told of");
            }
        }
        return trial;
    }

    /** Handlers that outlive the worker go on in the common pool. */
    private void awaitHandlers() throws InterruptedException {
        long begin = System.nanoTime();
        while (handlers.plans().stream().anyMatch(RequestPlan::isRunning)) {
            if (System.nanoTime() - begin > WALL_CLOCK.toNanos()) {
                trial.fail("a handler never goes on: "
                        + handlers.plans().stream()
                                .filter(RequestPlan::isRunning)
                                .toList());
                return;
            }
            handlers.releaseAll();
            Thread.onSpinWait();
        }
        // What is left of a handler's thread behind the handler's code takes a moment.
        while (worker.context().handlers().running() != 0) {
            if (System.nanoTime() - begin > WALL_CLOCK.toNanos()) {
                trial.fail("all handlers have returned, and counted as running are "
                        + worker.context().handlers().running());
                return;
            }
            Thread.onSpinWait();
        }
    }
}
