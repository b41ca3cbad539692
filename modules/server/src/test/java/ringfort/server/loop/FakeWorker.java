package ringfort.server.loop;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.h1.Limits;
import ringfort.h1.RequestParser;
import ringfort.message.MessageHead;
import ringfort.server.exchange.Exchange;
import ringfort.server.exchange.ServerContext;
import ringfort.server.exchange.ThreadUse;
import ringfort.server.metrics.Notices;
import ringfort.server.wire.WireUser;
import ringfort.timers.DeadlineWheel;
import ringfort.timers.Ticker;

/** A worker whose kernel is a semaphore, so that a test can act in every gap between its steps. */
public class FakeWorker extends Worker {
    final Semaphore wakeUps = new Semaphore(0);
    final AtomicInteger lostWakeUps = new AtomicInteger();
    private final Timekeeper timekeeper;

    public FakeWorker(Server server) {
        this(server, Ticker.system());
    }

    public FakeWorker(Server server, Ticker ticker) {
        super(
                new ServerContext(
                        ServerOptions.defaults(), server.application(), ticker, new Notices(), () -> ThreadUse.UNKNOWN),
                new Admission(0, 0, List.of(), new Ledger(0)),
                new HeapBufferPool(),
                "fake worker");
        timekeeper =
                new Timekeeper.Wheel(new DeadlineWheel<Timed>(context().ticker().nanos()), Timed::passed);
        localAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    }

    /** Has something to settle in the first turn. */
    @Override
    protected void open() {
        add(new FakeWire() {
                    @Override
                    public boolean settle(WireUser user) {
                        beforeLookingAgain();
                        return super.settle(user);
                    }
                })
                .touch();
    }

    /** An exchange of this worker that belongs to no connection. */
    public Exchange exchange() {
        byte[] bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        var parser = new RequestParser(Limits.DEFAULT);
        parser.parse(bytes, 0, bytes.length);
        MessageHead head = parser.head();
        return new Exchange(_ -> {}, add(new FakeWire()), this, context(), head);
    }

    @Override
    public Timekeeper timekeeper() {
        return timekeeper;
    }

    /** Called, in the first turn, after the mailbox was emptied and before the worker decides whether it may rest. */
    void beforeLookingAgain() {}

    /** Called when the worker has decided to rest. */
    void beforeRest() {}

    @Override
    protected void wake() {
        wakeUps.release();
    }

    @Override
    protected void await(boolean mayWait) throws InterruptedException {
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
    protected boolean stopAccepting() {
        return true;
    }

    @Override
    protected void release() {}

    /** Lets another thread do something, and waits until it has. */
    static void elsewhere(Worker worker, Consumer<Worker> action) {
        try {
            Thread.ofPlatform().start(() -> action.accept(worker)).join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
