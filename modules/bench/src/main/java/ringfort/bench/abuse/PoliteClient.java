package ringfort.bench.abuse;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ringfort.timers.Ticker;

/**
 * A client that does nothing wrong: {@value #PER_SECOND} requests a second, whatever the server does, each on a virtual
 * thread of its own, most of them over a few kept connections, every fifth over a new one. It closes what the server
 * announces to close, and repeats a request once when a kept connection ends before the first octet of an answer, as clients
 * do; that is counted.
 */
final class PoliteClient implements AutoCloseable {
    static final int PER_SECOND = 50;

    /** After that time an answer is lost. Longer than {@link AttackKind#STOP_SECONDS}: a stopped server may answer then. */
    static final long PATIENCE_NANOS = 20_000_000_000L;

    private static final int KEPT = 8;
    private static final int NEW_EVERY = 5;
    private static final long PERIOD_NANOS = 1_000_000_000L / PER_SECOND;

    private final InetSocketAddress server;
    private final long seed;
    private final long patienceNanos;
    private final PoliteCount count = new PoliteCount();
    private final ConcurrentLinkedDeque<PoliteConnection> kept = new ConcurrentLinkedDeque<>();
    private final AtomicInteger keptSize = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Excuse> excuses = new ArrayList<>();
    private volatile boolean ended;
    private volatile long longestLagNanos;
    private @Nullable Thread schedule;

    /** A time in which the server could not answer, so that what was due then says nothing of its latency. */
    private record Excuse(long fromNanos, long toNanos) {
        boolean covers(long nanos) {
            return nanos - fromNanos >= 0 && nanos - toNanos < 0;
        }
    }

    /** @param patienceNanos after which an answer is lost; {@link #PATIENCE_NANOS} but for tests */
    PoliteClient(InetSocketAddress server, long seed, long patienceNanos) {
        this.server = server;
        this.seed = seed;
        this.patienceNanos = patienceNanos;
    }

    PoliteCount count() {
        return count;
    }

    /** The longest time by which this client itself was late with a request: the machine had no processor for it. */
    long longestLagNanos() {
        return longestLagNanos;
    }

    /** Keeps requests that are due in this time out of the latency; their answers count all the same. */
    void excuse(long fromNanos, long toNanos) {
        synchronized (excuses) {
            excuses.add(new Excuse(fromNanos, toNanos));
        }
    }

    void start() {
        schedule = Thread.ofPlatform().daemon().name("polite").start(this::schedule);
    }

    private void schedule() {
        long begin = Ticker.system().nanos();
        for (long i = 0; !ended; i++) {
            long due = begin + i * PERIOD_NANOS;
            for (long now = Ticker.system().nanos();
                    due - now > 0;
                    now = Ticker.system().nanos()) {
                LockSupport.parkNanos(due - now);
            }
            longestLagNanos = Math.max(longestLagNanos, Ticker.system().nanos() - due);
            long number = i;
            threads.execute(() -> ask(number, due));
        }
    }

    /** Asks once, and counts what comes of it. */
    void ask(long number, long dueNanos) {
        PoliteRequest request = PoliteRequest.of(number, seed);
        long deadline = dueNanos + patienceNanos;
        PoliteConnection connection = number % NEW_EVERY == 0 ? null : pollKept();
        if (connection != null && !exchange(connection, request, dueNanos, deadline)) {
            count.addRepeated();
            connection = null;
        } else if (connection != null) {
            return;
        }
        try {
            connection = new PoliteConnection(server, deadline);
        } catch (IOException e) {
            count.add(Outcome.REFUSED, "connect, " + reason(e), -1);
            return;
        }
        exchange(connection, request, dueNanos, deadline);
    }

    /** Returns false when the request is to be sent once more over another connection. */
    private boolean exchange(PoliteConnection connection, PoliteRequest request, long dueNanos, long deadline) {
        boolean reused = connection.isUsed();
        try {
            PoliteConnection.Reply reply = connection.ask(request.octets(), deadline);
            Outcome outcome = request.judge(reply);
            String fault = outcome == Outcome.WRONG ? "status " + reply.status() : "";
            count.add(outcome, fault, excused(dueNanos) ? -1 : Ticker.system().nanos() - dueNanos);
            keep(connection, reply.keepsOpen());
        } catch (SocketTimeoutException e) {
            close(connection);
            count.add(Outcome.LOST, "none in " + patienceNanos / 1_000_000 + " ms", -1);
        } catch (IOException | NumberFormatException e) {
            close(connection);
            if (!connection.isAnswering() && reused) {
                return false;
            }
            count.add(connection.isAnswering() ? Outcome.LOST : Outcome.REFUSED, reason(e), -1);
        }
        return true;
    }

    private static String reason(Exception e) {
        if (e instanceof EOFException || e instanceof SocketException) {
            return String.valueOf(e.getMessage());
        }
        return e.getClass().getSimpleName() + " " + e.getMessage();
    }

    private boolean excused(long nanos) {
        synchronized (excuses) {
            return excuses.stream().anyMatch(excuse -> excuse.covers(nanos));
        }
    }

    private @Nullable PoliteConnection pollKept() {
        PoliteConnection connection = kept.pollFirst();
        if (connection != null) {
            keptSize.decrementAndGet();
        }
        return connection;
    }

    private void keep(PoliteConnection connection, boolean keepsOpen) {
        if (keepsOpen && !ended && keptSize.incrementAndGet() <= KEPT) {
            kept.addLast(connection);
        } else {
            if (keepsOpen && !ended) {
                keptSize.decrementAndGet();
            }
            close(connection);
        }
    }

    private static void close(PoliteConnection connection) {
        try {
            connection.close();
        } catch (IOException e) {
            // Nothing more is wanted of it.
        }
    }

    /** Asks no more. What was asked goes on. */
    void stop() throws InterruptedException {
        ended = true;
        if (schedule != null) {
            schedule.join();
        }
        closeKept();
    }

    /** Asks no more, and waits until everything that was asked has come to something. */
    void await() throws InterruptedException {
        stop();
        threads.shutdown();
        if (!threads.awaitTermination(patienceNanos + 5_000_000_000L, TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException("a polite request outlived its time limit");
        }
        closeKept();
    }

    private void closeKept() {
        for (PoliteConnection connection = pollKept(); connection != null; connection = pollKept()) {
            close(connection);
        }
    }

    /** Gives up whatever is still asked. */
    @Override
    public void close() {
        ended = true;
        threads.shutdownNow();
        closeKept();
    }
}
