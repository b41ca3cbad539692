package ringfort.filters;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where sessions are kept. Any thread. May block: it is asked on the thread of the handler. Of two requests of one session that
 * change it at the same time, the one that is saved last counts.
 */
public interface SessionStore {
    /**
     * What was saved.
     *
     * @param id id of the session, as a client sent it; untrusted
     * @return its values; null when there is no such session, or it has expired
     */
    @Nullable Map<String, String> load(String id);

    /**
     * Saves a session, in place of what was saved for it before.
     *
     * @param id id of the session
     * @param values all its values; unmodifiable
     * @param idle for how long it is to be kept from now on
     */
    void save(String id, Map<String, String> values, Duration idle);

    /**
     * Forgets a session.
     *
     * @param id id of the session
     */
    void delete(String id);
}
