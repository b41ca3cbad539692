package ringfort.api;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.Fields;

/**
 * One server-sent event (WHATWG HTML, 9.2). Immutable; methods that seem to change it return another.
 *
 * @param id what the client sends as {@code Last-Event-ID} when it connects again; null leaves the client's last one, an empty
 *     one resets it
 * @param name the type of the event; null for {@code message}
 * @param data the text; each of its lines travels as a field of its own, so that any text arrives whole
 * @param retry how long the client is to wait before it connects again; null for what it waits now
 */
public record SseEvent(
        @Nullable String id,
        @Nullable String name,
        String data,
        @Nullable Duration retry) {
    /**
     * Makes an event.
     *
     * @throws IllegalArgumentException when id or name hold a line break, or the id a NUL, which would let text of a stranger
     *     forge fields; or when the time to retry is negative
     */
    public SseEvent {
        Objects.requireNonNull(data, "data");
        requireOneLine("id", id);
        requireOneLine("name", name);
        if (id != null && id.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "id " + Fields.quote(id) + " holds a NUL, and clients ignore such an id");
        }
        if (retry != null && retry.isNegative()) {
            throw new IllegalArgumentException("retry is " + retry + "; give zero or more");
        }
    }

    /**
     * An event with data alone.
     *
     * @param data the text
     * @return the event
     */
    public static SseEvent of(String data) {
        return new SseEvent(null, null, data, null);
    }

    /**
     * This event with an id.
     *
     * @param newId one line without NUL
     * @return the event
     */
    public SseEvent id(String newId) {
        return new SseEvent(newId, name, data, retry);
    }

    /**
     * This event with a type.
     *
     * @param newName one line
     * @return the event
     */
    public SseEvent name(String newName) {
        return new SseEvent(id, newName, data, retry);
    }

    /**
     * This event with a time to wait before the client connects again.
     *
     * @param newRetry zero or more; sent in milliseconds
     * @return the event
     */
    public SseEvent retry(Duration newRetry) {
        return new SseEvent(id, name, data, newRetry);
    }

    /**
     * The event as it travels, the empty line behind it included.
     *
     * @return UTF-8
     */
    public byte[] encode() {
        StringBuilder text = new StringBuilder(data.length() + 32);
        if (id != null) {
            text.append("id: ").append(id).append('\n');
        }
        if (name != null) {
            text.append("event: ").append(name).append('\n');
        }
        if (retry != null) {
            text.append("retry: ").append(retry.toMillis()).append('\n');
        }
        appendLines(text, "data: ", data);
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Each line of the text behind the prefix; lines end with CR LF, LF or CR. */
    static void appendLines(StringBuilder target, String prefix, String text) {
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            boolean end = i == text.length();
            if (end || text.charAt(i) == '\n' || text.charAt(i) == '\r') {
                target.append(prefix).append(text, from, i).append('\n');
                if (!end && text.charAt(i) == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                    i++;
                }
                from = i + 1;
            }
        }
    }

    private static void requireOneLine(String what, @Nullable String text) {
        if (text != null && (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0)) {
            throw new IllegalArgumentException(what + " " + Fields.quote(text) + " is more than one line");
        }
    }
}
