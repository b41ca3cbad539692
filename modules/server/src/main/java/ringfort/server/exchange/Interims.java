package ringfort.server.exchange;

import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import ringfort.api.Headers;

/** Interim responses of one exchange: put in by the handler's thread, taken out by the worker. */
public final class Interims {
    private static final int MOST_WAITING = 16;

    private final ConcurrentLinkedQueue<Notice> waiting = new ConcurrentLinkedQueue<>();

    /**
     * An interim response.
     *
     * @param fields header fields; none for {@code 100 Continue}
     */
    public record Notice(int status, Headers fields) {}

    /** Adds one; false when {@link #MOST_WAITING} still wait: it is news, and the peer does not read. */
    boolean add(Notice notice) {
        return waiting.size() < MOST_WAITING && waiting.add(notice);
    }

    /** The oldest one; null when there is none. */
    @Nullable Notice next() {
        return waiting.poll();
    }
}
