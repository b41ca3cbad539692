package ringfort.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.timers.DeadlineWheel;
import ringfort.timers.Ticker;

/** A worker whose kernel is a semaphore, so that a test can act in every gap between its steps. */
class FakeWorker extends Worker {
    final Semaphore wakeUps = new Semaphore(0);
    final AtomicInteger lostWakeUps = new AtomicInteger();
    private final ConnectionTable<Connection> connections = new ConnectionTable<>();
    private final Deadlines deadlines;

    FakeWorker(Server server) {
        this(server, Ticker.system());
    }

    FakeWorker(Server server, Ticker ticker) {
        super(new ServerContext(ServerOptions.defaults(), server.application(), ticker, new Notices()), "fake worker");
        deadlines = new Deadlines.Wheel(new DeadlineWheel<>(context.ticker.nanos()), connection -> {});
        localAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    }

    /** Has something to settle in the first turn. */
    @Override
    void open() {
        touch(new FakeConnection(this, 0, 1));
    }

    @Override
    Deadlines deadlines() {
        return deadlines;
    }

    /** Called, in the first turn, after the mailbox was emptied and before the worker decides whether it may rest. */
    void beforeLookingAgain() {}

    /** Called when the worker has decided to rest. */
    void beforeRest() {}

    @Override
    void wake() {
        wakeUps.release();
    }

    @Override
    void await(boolean mayWait) throws InterruptedException {
        if (mayWait) {
            beforeRest();
            boolean woken = wakeUps.tryAcquire(2, TimeUnit.SECONDS);
            if (!woken) {
                lostWakeUps.incrementAndGet();
            }
        }
        wakeUps.drainPermits();
        readClock();
    }

    @Override
    void stopAccepting() {}

    @Override
    int pendingInput(Connection connection, byte[] target) {
        return 0;
    }

    @Override
    ConnectionTable<Connection> connections() {
        return connections;
    }

    @Override
    void release() {}

    /** Lets another thread do something, and waits until it has. */
    static void elsewhere(Worker worker, Consumer<Worker> action) {
        try {
            Thread.ofPlatform().start(() -> action.accept(worker)).join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
