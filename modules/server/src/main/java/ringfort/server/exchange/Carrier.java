package ringfort.server.exchange;

import java.util.concurrent.Executor;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/** A worker as handlers know it: it runs their code, and takes messages from any thread. */
@OnWorker
public interface Carrier extends Executor {
    /** The worker's thread; any thread. */
    @OffWorker
    Thread thread();

    /** Puts a task into the worker's mailbox; any thread. */
    @Override
    @OffWorker
    void execute(@OnWorker Runnable task);

    /** Puts in a message that needs no memory; cannot fail. Any thread. */
    @OffWorker
    void execute(Urgent message);

    /** {@code next} can go on: the worker carries it in one of its next turns; any thread. */
    @OffWorker
    void runnable(Carried next);

    /** Runs {@code now} at once, and measures how long that held the worker. */
    void carry(Carried now);
}
