package ringfort.server.loop;

import java.util.ArrayDeque;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import ringfort.server.exchange.Carried;
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

    private final Mailbox mailbox = new Mailbox();
    private final ArrayDeque<Carried> runnable = new ArrayDeque<>();

    /** Messages that the watchdog found in the mailbox while it looked for virtual threads; the worker runs them first. */
    private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();

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

    /** A message that lets a virtual thread go on. */
    @OffWorker
    Runnable resume(Carried carried, Thread worker) {
        return new Resume(carried, this, worker);
    }

    /** A virtual thread can go on; the worker itself knows it first. */
    void add(Carried carried) {
        runnable.add(carried);
    }

    /** Runs messages, {@link #MESSAGES_PER_TURN} at most; false when there are more. */
    boolean runMessages() {
        for (int i = 0; i < MESSAGES_PER_TURN; i++) {
            Runnable message = deferred.poll();
            if (message == null) {
                message = mailbox.take();
            }
            if (message == null) {
                return true;
            }
            message.run();
        }
        return mailbox.isEmpty() && deferred.isEmpty();
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
        return runnable.isEmpty() && deferred.isEmpty();
    }

    /** Whether nothing is in the mailbox. */
    boolean isMailboxEmpty() {
        return mailbox.isEmpty();
    }

    /** Takes a virtual thread that can go on away from this worker; null when there is none. The watchdog. */
    @Nullable Carried takeAway() {
        Carried next = runnable.poll();
        while (next == null) {
            Runnable message = mailbox.take();
            if (message == null) {
                return null;
            }
            if (message instanceof Resume resume) {
                next = resume.carried;
            } else {
                deferred.add(message);
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
                ForkJoinPool.commonPool().execute(task);
            }
        }
    }

    /** A virtual thread whose worker has ended goes on in the common pool. */
    @OffWorker
    static void elsewhere(Carried carried) {
        ForkJoinPool.commonPool().execute(carried::carry);
    }
}
