package ringfort.filters;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import ringfort.api.Cookie;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;

/**
 * Remembers clients by a cookie that holds a random id of 144 bits, and nothing else. The cookie is {@code HttpOnly} and
 * {@code SameSite=Lax}; over TLS it is {@code Secure} and has the prefix {@code __Host-}, so that no other host can set it. An
 * id that this server has not given is never taken.
 *
 * <p>A session is saved when its handler has returned: before streamed content is written. Answers that set the cookie are
 * {@code no-store} unless the handler says otherwise. Any thread.
 */
public final class Sessions implements Filter {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ID_BYTES = 18;
    private static final int ID_CHARACTERS = 24;

    private final SessionStore store;
    private final Duration idle;

    /**
     * Makes the filter.
     *
     * @param store where sessions are kept
     * @param idle how long a session lives without a request
     */
    public Sessions(SessionStore store, Duration idle) {
        this.store = Objects.requireNonNull(store, "store");
        this.idle = Answers.positive(idle, "idle");
    }

    private static String cookieName(Request request) {
        return request.secure() ? "__Host-session" : "session";
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        String sent = request.cookie(cookieName(request));
        Map<String, String> known = sent == null || sent.length() != ID_CHARACTERS ? null : store.load(sent);
        Session session = new Session(known == null ? null : sent, known == null ? Map.of() : known);
        request.setAttribute(Session.ATTRIBUTE, session);
        Response response = Answers.of(request, next);
        String before = session.replaced();
        if (before != null) {
            store.delete(before);
        }
        return saved(session, request, response);
    }

    private Response saved(Session session, Request request, Response response) {
        Map<String, String> values = session.values();
        String id = session.id();
        if (!session.isChanged()) {
            if (id != null) {
                store.save(id, values, idle); // it was used: it lives on
            }
            return response;
        }
        if (values.isEmpty()) {
            if (id != null) {
                store.delete(id);
            }
            return id == null && session.replaced() == null
                    ? response
                    : withCookie(response, Cookie.expired(cookieName(request)).secure(request.secure()));
        }
        if (id != null) {
            store.save(id, values, idle);
            return response;
        }
        String fresh = newId();
        store.save(fresh, values, idle);
        return withCookie(response, Cookie.of(cookieName(request), fresh).secure(request.secure()));
    }

    private static Response withCookie(Response response, Cookie cookie) {
        return Answers.orElse(response.cookie(cookie), "Cache-Control", "no-store");
    }

    private static String newId() {
        byte[] random = new byte[ID_BYTES];
        RANDOM.nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** Nothing of what it keeps. */
    @Override
    public String toString() {
        return "sessions, idle for " + idle;
    }
}
