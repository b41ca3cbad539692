package ringfort.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A stream of server-sent events (WHATWG HTML, 9.2) to one client. Only the thread that runs its {@link Source} may use it.
 *
 * <p>Each event is sent at once. A client that reads slowly blocks the source, and one that does not read at all is cut off by
 * the server's write deadline. A source that waits for something else when its client resets the connection is interrupted at
 * once. A client that has sent its FIN may still read ({@link Request#onGone}): that it has gone is learnt by sending, so that a
 * source that is silent for long should {@link #comment} now and then.
 *
 * {@snippet :
 * Response clock(Request request) {
 *     return Sse.stream(request, events -> {
 *         while (true) {
 *             events.send(Instant.now().toString());
 *             Thread.sleep(Duration.ofSeconds(1));
 *         }
 *     });
 * }
 * }
 *
 * <p>{@link SseBroker} sends the same events to many clients, with heartbeats and replay. Streams count as running handlers
 * ({@link ServerOptions#maxHandlers()}), and a stop waits for those that do not end by {@link Server#onStopping}.
 */
public final class Sse {
    /** The media type of event streams; always UTF-8. */
    public static final String CONTENT_TYPE = "text/event-stream";

    private enum State {
        RUNNING,
        GONE,
        ENDED
    }

    private static final Response HEAD = Response.ok()
            .contentType(CONTENT_TYPE)
            .header("Cache-Control", "no-store")
            .header("X-Accel-Buffering", "no"); // proxies of the nginx kind would keep events back

    private final @Nullable String lastEventId;
    private final OutputStream out;
    private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);

    private Sse(@Nullable String lastEventId, OutputStream out) {
        this.lastEventId = lastEventId;
        this.out = out;
    }

    /** Sends the events of one stream. */
    @FunctionalInterface
    public interface Source {
        /**
         * Sends events until there are no more; the stream ends when this returns.
         *
         * @param events where they go
         * @throws Exception anything; what it throws once its client is gone is not reported
         */
        void sendTo(Sse events) throws Exception;
    }

    /**
     * Answers a request by a stream of events.
     *
     * @param request the request
     * @param source called once the head of the response is decided, on the handler's thread
     * @return 200 with {@code text/event-stream}, which neither caches nor proxies are to keep
     */
    public static Response stream(Request request, Source source) {
        String id = lastEventId(request);
        return HEAD.body(new Body.Streaming(-1, out -> new Sse(id, out).run(request, source)));
    }

    /** Header fields have a char per byte, ids are UTF-8. */
    private static @Nullable String lastEventId(Request request) {
        String sent = request.header("Last-Event-ID");
        return sent == null || sent.isEmpty()
                ? null
                : new String(sent.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private void run(Request request, Source source) throws Exception {
        Thread sender = Thread.currentThread();
        request.onGone(() -> {
            if (state.compareAndSet(State.RUNNING, State.GONE)) {
                sender.interrupt();
            }
        });
        out.flush(); // the client learns that it is connected, before the first event
        try {
            source.sendTo(this);
        } catch (InterruptedException e) {
            if (!isGone()) {
                throw e;
            }
        } finally {
            if (state.getAndSet(State.ENDED) == State.GONE) {
                Thread.interrupted(); // it was meant for the source alone
            }
        }
    }

    /**
     * The last event that the client has seen, as it says.
     *
     * @return its id, untrusted text; null when the client names none
     */
    public @Nullable String lastEventId() {
        return lastEventId;
    }

    /**
     * Whether the client is gone.
     *
     * @return true when nothing that is sent can reach it any more
     */
    public boolean isGone() {
        return state.get() == State.GONE;
    }

    /**
     * Sends an event.
     *
     * @param event the event
     * @throws IOException when the client is gone, or too slow; let it through
     */
    public void send(SseEvent event) throws IOException {
        write(event.encode());
        flush();
    }

    /**
     * Sends an event with data alone.
     *
     * @param data any text
     * @throws IOException when the client is gone, or too slow; let it through
     */
    public void send(String data) throws IOException {
        send(SseEvent.of(data));
    }

    /**
     * Sends a comment, which clients ignore: a sign of life for proxies that close silent connections.
     *
     * @param text any text
     * @throws IOException when the client is gone, or too slow; let it through
     */
    public void comment(String text) throws IOException {
        StringBuilder lines = new StringBuilder();
        SseEvent.appendLines(lines, ": ", text);
        write(lines.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        flush();
    }

    /** Sends whole events that are encoded already; {@link #flush} sends them off. */
    void write(byte[] events) throws IOException {
        out.write(events);
    }

    void flush() throws IOException {
        out.flush();
    }
}
