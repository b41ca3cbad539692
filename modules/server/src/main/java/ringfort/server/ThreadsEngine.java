package ringfort.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import ringfort.api.Metric;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;
import ringfort.timers.Ticker;

/**
 * The portable engine: the JDK's blocking sockets and one virtual thread for each connection, in which its handlers run
 * too. Placements mean nothing here.
 */
public final class ThreadsEngine implements Engine {
    /** For the service loader. */
    public ThreadsEngine() {}

    @Override
    public String name() {
        return "threads";
    }

    @Override
    public int rank() {
        return 100;
    }

    @Override
    public Availability probe() {
        return Availability.usable(List.of("BLOCKING_SOCKETS"));
    }

    @Override
    public RunningEngine start(ServerOptions options, Application application) throws IOException {
        var context = new ServerContext(options, application, Ticker.system(), new Notices());
        var socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(options.host(), options.port()), options.backlog());
        } catch (IOException e) {
            socket.close();
            context.notices.close();
            throw e;
        }
        var running = new Running(context, socket);
        running.start();
        return running;
    }

    /** The acceptor, the connections, and the sweep that ends what the JDK gives no time limit for. */
    static final class Running implements RunningEngine {
        /** Between two sweeps at least, and at most. */
        private static final long SWEEP_NANOS = 5_000_000L;

        private static final long IDLE_SWEEP_NANOS = 1_000_000_000L;
        private static final long BACK_OFF_NANOS = 50_000_000L;
        private static final int ANSWERING_THREADS = 64;

        /** Connections that never sent a byte are given this long: a request may be on its way. */
        private static final Duration SILENT_GRACE = Duration.ofMillis(500);

        /** Connections closed by force have ended this much later, but for handlers that go on regardless. */
        private static final Duration FORCED = Duration.ofSeconds(1);

        final ServerContext context;
        final Counters counters = new Counters(true);
        private final ServerSocket socket;
        private final InetSocketAddress address;
        private final Set<ThreadsConnection> connections = ConcurrentHashMap.newKeySet();
        private final Thread acceptor;
        private final Thread sweeper;
        private final AtomicLong nextSweepNanos = new AtomicLong();
        private final ExecutorService answers = answers();
        private volatile boolean draining;
        private volatile boolean ended;

        Running(ServerContext context, ServerSocket socket) {
            this.context = context;
            this.socket = socket;
            this.address = (InetSocketAddress) socket.getLocalSocketAddress();
            this.acceptor =
                    Thread.ofPlatform().name("ringfort-threads-acceptor").unstarted(this::accept);
            this.sweeper = Thread.ofPlatform()
                    .daemon()
                    .name("ringfort-threads-deadlines")
                    .unstarted(this::sweep);
        }

        void start() {
            acceptor.start();
            sweeper.start();
        }

        boolean isDraining() {
            return draining;
        }

        /**
         * Platform threads, as long as there are not too many: handlers that never wait may have taken all carriers of
         * virtual threads, and theirs are the answers that are late.
         */
        private static ExecutorService answers() {
            return new ThreadPoolExecutor(
                    0,
                    ANSWERING_THREADS,
                    1,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    Thread.ofPlatform()
                            .daemon()
                            .name("ringfort-threads-answer-", 0)
                            .factory(),
                    (answer, _) -> Thread.startVirtualThread(answer));
        }

        /** Runs an answer beside the connection it ends; never waits. */
        void answer(LateAnswer answer) {
            sweepBy(context.ticker.nanos() + SWEEP_NANOS);
            answers.execute(answer);
        }

        private void accept() {
            while (!draining) {
                Socket accepted;
                try {
                    accepted = socket.accept();
                } catch (IOException e) {
                    if (!draining) {
                        // Out of descriptors, as a rule: the connection waits in the kernel's queue meanwhile.
                        counters.acceptFailures.add(1);
                        LockSupport.parkNanos(this, BACK_OFF_NANOS);
                    }
                    continue;
                }
                try {
                    begin(accepted);
                } catch (Throwable e) {
                    counters.defects.add(1);
                    context.notices.defect("a connection could not be begun", e);
                }
            }
        }

        private void begin(Socket accepted) throws IOException {
            InetSocketAddress peer = (InetSocketAddress) accepted.getRemoteSocketAddress();
            if (!context.admission.enter(peer::getAddress)) {
                counters.rejected.add(1);
                reject(accepted);
                return;
            }
            counters.accepted.add(1);
            var connection = new ThreadsConnection(this, accepted, peer);
            connections.add(connection);
            connection.start();
        }

        /** Turns a connection away that a limit keeps out. */
        private static void reject(Socket socket) throws IOException {
            try (socket) {
                socket.getOutputStream().write(Admission.REJECTION);
            }
        }

        void gone(ThreadsConnection connection, CloseReason reason) {
            connections.remove(connection);
            context.admission.leave(connection.peer()::getAddress);
            counters.closed(reason).add(1);
        }

        /** Reads have the socket's own time limit; writes and handlers have none, so somebody looks from outside. */
        private void sweep() {
            while (!ended) {
                long now = context.ticker.nanos();
                long next = now + IDLE_SWEEP_NANOS;
                nextSweepNanos.set(next); // first, so that what is armed during the sweep brings it forward
                for (ThreadsConnection connection : connections) {
                    connection.enforce(now);
                    next = connection.sweepBefore(next, now);
                }
                sweepBy(Math.max(next - now, SWEEP_NANOS) + now);
                for (long left = SWEEP_NANOS;
                        left > 0 && !ended;
                        left = nextSweepNanos.get() - context.ticker.nanos()) {
                    LockSupport.parkNanos(this, left);
                }
            }
        }

        /** Brings the next sweep forward. It costs time for each connection, so it waits until one may need it. */
        void sweepBy(long nanos) {
            long next = nextSweepNanos.get();
            while (nanos - next < 0) {
                if (nextSweepNanos.compareAndSet(next, nanos)) {
                    LockSupport.unpark(sweeper);
                    return;
                }
                next = nextSweepNanos.get();
            }
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }

        @Override
        public String description() {
            return "workers=0 scheduler=jdk features=BLOCKING_SOCKETS";
        }

        @Override
        public List<Metric> metrics() {
            return new ArrayList<>(CounterMetrics.of(List.of(counters)));
        }

        @Override
        public void stop(Duration drain) {
            draining = true;
            try {
                socket.close();
            } catch (IOException e) {
                context.notices.defect("closing the listener failed", e);
            }
            connections.forEach(connection -> connection.drain(false));
            try {
                Duration grace = drain.compareTo(SILENT_GRACE) < 0 ? drain : SILENT_GRACE;
                boolean stopped = awaitStop(grace);
                if (!stopped) {
                    connections.forEach(connection -> connection.drain(true));
                    stopped = awaitStop(drain.minus(grace));
                }
                if (!stopped) {
                    connections.forEach(ThreadsConnection::force);
                    awaitStop(FORCED);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            ended = true;
            answers.shutdown();
            context.notices.close();
        }

        @Override
        public boolean awaitStop(Duration timeout) throws InterruptedException {
            long deadline = context.ticker.nanos() + timeout.toNanos();
            if (!acceptor.join(timeout)) {
                return false;
            }
            for (ThreadsConnection connection : connections) {
                long left = deadline - context.ticker.nanos();
                if (!connection.thread().join(Duration.ofNanos(Math.max(1, left)))) {
                    return false;
                }
            }
            return true;
        }
    }
}
