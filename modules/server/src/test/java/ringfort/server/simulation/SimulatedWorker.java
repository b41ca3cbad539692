package ringfort.server.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import ringfort.budget.Phase;
import ringfort.server.exchange.ServerContext;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Connection;
import ringfort.server.loop.Timed;
import ringfort.server.loop.Timekeeper;
import ringfort.server.loop.Worker;
import ringfort.sys.PeerAddress;
import ringfort.timers.DeadlineWheel;

/** A worker like those of the engines, but that its kernel is simulated. */
final class SimulatedWorker extends Worker {
    private final Trial trial;
    private final SimulatedKernel kernel;
    private final Admission admission;
    private final Timekeeper timekeeper;
    private final DeadlineWheel<Timed> deadlines;
    private final Runnable eachTurn;
    private final Runnable atEnd;

    /**
     * @param eachTurn what is to be done when a turn has been settled
     * @param atEnd what is to be done when the last connection is gone
     */
    SimulatedWorker(
            Trial trial,
            SimulatedKernel kernel,
            ServerContext context,
            Admission admission,
            SimulatedBuffers buffers,
            Runnable eachTurn,
            Runnable atEnd) {
        super(context, admission, buffers, "simulated worker");
        this.trial = trial;
        this.kernel = kernel;
        this.admission = admission;
        this.eachTurn = eachTurn;
        this.atEnd = atEnd;
        deadlines = new DeadlineWheel<>(context.ticker().nanos());
        Timekeeper wheel = new Timekeeper.Wheel(deadlines, Timed::passed);
        timekeeper = trial.breaks(Break.DEADLINE_NOT_ARMED) ? new Forgetful(wheel, trial.dice()) : wheel;
        localAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    }

    /** Does not arm every deadline. */
    private record Forgetful(Timekeeper wheel, Dice dice) implements Timekeeper {
        @Override
        public void arm(Timed timed, long deadlineNanos) {
            if (!dice.oneIn(4)) {
                wheel.arm(timed, deadlineNanos);
            }
        }

        @Override
        public void disarm(Timed timed) {
            wheel.disarm(timed);
        }

        @Override
        public void clear(Timed timed) {
            wheel.clear(timed);
        }

        @Override
        public void expire(long nowNanos) {
            wheel.expire(nowNanos);
        }

        @Override
        public long nextNanos(long whenNone) {
            return wheel.nextNanos(whenNone);
        }
    }

    @Override
    protected void open() {}

    @Override
    public Timekeeper timekeeper() {
        return timekeeper;
    }

    @Override
    protected void wake() {
        kernel.wake();
    }

    @Override
    protected void await(boolean mayWait) {
        trial.step();
        eachTurn.run();
        if (trial.hasFailed()) {
            throw new SeedOver("an invariant is broken");
        }
        trial.faults().lookMayFail();
        kernel.await(this, mayWait, waitNanos());
    }

    /** A worker that cannot look pauses by the simulated clock. */
    @Override
    protected void pause(long nanos) {
        trial.clock().advance(nanos);
    }

    /** The kernel has been looked at. */
    void clockRead() {
        readClock();
    }

    /** When that was the last time. */
    long lookNanos() {
        return lookedNanos();
    }

    /** Whether the connection is let in. */
    boolean accept(SimulatedWire wire) {
        if (!admission.enter(wire.address(), this::makePlace)) {
            counters().rejected.add(1);
            return false;
        }
        counters().accepted.add(trial.breaks(Break.ACCEPTED_TWICE) ? 2 : 1);
        if (trial.breaks(Break.ARMED_TOO_MUCH)) {
            counters().phase(Phase.IDLE).armed.add(1);
        } else if (trial.breaks(Break.CLEARED_TOO_MUCH)) {
            counters().phase(Phase.HEADER).cleared.add(1);
        }
        Connection connection = add(wire);
        wire.connection(connection);
        connection.accepted();
        return true;
    }

    List<Connection> openConnections() {
        List<Connection> all = new ArrayList<>();
        forEachConnection(all::add);
        return all;
    }

    /** Whether no deadline is left with the keeper. */
    boolean timekeeperIsEmpty() {
        return deadlines.isEmpty();
    }

    @Override
    protected boolean stopAccepting() {
        return kernel.stopListening();
    }

    @Override
    protected void release() {
        if (openConnections().isEmpty()
                && !admission.enter(
                        PeerAddress.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)), () -> false)) {
            trial.fail("no connection is open, and none is let in");
        }
        atEnd.run();
    }
}
