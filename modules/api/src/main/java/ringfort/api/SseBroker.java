package ringfort.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends the same events to all clients that have subscribed. Any thread.
 *
 * <p>An event is encoded once and kept in a log of bounded length; a subscriber is a position in that log, so that a thousand
 * of them cost no queue each. {@link #publish} never waits for one. A client that comes back with {@code Last-Event-ID} goes on
 * behind that event, as far as the log still has what follows; one that names an event of another broker, of an earlier process
 * for example, begins with the next event. A comment each 15 seconds keeps silent streams alive.
 *
 * {@snippet :
 * void news(Server server) {
 *     SseBroker news = SseBroker.of(server, 256);
 *     server.get("/news", news::subscribe).post("/news", request -> {
 *         news.publish(SseEvent.of(request.text()));
 *         return Response.noContent();
 *     });
 * }
 * }
 */
public final class SseBroker implements AutoCloseable {
    /** What becomes of a subscriber that reads so slowly that events it has not had fell out of the log. */
    public enum SlowSubscriber {
        /** It misses those events, is told how many in a comment, and goes on with the oldest that the log has. */
        SKIPS,
        /** Its stream ends; an {@code EventSource} connects again by itself. */
        IS_DISCONNECTED
    }

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final int MOST_EVENTS = 1 << 20;

    private final AtomicReferenceArray<@Nullable Entry> log;
    private final AtomicLong last = new AtomicLong(); // number of the event published last; the first is 1
    private final AtomicLong missed = new AtomicLong();
    private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();
    private final String epoch = UUID.randomUUID().toString().substring(0, 8);
    private final SlowSubscriber slow;
    private final Duration heartbeat;
    private volatile boolean closed;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(long number, byte[] encoded) {}

    private static final class Subscriber {
        private final Thread thread = Thread.currentThread();
        private final AtomicBoolean waits = new AtomicBoolean();
    }

    /**
     * Makes a broker.
     *
     * @param events how many events its log keeps, 1 to 1,048,576
     * @param slow what becomes of slow subscribers
     * @param heartbeat how long a stream may be silent; then a comment is sent
     */
    public SseBroker(int events, SlowSubscriber slow, Duration heartbeat) {
        if (events < 1 || events > MOST_EVENTS) {
            throw new IllegalArgumentException("a log of " + events + " events; give 1 to " + MOST_EVENTS);
        }
        if (heartbeat.isNegative() || heartbeat.isZero()) {
            throw new IllegalArgumentException("heartbeat is " + heartbeat + "; give more than zero");
        }
        this.log = new AtomicReferenceArray<>(events);
        this.slow = Objects.requireNonNull(slow, "slow");
        this.heartbeat = heartbeat;
    }

    /**
     * A broker whose streams end when a server begins to stop, and whose slow subscribers skip events.
     *
     * @param server the server; its stop would wait for the streams otherwise
     * @param events how many events the log keeps
     * @return the broker
     */
    public static SseBroker of(Server server, int events) {
        SseBroker broker = new SseBroker(events, SlowSubscriber.SKIPS, HEARTBEAT);
        server.onStopping(broker::close);
        return broker;
    }

    /**
     * Sends an event to all subscribers. Never waits for them. When the broker is closed, nobody gets it.
     *
     * @param event the event, without an id: the broker numbers what it sends
     * @return the id it got
     * @throws IllegalArgumentException when the event has an id
     */
    public String publish(SseEvent event) {
        if (event.id() != null) {
            throw new IllegalArgumentException("the event has an id; leave it out, the broker gives one");
        }
        byte[] content = event.encode();
        long number = last.incrementAndGet();
        String id = epoch + "-" + number;
        if (closed) {
            return id;
        }
        byte[] prefix = ("id: " + id + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[prefix.length + content.length];
        System.arraycopy(prefix, 0, whole, 0, prefix.length);
        System.arraycopy(content, 0, whole, prefix.length, content.length);
        Entry entry = new Entry(number, whole);
        // A publisher that was overtaken by a whole round of the log leaves the newer event there.
        log.accumulateAndGet(
                slot(number),
                entry,
                (old, added) -> old != null && added != null && old.number > added.number ? old : added);
        subscribers.forEach(SseBroker::wake);
        return id;
    }

    private static void wake(Subscriber subscriber) {
        if (subscriber.waits.get() && subscriber.waits.compareAndSet(true, false)) {
            LockSupport.unpark(subscriber.thread);
        }
    }

    /**
     * Answers a request by a stream of what is published from now on, and of what the client has missed since the event it
     * names.
     *
     * @param request the request
     * @return the stream; 204, which ends an {@code EventSource} for good, when the broker is closed
     */
    public Response subscribe(Request request) {
        return closed ? Response.noContent() : Sse.stream(request, this::send);
    }

    private void send(Sse client) throws IOException {
        Subscriber subscriber = new Subscriber();
        subscribers.add(subscriber);
        try {
            long next = firstFor(client.lastEventId());
            while (next > 0 && !client.isGone()) {
                boolean ends = closed; // looked at first: what was published before the close is sent
                long ahead = sendFrom(next, client);
                if (ends) {
                    return;
                }
                if (ahead == next) {
                    await(subscriber, next, client);
                }
                next = ahead;
            }
        } finally {
            subscribers.remove(subscriber);
        }
    }

    /** The number of the first event for a client that has seen one; the next to come for one that names none of ours. */
    private long firstFor(@Nullable String seen) {
        long newest = last.get();
        String own = epoch + "-";
        if (seen != null && seen.startsWith(own)) {
            try {
                long number = Long.parseLong(seen, own.length(), seen.length(), 10);
                if (number > 0 && number <= newest) {
                    return Math.max(number + 1, newest - log.length() + 1);
                }
            } catch (NumberFormatException _) {
                return newest + 1; // an id that we never gave
            }
        }
        return newest + 1;
    }

    /** Sends what is there; the number to go on with, or 0 when the stream is to end. */
    private long sendFrom(long from, Sse client) throws IOException {
        long next = from;
        Entry entry = log.get(slot(next));
        while (entry != null && entry.number == next) {
            client.write(entry.encoded);
            next++;
            entry = log.get(slot(next));
        }
        if (next > from) {
            client.flush();
        }
        if (entry == null || entry.number <= next) {
            return next;
        }
        if (slow == SlowSubscriber.IS_DISCONNECTED) {
            return 0;
        }
        long oldest = Math.max(next + 1, last.get() - log.length() + 1);
        missed.addAndGet(oldest - next);
        client.comment((oldest - next) + " events missed");
        return oldest;
    }

    private void await(Subscriber subscriber, long next, Sse client) throws IOException {
        subscriber.waits.set(true);
        Entry entry = log.get(slot(next)); // after saying that we wait: a publisher that did not see it was before this
        if ((entry == null || entry.number < next) && !closed && !client.isGone()) {
            LockSupport.parkNanos(this, heartbeat.toNanos());
            if (subscriber.waits.compareAndSet(true, false) && !closed && !client.isGone()) {
                client.comment("");
            }
        }
        subscriber.waits.set(false);
    }

    private int slot(long number) {
        return (int) (number % log.length());
    }

    /**
     * How many streams there are.
     *
     * @return a number of this moment
     */
    public int subscribers() {
        return subscribers.size();
    }

    /**
     * How many events slow subscribers have missed.
     *
     * @return events, counted once for each subscriber that missed it
     */
    public long missed() {
        return missed.get();
    }

    /** Ends all streams, soon and behind what was published before, and refuses new ones. Does not wait. */
    @Override
    public void close() {
        closed = true;
        subscribers.forEach(subscriber -> {
            subscriber.waits.set(false);
            LockSupport.unpark(subscriber.thread);
        });
    }
}
