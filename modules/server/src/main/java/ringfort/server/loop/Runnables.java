package ringfort.server.loop;

import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ringfort.server.exchange.Carried;
import ringfort.server.exchange.Scheduler;
import ringfort.server.exchange.Urgent;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/**
 * What other threads want of a worker: its mailbox, and the virtual threads that can go on. The worker's, but for what any
 * thread may call; the watchdog takes virtual threads out while a handler holds the worker.
 */
@OnWorker
final class Runnables {
    /** Messages that are run between two looks at the kernel queue. */
    private static final int MESSAGES_PER_TURN = 1024;

    /** Virtual threads that may run between two looks at the kernel queue. */
    private static final int CARRIED_PER_TURN = 256;

    /** How often, and after which pause, a thread is offered anew to a pool that had no memory for it. */
    private static final int MOST_OFFERS = 20;

    private static final long OFFER_PAUSE_NANOS = 10_000_000;

    private final Mailbox mailbox = new Mailbox();
    private final Urgent.Waiting urgent = new Urgent.Waiting();
    private final ArrayDeque<Carried> runnable = new ArrayDeque<>();

    /** Messages that the watchdog found in the mailbox while it looked for virtual threads; the worker runs them first. */
    private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();

    private @Nullable Runnable again; // found no memory when it was to be run or deferred; runs before all others

    /** A virtual thread that can go on, as a message: it belongs to the worker, or to the one that stands in for it. */
    private record Resume(Carried carried, Runnables owner, Thread worker) implements Runnable {
        @Override
        public void run() {
            if (Thread.currentThread() == worker) {
                owner.runnable.add(carried);
            } else {
                carried.carry();
            }
        }
    }

    /** Puts a message in; any thread. */
    @OffWorker
    void put(@OnWorker Runnable message) {
        mailbox.put(message);
    }

    /** Puts a message in that needs no memory; false when it is there already. Any thread. */
    @OffWorker
    boolean put(Urgent message) {
        return urgent.put(message);
    }

    /** A message that lets a virtual thread go on. */
    @OffWorker
    Runnable resume(Carried carried, Thread worker) {
        return new Resume(carried, this, worker);
    }

    /** A virtual thread can go on; the worker itself knows it first. */
    void add(Carried carried) {
        runnable.add(carried);
    }

    /** Runs messages, {@link #MESSAGES_PER_TURN} at most; false when there are more. One that fails is over; the others wait. */
    boolean runMessages() {
        for (int i = urgent.arrive(MESSAGES_PER_TURN); i < MESSAGES_PER_TURN; i++) {
            Runnable message = nextMessage();
            if (message == null) {
                return urgent.isEmpty();
            }
            run(message);
        }
        return isMailboxEmpty() && deferred.isEmpty();
    }

    private @Nullable Runnable nextMessage() {
        if (again != null) {
            return again;
        }
        Runnable message = deferred.poll();
        return message != null ? message : mailbox.take();
    }

    /** A virtual thread for which there is no place gets a second try: without it a handler would never go on. */
    private void run(Runnable message) {
        again = message instanceof Resume && !message.equals(again) ? message : null;
        message.run();
        again = null;
    }

    /** The next virtual thread that can go on; null when there is none. */
    @Nullable Carried next() {
        return runnable.poll();
    }

    /** How many virtual threads may go on in this turn. */
    int waiting() {
        return Math.min(CARRIED_PER_TURN, runnable.size());
    }

    /** Whether the worker has nothing to do of what is here; what is in the mailbox is asked for apart. */
    boolean isEmpty() {
        return runnable.isEmpty() && deferred.isEmpty() && again == null;
    }

    /** Whether no other thread has put anything in. */
    boolean isMailboxEmpty() {
        return mailbox.isEmpty() && urgent.isEmpty();
    }

    /** Takes a virtual thread that can go on away from this worker; null when there is none. The watchdog. */
    @Nullable Carried takeAway() {
        Carried next = runnable.poll();
        while (next == null && again == null) {
            Runnable message = mailbox.take();
            if (message == null) {
                return null;
            }
            if (message instanceof Resume resume) {
                next = resume.carried;
            } else {
                again = message;
                deferred.add(message);
                again = null;
            }
        }
        return next;
    }

    /** The worker has ended: handlers that outlived the drain go on elsewhere; their connections are gone. Any thread. */
    @OffWorker
    void takeOver() {
        synchronized (mailbox) { // only ever reached once the worker itself has stopped
            for (Carried left = runnable.poll(); left != null; left = runnable.poll()) {
                elsewhere(left);
            }
            for (Runnable task = mailbox.take(); task != null; task = mailbox.take()) {
                elsewhere(task);
            }
        }
    }

    /** A virtual thread whose worker has ended goes on with the JDK's scheduler. */
    @OffWorker
    static void elsewhere(Carried carried) {
        elsewhere(carried::carry);
    }

    @OffWorker
    private static void elsewhere(Runnable task) {
        for (int offers = 1; ; offers++) {
            try {
                Scheduler.elsewhere(task);
                return;
            } catch (OutOfMemoryError e) {
                if (offers == MOST_OFFERS) {
                    throw e;
                }
                LockSupport.parkNanos(OFFER_PAUSE_NANOS);
            }
        }
    }
}
