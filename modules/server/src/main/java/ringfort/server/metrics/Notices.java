package ringfort.server.metrics;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.LogText;
import ringfort.api.spi.Mount;
import ringfort.budget.Phase;
import ringfort.h2.Excess;
import ringfort.timers.Ticker;

/**
 * What the server has to say to its operator, said by a thread of its own: a logger may lock and a terminal may be
 * slow, and nothing that a worker calls may wait for either.
 *
 * <p>The queue is bounded; what finds no room is counted and told with the next notice. Any thread may call.
 */
public class Notices implements AutoCloseable {
    private static final int ROOM = 256;
    private static final int EXPIRED_PER_SECOND = 50;
    private static final int DEFECTS_PER_SECOND = 10;
    private static final String NO_MEMORY_TEXT =
            "the JVM has no memory left: what needed some failed, is counted as a defect, and the server goes on";
    private static final long SHORTAGE_NANOS = 60_000_000_000L;

    private sealed interface Notice {}

    /** Nothing is said any more; made beforehand, so that ending takes no memory. */
    private record Last() implements Notice {}

    private static final Notice LAST = new Last();

    /**
     * There is no memory. Made beforehand: where the heap is full, each try to have memory for a notice has the garbage collector
     * go through all of it, and the worker waits for that.
     */
    private record NoMemory() implements Notice {}

    private static final Notice NO_MEMORY = new NoMemory();

    private record Said(
            System.Logger.Level level,
            String text,
            @Nullable Throwable cause) implements Notice {}

    private record Expired(
            Phase phase, InetSocketAddress peer, long ageNanos, long lateNanos, long receivedBytes, boolean log)
            implements Notice {}

    private record Handshaken(InetSocketAddress peer, String outcome, String protocol, String suite, long nanos)
            implements Notice {}

    private record Ended(InetSocketAddress peer, Excess account, long streams) implements Notice {}

    private final ArrayBlockingQueue<Notice> queue = new ArrayBlockingQueue<>(ROOM);
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong shortageNanos = new AtomicLong(); // when the last was told; 0 for none
    private final AtomicLong defectSecond = new AtomicLong();
    private final AtomicInteger defectsInSecond = new AtomicInteger();
    private volatile @Nullable Throwable noMemory; // what NO_MEMORY is about
    private volatile boolean closed;
    private System.@Nullable Logger log; // the thread's, as what follows
    private long told; // dropped notices
    private long expiredInSecond;
    private long expiredSecond;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("ringfort-notices").unstarted(this::run);

    public Notices() {
        thread.start();
    }

    /** A route's handler held its worker several times and now runs on the JDK's scheduler. */
    public void moved(Mount mount, long heldNanos, int times) {
        put(new Said(
                System.Logger.Level.WARNING,
                mount + " held its worker for " + heldNanos / 1_000_000 + " ms, " + times
                        + " times or more; it runs offloaded from now on."
                        + " Say so at the route (Route.offload()) to spare the first requests",
                null));
    }

    /** A deadline of a connection passed; of those to be logged, {@link #EXPIRED_PER_SECOND} at most are. */
    public void expired(
            Phase phase, InetSocketAddress peer, long ageNanos, long lateNanos, long receivedBytes, boolean log) {
        put(new Expired(phase, peer, ageNanos, lateNanos, receivedBytes, log));
    }

    /** A connection of HTTP/2 ended because its peer made work without use, after so many streams; for the flight recorder. */
    public void ended(InetSocketAddress peer, Excess account, long streams) {
        if (FlightRecorder.isOn()) {
            put(new Ended(peer, account, streams));
        }
    }

    /** A handler holds its worker. */
    public void stuck(String what) {
        put(new Said(System.Logger.Level.WARNING, what, null));
    }

    /** Something that an operator should know, and that changes nothing. */
    public void note(String what) {
        put(new Said(System.Logger.Level.INFO, what, null));
    }

    /** Something that an operator should mend. */
    public void warning(String what) {
        put(new Said(System.Logger.Level.WARNING, what, null));
    }

