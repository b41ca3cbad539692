package ringfort.websocket;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.websocket.codec.Compression;

/**
 * The opening handshake (RFC 6455, section 4.2). What belongs to HTTP/1.1 alone, Upgrade and Key, is judged apart from what
 * extended CONNECT has too (RFC 8441, section 5): version, origin, subprotocol, extensions.
 *
 * @param refusal the answer to a request that cannot be accepted, or null
 * @param subprotocol the one that was chosen, or null
 * @param extensions value of {@code Sec-WebSocket-Extensions}, or null
 */
record Opening(
        @Nullable Response refusal,
        @Nullable String subprotocol,
        @Nullable String extensions) {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;

    /** The value of {@code Sec-WebSocket-Key}, or null when HTTP/1.1 does not allow to switch by this request. */
    static @Nullable String key(Request request) {
        List<String> keys = request.headers().all("Sec-WebSocket-Key");
        if (!request.asksForUpgrade("websocket") || keys.size() != 1 || request.contentLength() > 0) {
            return null;
        }
        String key = keys.getFirst().strip();
        try {
            byte[] nonce = Base64.getDecoder().decode(key);
            return nonce.length == KEY_BYTES && key.length() == 24 ? key : null;
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    /** Value of {@code Sec-WebSocket-Accept} for a key. */
    static String accept(String key) {
        try {
            // The RFC demands SHA-1; it guards nothing here.
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-1", missing);
        }
    }

    /** What both versions of HTTP have in common. */
    static Opening judge(Request request, WebSocketOptions options) {
        List<String> versions = request.headers().all("Sec-WebSocket-Version");
        if (versions.size() != 1 || !versions.getFirst().strip().equals("13")) {
            return refused(Response.upgradeRequired("websocket").header("Sec-WebSocket-Version", "13"));
        }
        if (!allowed(request, options.origins())) {
            return refused(Response.text("this origin may not connect\n").status(403));
        }
        List<String> offers = request.headers().all("Sec-WebSocket-Extensions");
        String extensions =
                options.compression() && !offers.isEmpty() ? Compression.agree(String.join(",", offers)) : null;
        return new Opening(null, chosen(request, options.subprotocols()), extensions);
    }

    private static Opening refused(Response refusal) {
        return new Opening(refusal, null, null);
    }

    private static boolean allowed(Request request, @Nullable Predicate<String> origins) {
        List<String> values = request.headers().all("Origin");
        if (values.isEmpty()) {
            return true;
        }
        if (values.size() > 1) {
            return false;
        }
        String origin = values.getFirst().strip();
        return origins != null ? origins.test(origin) : isSame(origin, request);
    }

    private static boolean isSame(String origin, Request request) {
        String host = request.host();
        if (host == null) {
            return false;
        }
        String scheme = request.secure() ? "https" : "http";
        try {
            URI theirs = URI.create(origin);
            URI ours = URI.create(scheme + "://" + host);
            return scheme.equalsIgnoreCase(theirs.getScheme())
                    && theirs.getHost() != null
                    && theirs.getHost().toLowerCase(Locale.ROOT).equals(lower(ours.getHost()))
                    && port(theirs, scheme) == port(ours, scheme);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static String lower(@Nullable String host) {
        return host == null ? "" : host.toLowerCase(Locale.ROOT);
    }

    private static int port(URI uri, String scheme) {
        return uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
    }

    private static @Nullable String chosen(Request request, List<String> spoken) {
        for (String line : request.headers().all("Sec-WebSocket-Protocol")) {
            for (String name : line.split(",", -1)) {
                if (spoken.contains(name.strip())) {
                    return name.strip();
                }
            }
        }
        return null;
    }
}
