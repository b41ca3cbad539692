package ringfort.server.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import ringfort.server.loop.Connection;

/**
 * What the worker's wait looks at: peers that act at their times, operations that complete, other threads that wake the worker.
 * Time goes to the next event, or to the next deadline, and often a little beyond.
 */
final class SimulatedKernel {
    /** Longer than every budget there is. */
    private static final long STALL_NANOS = 200_000_000_000L;

    /** Few, so that a seed with many turns is not over before its peers have what they asked for. */
    private static final int MOST_STOPS = 3;

    private record Event(long atNanos, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final Trial trial;
    private final ExecutorService otherThread;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<SimulatedWire> wires = new ArrayList<>(); // accepted, and not closed
    private final ArrayDeque<SimulatedWire> backlog = new ArrayDeque<>();
    private final int entriesPerTurn;
    private final boolean stalls;
    private int stopsLeft; // of the process
    private final boolean late;
    private @Nullable SimulatedWorker worker; // since its first look
    private long order;
    private long happensNanos; // the time of the event that is being told, which may be told late
    private int entries;
    private boolean listening = true;
    private volatile boolean woken;
    private boolean resting;
    private boolean beside; // a handler holds the worker

    /** @param otherThread a thread beside the worker's, whose tasks are awaited one by one */
    SimulatedKernel(Trial trial, ExecutorService otherThread) {
        boolean mild = trial.isMild();
        this.trial = trial;
        this.otherThread = otherThread;
        Dice dice = trial.dice();
        entriesPerTurn = dice.pick(1, 3, 1_000);
        stalls = !mild && dice.oneIn(4);
        stopsLeft = dice.oneIn(3) ? MOST_STOPS : 0;
        late = dice.oneIn(2);
    }

    // What will happen.

    void after(long nanos, Runnable action) {
        events.add(new Event(trial.clock().elapsedNanos() + nanos, order++, action));
    }

    /** A handler that waits goes on later: by a thread that is not the worker's. */
    void goOnAfter(RequestPlan plan, long nanos) {
        after(nanos, () -> {
            boolean waits = plan.isParked();
            elsewhere(() -> SimulatedHandlers.goOn(plan));
            if (waits && resting && !woken) {
                trial.fail("the worker rests, and was not woken for the handler of " + plan);
            }
        });
    }

    /** Runs something on another thread than the worker's, and waits until it has; beside a handler, on the handler's. */
    void elsewhere(Runnable action) {
        if (beside) {
            action.run(); // to wait would be to leave the worker
            return;
        }
        try {
            otherThread.submit(action).get();
        } catch (InterruptedException e) {
            trial.fail("the worker's thread was left interrupted", e);
        } catch (ExecutionException e) {
            trial.fail("on another thread", e);
        }
    }

    void connect(SimulatedWire wire) {
        if (listening) {
            backlog.add(wire);
        }
    }

    void wake() {
        if (!trial.breaks(Break.WAKE_UP_LOST)) {
            woken = true;
        }
    }

    /** Whether the worker's turn has time for another read. */
    boolean hasTime() {
        return worker == null || worker.hasTime();
    }

    /** Whether an operation finds a place in the queue. */
    boolean takeEntry() {
        if (entries == 0) {
            return false;
        }
        entries--;
        return true;
    }

    /** When the event happened that is being told; the process may have been stopped then. */
    long happensNanos() {
        return happensNanos;
    }

    // The wait.

    /** Time passes, and the peers act, while a handler holds the worker. */
    void passBeside(long nanos) {
        beside = true;
        trial.clock().advance(nanos);
        runDue();
        beside = false;
    }

    /** @param restNanos how long the worker may wait if nothing happens; -1 for ever */
    void await(SimulatedWorker looking, boolean mayWait, long restNanos) {
        worker = looking;
        if (mayWait) {
            resting = true;
            rest(restNanos);
            resting = false;
        } else {
            trial.clock().advance(trial.dice().below(20_000));
            runDue();
        }
        if (stalls && trial.dice().oneIn(60)) {
            trial.trace("a stall");
            trial.clock()
                    .stall(trial.dice().oneIn(3) ? STALL_NANOS : trial.dice().millis(8_000));
            runDue();
        }
        if (stopsLeft > 0 && trial.dice().oneIn(40)) {
            stopsLeft--;
            trial.trace("the process is stopped");
            trial.clock().stop(trial.dice().millis(trial.dice().oneIn(3) ? 100_000 : 15_000));
            trial.trace("the process goes on");
            runDue();
        }
        woken = false;
        entries = entriesPerTurn;
        looking.clockRead();
        accept(looking);
        deliver();
    }

    private void rest(long restNanos) {
        long untilNanos = trial.clock().elapsedNanos() + restNanos;
        if (late && trial.dice().oneIn(8)) {
            trial.clock().advance(trial.dice().millis(3));
        }
        runDue();
        while (!woken && !hasSomething() && !trial.hasFailed()) {
            Event next = events.peek();
            if (next == null && restNanos < 0) {
                trial.fail("the worker rests for ever");
                return;
            }
            long now = trial.clock().elapsedNanos();
            boolean deadlineFirst = next == null || (restNanos >= 0 && untilNanos <= next.atNanos);
            long to = deadlineFirst ? untilNanos : next.atNanos;
            trial.clock().advance(Math.max(0, to - now));
            if (late && trial.dice().oneIn(10)) {
                trial.clock().advance(trial.dice().millis(20));
            }
            runDue();
            if (deadlineFirst) {
                return;
            }
        }
    }

    private boolean hasSomething() {
        return !backlog.isEmpty() || wires.stream().anyMatch(SimulatedWire::isReady);
    }

    private void runDue() {
        for (Event next = events.peek();
                next != null && next.atNanos <= trial.clock().elapsedNanos();
                next = events.peek()) {
            events.remove();
            happensNanos = next.atNanos;
            next.action.run();
        }
    }

    private void accept(SimulatedWorker accepting) {
        for (SimulatedWire wire = backlog.poll(); wire != null; wire = backlog.poll()) {
            trial.trace("accept " + wire.socket().number());
            if (accepting.accept(wire)) {
                wires.add(wire);
            }
        }
    }

    /** What is ready is told, in an order of its own, but for some that comes later. */
    private void deliver() {
        wires.removeIf(wire -> wire.socket().isClosed() && !wire.isReady());
        int count = wires.size();
        int first = count == 0 ? 0 : trial.dice().below(count);
        for (int i = 0; i < count; i++) {
            SimulatedWire wire = wires.get((first + i) % count);
            Connection connection = wire.connection();
            if (connection != null
                    && wire.isReady()
                    && (trial.isMild() || !trial.dice().oneIn(8))) {
                trial.faults().at(wire.socket().number());
                try {
                    wire.deliver(connection);
                } catch (Throwable e) {
                    connection.defect(e);
                }
            }
        }
    }

    /** Nothing is accepted any more; true when the backlog is empty. */
    boolean stopListening() {
        listening = false;
        return backlog.isEmpty();
    }

    boolean hasEvents() {
        return !events.isEmpty();
    }

    /** A wire that still has an operation in the kernel; null when there is none. */
    @Nullable SimulatedWire busy() {
        return wires.stream().filter(SimulatedWire::isBusy).findFirst().orElse(null);
    }
}
