package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.budget.Phase;
import ringfort.timers.ManualTicker;
import ringfort.timers.Ticker;

/** Which reading of the clock counts, where several could, and that nobody reads it in vain. */
@Timeout(30)
class ClockTest {
    private static final Server SERVER = Server.http(0);

    /**
     * It connected after the events were looked at among which its listener was: a budget that began with those would be
     * over too early. Each reading of this clock is another, and knows whether an accept made it.
     */
    @Test
    void aConnectionOfTheEpollWorkerIsNotDatedFromBeforeItsAccept() throws Exception {
        var readings = new AtomicLong(1_000_000_000L);
        Set<Long> atAccept = ConcurrentHashMap.newKeySet();
        Ticker ticker = () -> {
            long reading = readings.addAndGet(1_000);
            if (StackWalker.getInstance()
                    .walk(frames ->
                            frames.anyMatch(frame -> frame.getMethodName().equals("accept")))) {
                atAccept.add(reading);
            }
            return reading;
        };
        var context = new ServerContext(ServerOptions.defaults(), SERVER.application(), ticker, new Notices());
        int fd = Listeners.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16, true);
        InetSocketAddress address = Listeners.bound(fd);
        var worker = new PollWorker(context, "worker", fd);
        worker.localAddress(address);
        worker.start();
        worker.awaitStarted();
        try (SlowPeer _ = SlowPeer.connect(address.getPort(), 0)) {
            TimedServer.until(() -> worker.counters.accepted.get() == 1, () -> "not accepted");
            var accepted = new CompletableFuture<Long>();
            worker.execute(() -> worker.connections().forEach(c -> accepted.complete(c.acceptedNanos())));
            assertTrue(atAccept.contains(accepted.get(10, TimeUnit.SECONDS)), "dated by the turn's clock");
        } finally {
            worker.stop(readings.get());
            worker.thread().join();
            context.notices.close();
        }
    }

    /** The turn has done much since it read the clock, and only then comes to the deadline. */
    @Test
    void latenessIsMeasuredWhenTheWorkerActs() {
        var ticker = new ManualTicker();
        var worker = new FakeWorker(SERVER, ticker);
        try {
            worker.readClock();
            var connection = new FakeConnection(worker, 0, 1);
            connection.accepted();
            ticker.advance(worker.context.timeouts.headerNanos());
            worker.readClock();
            ticker.advance(Duration.ofMillis(250));
            connection.deadline();
            assertTrue(connection.isDestroyed());
            assertEquals(
                    250_000_000L, worker.counters.phase(Phase.HEADER).lateNanos.get());
        } finally {
            worker.context.notices.close();
        }
    }

    /** A connection that waits for its peer, with a deadline that its own read enforces, costs a sweep a second. */
    @Test
    void theSweepOfTheThreadsEngineIsSilentWhenNothingIsNear() throws Exception {
        var readings = new AtomicLong();
        Ticker ticker = () -> {
            readings.incrementAndGet();
            return Ticker.system().nanos();
        };
        var context = new ServerContext(ServerOptions.defaults(), SERVER.application(), ticker, new Notices());
        var socket = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        var running = new ThreadsEngine.Running(context, socket);
        running.start();
        try (SlowPeer peer = SlowPeer.connect(socket.getLocalPort(), 0)) {
            peer.send("GET / HT");
            TimedServer.until(() -> running.counters.receivedBytes.get() == 8, () -> "not received");
            TimedServer.pass(Duration.ofMillis(100));
            long before = readings.get();
            TimedServer.pass(Duration.ofMillis(1500));
            long made = readings.get() - before;
            assertTrue(made <= 20, () -> made + " readings of the clock in 1.5 s"); // 600 with a sweep each 5 ms
        } finally {
            running.stop(Duration.ofSeconds(1));
        }
    }
}
