package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.budget.Phase;
import ringfort.server.Await;
import ringfort.server.PollEngine;
import ringfort.server.exchange.ServerContext;
import ringfort.server.linux.LinuxThread;
import ringfort.server.linux.Listeners;
import ringfort.server.metrics.Notices;
import ringfort.server.poll.PollWorker;
import ringfort.server.protocol.Layer;
import ringfort.timers.ManualTicker;
import ringfort.timers.Ticker;

/** Which reading of the clock counts, where several could. */
@Timeout(30)
class ClockTest {
    private static final Server SERVER = Server.http(0);

    /** A reading of the test's clock, and when it was made. */
    private record Reading(long nanos, long madeNanos) {}

    /**
     * The worker sleeps, and a peer connects. The worker's first reading of the clock after that is the time of the look. A
     * budget that began with it would begin before the accept, so there is a second one.
     */
    @Test
    void aConnectionOfTheEpollWorkerIsNotDatedFromBeforeItsAccept() throws Exception {
        assumeTrue(new PollEngine().probe().usable(), "no epoll here");
        List<Reading> readings = Collections.synchronizedList(new ArrayList<>());
        Ticker ticker = () -> {
            synchronized (readings) {
                long reading = 1_000_000_000L + 1_000L * readings.size();
                readings.add(new Reading(reading, Ticker.system().nanos()));
                return reading;
            }
        };
        ServerOptions options = ServerOptions.defaults().toBuilder().port(0).build();
        var context = new ServerContext(options, SERVER.application(), ticker, new Notices(), LinuxThread::use);
        var port = new Port(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Layer.NONE);
        Worker worker = Listeners.serve(
                Listeners.of(options, List.of(port), true),
                fds -> new PollWorker(context, Admission.of(ServerOptions.defaults()), List.of(port), "worker", fds));
        worker.start();
        worker.awaitStarted();
        Await.standstill(readings::size); // the worker sleeps
        long connecting = Ticker.system().nanos();
        InetSocketAddress address = worker.localAddress();
        try (Socket _ = new Socket(address.getAddress(), address.getPort())) {
            Await.until(() -> worker.counters().accepted.get() == 1, () -> "not accepted");
            var due = new CompletableFuture<Long>();
            worker.execute(() ->
                    worker.forEachConnection(c -> due.complete(c.deadline().dueNanos())));
            long accepted = due.get(10, TimeUnit.SECONDS) - context.timeouts().headerNanos();
            long looks = readings.stream()
                    .filter(reading -> reading.nanos < accepted && reading.madeNanos > connecting)
                    .count();
            assertTrue(looks > 0, "dated by the first reading after the connect, which is that of the look");
        } finally {
            worker.stop(Long.MIN_VALUE / 2);
            worker.thread().join();
            context.notices().close();
        }
    }

    /** Thousands of chunks in one read take long, and the turn must notice; a short read is not worth a reading. */
    @Test
    void theClockIsReadBehindManyBytes() {
        var ticker = new ManualTicker();
        var worker = new FakeWorker(SERVER, ticker);
        try {
            worker.readClock();
            ticker.advance(Duration.ofMillis(20));
            worker.handled(Loop.MANY_BYTES - 1);
            assertTrue(worker.hasTime(), "the clock was not read");
            worker.handled(Loop.MANY_BYTES);
            assertTrue(!worker.hasTime(), "20 ms are more than a turn has");
        } finally {
            worker.context().notices().close();
        }
    }

    /** The turn has done much since it read the clock, and only then comes to the deadline. */
    @Test
    void latenessIsMeasuredWhenTheWorkerActs() {
        var ticker = new ManualTicker();
        var worker = new FakeWorker(SERVER, ticker);
        try {
            worker.readClock();
            Connection connection = worker.add(new FakeWire());
            connection.accepted();
            ticker.advance(Duration.ofNanos(worker.context().timeouts().headerNanos()));
            worker.readClock();
            ticker.advance(Duration.ofMillis(250));
            connection.deadlinePassed();
            assertTrue(connection.isGone());
            assertEquals(
                    250_000_000L,
                    worker.counters().phase(Phase.HEADER).lateNanos.get());
        } finally {
            worker.context().notices().close();
        }
    }
}
