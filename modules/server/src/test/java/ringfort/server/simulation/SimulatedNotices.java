package ringfort.server.simulation;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import ringfort.budget.Phase;
import ringfort.server.metrics.Notices;

/** Hears what the server has to say instead of logging it: a defect that was not injected breaks the seed. */
final class SimulatedNotices extends Notices {
    private final Trial trial;
    private final TreeMap<Integer, Set<Phase>> expired = new TreeMap<>();
    private final HashMap<Integer, SimulatedSocket> sockets = new HashMap<>();
    private boolean tellsTaken;
    private int defects;

    SimulatedNotices(Trial trial) {
        this.trial = trial;
        close(); // nothing is put into its queue
    }

    /**
     * A deadline of this connection is not to be enforced while something that came in time is unread.
     *
     * @param tells whether the transport tells what the peer has taken
     */
    void watch(SimulatedSocket socket, boolean tells) {
        sockets.put(socket.number(), socket);
        tellsTaken = tells;
    }

    /** By the peer's own clock, on which the time passed in which the process was stopped. */
    private void isJust(Phase phase, SimulatedSocket socket, long lateNanos) {
        SimulatedClock clock = trial.clock();
        long due = clock.elapsedNanos() - clock.running().absentNanos() - lateNanos;
        boolean unread = phase == Phase.HEADER || phase == Phase.BODY || phase == Phase.IDLE;
        if (unread && socket.hasUnreadFrom(due)) {
            trial.fail(phase + " of connection " + socket.number() + " is enforced, and something had come in time");
        } else if (phase == Phase.WRITE && tellsTaken && socket.isTaken() && !clock.isJustBehindStall()) {
            trial.fail(phase + " of connection " + socket.number() + " is enforced, and it has taken everything");
        }
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
        SimulatedSocket socket = sockets.get(peer.getPort());
        if (socket != null && !socket.isShut() && !socket.isReset()) {
            isJust(phase, socket, lateNanos);
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
