package ringfort.h1;

import org.jspecify.annotations.Nullable;

/** The protocol and deadline policy of one connection. */
public final class H1State {
    /** What {@link #next} found. */
    public enum Event {
        NEED_INPUT,
        HEAD,
        BODY,
        END,
        BUSY,
        REFUSED,
        /** Draining an unread body after its response passed a bound or failed: nothing to answer, close. */
        CLOSE,
        TUNNEL
    }

    public enum After {
        KEEP_ALIVE,
        DRAIN_BODY,
        CLOSE
    }

    public enum InputEnd {
        IDLE_CLOSE,
        PARTIAL_HEAD,
        PARTIAL_BODY,
        AFTER_REQUEST
    }

    public enum Expiry {
        NOT_DUE,
        ANSWER_408,
        CLOSE_SILENT,
        ANSWER_503,
        ABORT,
        LINGER_OVER
    }

    public H1State(Limits limits, Timeouts timeouts, DeadlineSlot slot) {}

    public void accepted(long nowNanos) {}

    public Event next(byte[] buffer, int from, int to, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    public int position() {
        throw new UnsupportedOperationException();
    }

    public int dataFrom() {
        throw new UnsupportedOperationException();
    }

    public int dataTo() {
        throw new UnsupportedOperationException();
    }

    public RequestHead head() {
        throw new UnsupportedOperationException();
    }

    public Fields trailers() {
        throw new UnsupportedOperationException();
    }

    /** After REFUSED, ANSWER_408, ANSWER_503. */
    public Refusal refusal() {
        throw new UnsupportedOperationException();
    }

    /** The head and all content of the current request have been read (true at once for a request without content). */
    public boolean requestComplete() {
        throw new UnsupportedOperationException();
    }

    public InputEnd inputClosed(long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /** -1 = inherit, 0 = off. */
    public void overrideTimeouts(long bodyNanos, long handlerNanos) {}

    public @Nullable Refusal limitBody(long bodyBytes) {
        throw new UnsupportedOperationException();
    }

    public void readOutstanding(boolean waiting, long nowNanos) {}

    public boolean awaitsContinue() {
        throw new UnsupportedOperationException();
    }

    public void continueSent(long nowNanos) {}

    /** keepAlive: what the response head announced. */
    public void responseHead(boolean keepAlive, long nowNanos) {}

    public void writeOutstanding(boolean waiting, long nowNanos) {}

    public void writeProgress(long bytes, long nowNanos) {}

    public After responseFlushed(long nowNanos) {
        throw new UnsupportedOperationException();
    }

    public void closing(long nowNanos) {}

    public void closed() {}

    public void detach() {}

    public Phase phase() {
        throw new UnsupportedOperationException();
    }

    public boolean keepAlive() {
        throw new UnsupportedOperationException();
    }

    public Expiry expired(long nowNanos) {
        throw new UnsupportedOperationException();
    }
}
