package ringfort.server.loop;

import java.util.concurrent.locks.LockSupport;
import ringfort.timers.RunningTicker;

/**
 * Gives a sign of life for the whole process, so that a stop of the process is told from waiting. A thread of its own that does
 * nothing else: any other may have to wait for something.
 */
final class Pulse implements Runnable, AutoCloseable {
    private final RunningTicker ticker;
    private final Thread thread;
    private volatile boolean closed;

    Pulse(RunningTicker ticker) {
        this.ticker = ticker;
        this.thread = Thread.ofPlatform().daemon().name("ringfort-pulse").unstarted(this);
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        while (!closed) {
            LockSupport.parkNanos(this, RunningTicker.BEAT_NANOS);
            ticker.beat(); // allocates nothing, but after a stop; fails never
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
