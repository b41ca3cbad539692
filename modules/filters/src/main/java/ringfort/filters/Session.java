package ringfort.filters;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.api.Request;

/**
 * What is remembered of a client between its requests. There is one for each request that {@link Sessions} filters; nothing is
 * kept, and no cookie is sent, before a value is set. One thread at a time: the handler's.
 */
public final class Session {
    static final String ATTRIBUTE = "ringfort.filters.session";

    private final Map<String, String> values;
    private @Nullable String id; // null when it is new, or is to get another
    private @Nullable String replaced; // the id it had before
    private boolean changed;

    Session(@Nullable String id, Map<String, String> values) {
        this.id = id;
        this.values = new HashMap<>(values);
    }

    /**
     * The session of a request.
     *
     * @param request the request
     * @return the session
     * @throws IllegalStateException when no {@link Sessions} is around the handler
     */
    public static Session of(Request request) {
        Session session = request.attribute(ATTRIBUTE, Session.class);
        if (session == null) {
            throw new IllegalStateException("no session filter is around this route; add Sessions to its filters");
        }
        return session;
    }

    /**
     * A value.
     *
     * @param name its name
     * @return the value, or null
     */
    public @Nullable String get(String name) {
        return values.get(name);
    }

    /**
     * Sets a value.
     *
     * @param name its name
     * @param value the value
     * @return this session
     */
    public Session set(String name, String value) {
        values.put(name, Objects.requireNonNull(value, "value"));
        changed = true;
        return this;
    }

    /**
     * Forgets a value.
     *
     * @param name its name
     * @return this session
     */
    public Session remove(String name) {
        changed |= values.remove(name) != null;
        return this;
    }

    /**
     * Gives the session another id. To be called where a client logs in: an id that somebody has slipped it before is worth
     * nothing then.
     *
     * @return this session
     */
    public Session renew() {
        if (id != null) {
            replaced = id;
            id = null;
        }
        changed = true;
        return this;
    }

    /** Ends the session: its values are forgotten, and the client is to forget its cookie. */
    public void end() {
        values.clear();
        renew();
    }

    @Nullable String id() {
        return id;
    }

    @Nullable String replaced() {
        return replaced;
    }

    boolean isChanged() {
        return changed;
    }

    Map<String, String> values() {
        return Map.copyOf(values);
    }
}
