package ringfort.server.simulation;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import ringfort.budget.Phase;
import ringfort.server.metrics.Notices;

/** Hears what the server has to say instead of logging it: a defect that was not injected breaks the seed. */
final class SimulatedNotices extends Notices {
    private final Trial trial;
    private final TreeMap<Integer, Set<Phase>> expired = new TreeMap<>();
    private int defects;

    SimulatedNotices(Trial trial) {
        this.trial = trial;
        close(); // nothing is put into its queue
    }

    @Override
    public void defect(String what, Throwable cause) {
        if (cause instanceof SeedOver) {
            return;
        }
        defects++;
        trial.trace("defect: " + what + ": " + cause);
        if (!InjectedError.isBehind(cause)) {
            trial.fail("a defect that was not injected: " + what, cause);
        } else if (what.contains("turn")) {
            trial.fail("an error inside the step of one connection ended the turn of all", cause);
        }
        defects++; // where this throws, it is counted as another
        trial.faults().mayFail("the logger");
        defects--;
    }

    @Override
    public void expired(
            Phase phase, InetSocketAddress peer, long ageNanos, long lateNanos, long receivedBytes, boolean log) {
        trial.trace("expired " + phase + " of " + peer.getPort() + " late by " + lateNanos / 1_000_000 + " ms");
        if (lateNanos < 0) {
            trial.fail("a deadline was enforced " + -lateNanos + " ns before its time");
        }
        expired.computeIfAbsent(peer.getPort(), _ -> new HashSet<>()).add(phase);
    }

    @Override
    public void stuck(String what) {
        trial.trace("a handler holds the worker");
    }

    /** What expired of the connection with this number. */
    Set<Phase> expired(int connection) {
        return expired.getOrDefault(connection, Set.of());
    }

    int defects() {
        return defects;
    }
}
