package ringfort.server.simulation;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.server.loop.Connection;
import ringfort.server.loop.LoopSight;
import ringfort.server.metrics.CloseReason;
import ringfort.server.metrics.Counters;
import ringfort.server.metrics.PhaseCounters;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.Protocols;

/** What must hold of a worker between any two of its turns, and when it has ended. */
final class Invariants {
    private static final int TURNS_OF_A_SEED = 200_000;
    private static final Phase[] PHASES = Phase.values();

    private final Trial trial;
    private final SimulatedHandlers handlers;
    private final boolean allDeadlinesAreOn;
    private final Map<Integer, Long> overdue = new HashMap<>(); // connections whose deadline had passed a turn ago

    /** @param allDeadlinesAreOn whether the options name a time for each phase but the handler's */
    Invariants(Trial trial, SimulatedHandlers handlers, boolean allDeadlinesAreOn) {
        this.trial = trial;
        this.handlers = handlers;
        this.allDeadlinesAreOn = allDeadlinesAreOn;
    }

    /** The worker has settled what was touched in its turn, and is about to look at the kernel. */
    void betweenTurns(SimulatedWorker worker) {
        if (trial.steps() > TURNS_OF_A_SEED) {
            trial.fail("the seed does not end");
        }
        if (Thread.currentThread().isInterrupted()) {
            trial.fail("the worker's thread was left interrupted");
        }
        List<Connection> open = worker.openConnections();
        countedOnce(worker.counters(), open);
        Set<Protocol> lent = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Connection connection : open) {
            Protocol protocol = connection.protocol();
            if (protocol != null && !lent.add(protocol)) {
                trial.fail("two connections have one object of protocol state");
            }
            if (!connection.isGone()) {
                hasDeadline(connection);
                isNotOverdue(connection, worker.lookNanos());
            }
        }
    }

    /** accepted − closed = open, and of each phase armed − cleared − expired = standing. */
    private void countedOnce(Counters counters, List<Connection> open) {
        long counted = counters.accepted.get();
        for (CloseReason reason : CloseReason.values()) {
            counted -= counters.closed(reason).get();
        }
        if (counted != open.size()) {
            trial.fail("accepted - closed = " + counted + ", and open are " + open.size());
        }
        for (Phase phase : PHASES) {
            PhaseCounters of = counters.phase(phase);
            long standing = of.armed.get() - of.cleared.get() - of.expired.get();
            long armed = open.stream()
                    .filter(connection -> LoopSight.settledPhase(connection) == phase)
                    .count();
            if (standing != armed) {
                trial.fail(phase + ": armed - cleared - expired = " + standing + ", and armed are " + armed);
            }
        }
    }

    /**
     * No open connection is without a deadline, unless its handler is all that is waited for: one that waits itself for what the
     * peer sends is none.
     */
    private void hasDeadline(Connection connection) {
        boolean atOnce = LoopSight.isTouched(connection)
                || (connection.wire() instanceof SimulatedWire wire && wire.waitsForRoom());
        if (LoopSight.phase(connection) == null && allDeadlinesAreOn && !atOnce) {
            int number = number(connection);
            RequestPlan running = handlers.running(number);
            if (running == null || (running.isReading() && !connection.isInputEnded())) {
                trial.fail("connection " + number + " is open and has no deadline: "
                        + socket(connection).reader() + (connection.hasOutput() ? ", has output" : "")
                        + (connection.wantsRead() ? ", reads" : "") + (connection.wantsFin() ? ", wants FIN" : "")
                        + (connection.isInputEnded() ? ", input ended" : "") + (connection.isOpen() ? "" : ", ends"));
            }
        }
    }

    /** A deadline that had passed when the kernel was looked at has been enforced, or was moved. */
    private void isNotOverdue(Connection connection, long lookedNanos) {
        int number = number(connection);
        Phase phase = LoopSight.phase(connection);
        long due = LoopSight.dueNanos(connection);
        boolean isLookedAt = LoopSight.isLookedAt(connection); // what came in time is read first
        if (phase == null || phase != LoopSight.settledPhase(connection) || due - lookedNanos > 0 || isLookedAt) {
            overdue.remove(number);
            return;
        }
        Long before = overdue.put(number, due);
        if (before != null && before == due) {
            trial.fail(phase + " of connection " + number + " has passed and is not enforced");
        }
    }

    private static SimulatedSocket socket(Connection connection) {
        return ((SimulatedWire) connection.wire()).socket();
    }

    private static int number(Connection connection) {
        return socket(connection).number();
    }

    /** The worker has closed its last connection. */
    void atEnd(SimulatedWorker worker, SimulatedBuffers buffers, SimulatedKernel kernel) {
        betweenTurns(worker);
        if (!worker.openConnections().isEmpty()) {
            trial.fail("the worker has ended with open connections");
        }
        for (Phase phase : PHASES) {
            PhaseCounters of = worker.counters().phase(phase);
            if (of.armed.get() != of.cleared.get() + of.expired.get()) {
                trial.fail(phase + ": a deadline was lost");
            }
        }
        if (!worker.timekeeperIsEmpty()) {
            trial.fail("the timekeeper has a deadline of a connection that is gone");
        }
        SimulatedWire busy = kernel.busy();
        if (busy != null) {
            trial.fail("an operation of connection " + busy.socket().number() + " outlives it");
        }
        stateIsPooledOnce(worker);
        buffers.checkThatAllAreBack();
    }

    private void stateIsPooledOnce(SimulatedWorker worker) {
        Protocols pool = worker.protocols();
        if (trial.breaks(Break.STATE_GIVEN_TWICE)) {
            Protocol twice = pool.take(new NobodysHost(), true, null, 0);
            pool.give(twice);
            pool.give(twice);
        }
        Set<Protocol> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 100; i++) {
            if (!seen.add(pool.take(new NobodysHost(), true, null, 0))) {
                trial.fail("an object of protocol state is in the pool twice");
                return;
            }
        }
    }

    /** Takes protocol state out of the pool, to see what is in there. */
    private static final class NobodysHost implements EmptyHost, DeadlineSlot {
        @Override
        public DeadlineSlot slot() {
            return this;
        }

        @Override
        public void arm(@Nullable Phase phase, long deadlineNanos) {}

        @Override
        public void clear() {}
    }
}