    /** A TLS handshake ended; for the flight recorder. */
    public void handshake(InetSocketAddress peer, String outcome, String protocol, String suite, long nanos) {
        put(new Handshaken(peer, outcome, protocol, suite, nanos));
    }

    /** The system has not given what the server asked for; told once in {@link #SHORTAGE_NANOS} at most. */
    public void shortage(String what) {
        long now = Ticker.system().nanos();
        long last = shortageNanos.get();
        if ((last == 0 || now - last > SHORTAGE_NANOS) && shortageNanos.compareAndSet(last, now)) {
            put(new Said(System.Logger.Level.WARNING, what, null));
        }
    }

    /**
     * The server itself failed; of such notices {@link #DEFECTS_PER_SECOND} are told. Never fails itself: a worker that reports a
     * shortage, of memory for example, must survive the report.
     */
    public void defect(String what, Throwable cause) {
        try {
            long second = Ticker.system().nanos() / 1_000_000_000L;
            if (defectSecond.getAndSet(second) != second) {
                defectsInSecond.set(0);
            }
            int inThisSecond = defectsInSecond.incrementAndGet();
            if (cause instanceof OutOfMemoryError) {
                noMemory = cause;
                put(inThisSecond == 1 ? NO_MEMORY : null);
            } else {
                put(inThisSecond > DEFECTS_PER_SECOND ? null : new Said(System.Logger.Level.ERROR, what, cause));
            }
        } catch (Throwable _) {
            dropped.incrementAndGet();
        }
    }

    public long droppedCount() {
        return dropped.get();
    }

    private void put(@Nullable Notice notice) {
        if (notice == null || !queue.offer(notice)) {
            dropped.incrementAndGet();
        }
    }

    /** Ends with {@link #close}, and with nothing else: neither a logger that throws nor want of memory ends it. */
    private void run() {
        while (true) {
            try {
                Notice next = closed ? queue.poll() : queue.take();
                if (next == null || next.equals(LAST)) {
                    return;
                }
                say(next);
            } catch (Throwable _) {
                dropped.incrementAndGet(); // of a logger that fails, or for want of memory; the next may fare better
            }
        }
    }

    private void say(Notice notice) {
        System.Logger logger = log;
        if (logger == null) {
            logger = System.getLogger("ringfort.server");
            log = logger;
        }
        switch (notice) {
            case Said said -> logger.log(said.level, said.text, said.cause == null ? null : LogText.of(said.cause));
            case Expired expired -> say(logger, expired);
            case Handshaken h -> FlightRecorder.handshake(h.peer, h.outcome, h.protocol, h.suite, h.nanos);
            case Ended ended -> FlightRecorder.ended(ended.peer, ended.account, ended.streams);
            case NoMemory _ -> logger.log(System.Logger.Level.ERROR, NO_MEMORY_TEXT, noMemory);
            case Last _ -> {}
        }
        long lost = dropped.get();
        if (lost > told) {
            long more = lost - told;
            told = lost;
            logger.log(System.Logger.Level.WARNING, more + " notices were dropped");
        }
    }

    private void say(System.Logger log, Expired e) {
        FlightRecorder.expired(e.phase, e.peer, e.ageNanos, e.lateNanos, e.receivedBytes);
        if (!e.log) {
            return;
        }
        long second = Ticker.system().nanos() / 1_000_000_000L;
        if (second != expiredSecond) {
            expiredSecond = second;
            expiredInSecond = 0;
        }
        if (++expiredInSecond > EXPIRED_PER_SECOND) {
            dropped.incrementAndGet();
            return;
        }
        String text = "expired phase=%s peer=%s:%d age=%.3fs late=%.3fms received=%d"
                .formatted(
                        e.phase.name().toLowerCase(Locale.ROOT),
                        e.peer.getAddress().getHostAddress(),
                        e.peer.getPort(),
                        e.ageNanos / 1e9,
                        e.lateNanos / 1e6,
                        e.receivedBytes);
        log.log(System.Logger.Level.INFO, text);
    }

    /** Says what waits, and ends the thread. */
    @Override
    public void close() {
        closed = true;
        queue.offer(LAST); // where the queue is full, the thread sees that it is closed
    }
}
