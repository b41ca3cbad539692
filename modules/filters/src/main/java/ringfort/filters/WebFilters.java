package ringfort.filters;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.Filter;
import ringfort.api.Headers;
import ringfort.api.HttpException;
import ringfort.api.Request;
import ringfort.api.Response;

/** Filters that need no settings to speak of. Stateless; any thread. */
public final class WebFilters {
    /** The attribute of a request that holds its id, a {@code String}. */
    public static final String REQUEST_ID = "ringfort.filters.request-id";

    /** The attribute of a request that holds the name that {@link #basicAuth} or {@link #apiKey} found, a {@code String}. */
    public static final String PRINCIPAL = "ringfort.filters.principal";

    private static final int LONGEST_ID = 64;
    private static final int TAG_BYTES = 16;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private WebFilters() {}

    /**
     * Gives each request an id: attribute {@link #REQUEST_ID} and field {@code X-Request-Id} of the response, also of errors.
     *
     * @param trustClients whether an id that the request brings is kept, if it is at most 64 letters, digits, dots, dashes and
     *     underscores; false behind no proxy of yours, for a stranger could make two requests look like one in your logs
     * @return the filter
     */
    public static Filter requestId(boolean trustClients) {
        return (request, next) -> {
            String given = trustClients ? request.header("X-Request-Id") : null;
            String id = given != null && isId(given) ? given : newId();
            request.setAttribute(REQUEST_ID, id);
            return Answers.of(request, next).header("X-Request-Id", id);
        };
    }

    private static boolean isId(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!good && c != '.' && c != '-' && c != '_') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= LONGEST_ID;
    }

    /** Not a secret, only unlikely to be given twice. */
    private static String newId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return Long.toUnsignedString(random.nextLong(), 36) + Long.toUnsignedString(random.nextLong(), 36);
    }

    /**
     * Refuses requests that another site makes a browser send (cross-site request forgery), by what browsers themselves say of
     * them: {@code Sec-Fetch-Site}, or else {@code Origin}, which must name the host of the request. GET, HEAD and OPTIONS go
     * on, so they must change nothing; and so do requests with neither field, which no browser of today sends.
     *
     * @param trustedOrigins origins that may send requests, such as {@code https://admin.example.org}
     * @return the filter; it answers 403
     */
    public static Filter csrf(String... trustedOrigins) {
        var trusted = java.util.Set.of(trustedOrigins);
        return (request, next) -> {
            String method = request.method();
            if (method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS") || isOwn(request)) {
                return next.handle(request);
            }
            String origin = request.header("Origin");
            if (origin != null && trusted.contains(origin)) {
                return next.handle(request);
            }
            throw HttpException.forbidden("This request comes from another site");
        };
    }

    private static boolean isOwn(Request request) {
        String site = request.header("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin") || site.equals("none");
        }
        String origin = request.header("Origin");
        if (origin == null) {
            return true;
        }
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority != null && authority.equalsIgnoreCase(request.host());
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /**
     * Asks for name and password (RFC 7617); only over TLS they are secret. What the name is goes to attribute
     * {@link #PRINCIPAL}.
     *
     * @param realm what the client is told they are for; no quotes or backslashes
     * @param isValid takes name and password; must take the same time for all passwords, as a password hash does
     * @return the filter; it answers 401
     */
    public static Filter basicAuth(String realm, BiPredicate<? super String, ? super String> isValid) {
        if (realm.indexOf('"') >= 0 || realm.indexOf('\\') >= 0) {
            throw new IllegalArgumentException("the realm holds a quote or backslash");
        }
        Headers challenge = Headers.of("WWW-Authenticate", "Basic realm=\"" + realm + "\", charset=\"UTF-8\"");
        return (request, next) -> {
            String pair = credentials(request.header("Authorization"));
            int colon = pair == null ? -1 : pair.indexOf(':');
            if (pair == null || colon < 0 || !isValid.test(pair.substring(0, colon), pair.substring(colon + 1))) {
                throw new HttpException(401, "", challenge, null);
            }
            request.setAttribute(PRINCIPAL, pair.substring(0, colon));
            return next.handle(request);
        };
    }

    private static @Nullable String credentials(@Nullable String field) {
        if (field == null || !field.regionMatches(true, 0, "Basic ", 0, 6)) {
            return null;
        }
        try {
            return new String(Base64.getDecoder().decode(field.substring(6).strip()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /**
     * Asks for a key in a field. Whose key it is goes to attribute {@link #PRINCIPAL}. Keys are compared by their digests, so
     * that the time it takes tells nothing of them.
     *
     * @param field name of the field, such as {@code X-API-Key}
     * @param ownersByKey who has which key; long random ones
     * @return the filter; it answers 401
     */
    public static Filter apiKey(String field, Map<String, String> ownersByKey) {
        Map<String, String> ownersByDigest = new HashMap<>();
        ownersByKey.forEach((key, owner) -> ownersByDigest.put(digest(key.getBytes(StandardCharsets.UTF_8)), owner));
        Headers challenge = Headers.of("WWW-Authenticate", "ApiKey");
        return (request, next) -> {
            String key = request.header(field);
            String owner = key == null ? null : ownersByDigest.get(digest(key.getBytes(StandardCharsets.ISO_8859_1)));
            if (owner == null) {
                throw new HttpException(401, "A valid key is needed in field " + field, challenge, null);
            }
            request.setAttribute(PRINCIPAL, owner);
            return next.handle(request);
        };
    }

    static String digest(byte[] content) {
        try {
            return BASE64.encodeToString(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Sets {@code Cache-Control} where the handler did not, on answers that are no errors.
     *
     * @param directives such as {@code public, max-age=3600}, or {@code no-store}
     * @return the filter
     */
    public static Filter cacheControl(String directives) {
        Objects.requireNonNull(directives, "directives");
        return (request, next) -> {
            Response response = next.handle(request);
            return response.status() < 400 ? Answers.orElse(response, "Cache-Control", directives) : response;
        };
    }

    /**
     * Tags content that is in memory by its digest, where the handler did not, and answers conditional requests by it: 304
     * saves sending, not making. Streams and files are left as they are.
     *
     * @return the filter; for GET and HEAD with 200
     */
    public static Filter etag() {
        return (request, next) -> {
            Response response = next.handle(request);
            boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
            if (!reads
                    || response.status() != 200
                    || !(response.body() instanceof Body.Bytes(byte[] bytes))
                    || response.headers().contains("ETag")) {
                return response;
            }
            return response.header("ETag", "\"" + digest(bytes).substring(0, TAG_BYTES) + "\"")
                    .conditional(request);
        };
    }

    /**
     * Bounds the content of requests for a group of routes; {@link ringfort.api.Route#maxBody} does for one, and before the
     * content arrives.
     *
     * @param bytes the largest content accepted
     * @return the filter; it answers 413
     */
    public static Filter bodyLimit(long bytes) {
        return (request, next) -> {
            if (request.contentLength() > bytes) {
                throw new HttpException(413, "The content is larger than " + bytes + " bytes");
            }
            return next.handle(
                    request.contentLength() >= 0
                            ? request
                            : request.with(
                                    source -> new BodySource(source, new LimitedInput(source.body(), bytes), -1)));
        };
    }
}
