package ringfort.message;

import java.util.Locale;
import java.util.Set;

/** What may be said in which fields (RFC 9110, 6.5.1 and 7.6.1). Stateless, any thread. */
public final class FieldRules {
    /** What frames a message and ends a connection: the encoder of each version decides it, and nobody else. */
    private static final Set<String> FRAMING =
            Set.of("content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "date");

    /**
     * What a recipient has to know before the content, or must not learn from where a proxy may merge, drop or overlook
     * it: framing, routing, control data, authentication, and how the content is to be read.
     */
    private static final Set<String> NOT_IN_TRAILERS = Set.of(
            "content-length",
            "transfer-encoding",
            "trailer",
            "te",
            "connection",
            "keep-alive",
            "proxy-connection",
            "upgrade",
            "date",
            "host",
            "expect",
            "max-forwards",
            "range",
            "if-match",
            "if-none-match",
            "if-modified-since",
            "if-unmodified-since",
            "if-range",
            "pragma",
            "age",
            "cache-control",
            "expires",
            "location",
            "retry-after",
            "vary",
            "warning",
            "authorization",
            "proxy-authorization",
            "www-authenticate",
            "proxy-authenticate",
            "cookie",
            "set-cookie",
            "content-encoding",
            "content-type",
            "content-range",
            "content-location",
            "content-language",
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto");

    private FieldRules() {}

    /**
     * Whether a trailer section may hold the field. A sender must not send another, and a recipient drops it.
     *
     * @param name in any case
     */
    public static boolean mayBeTrailer(String name) {
        return !NOT_IN_TRAILERS.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Whether a trailer section may hold the field whose name is {@code buffer[from, to)}, in any case. Makes no string. */
    public static boolean mayBeTrailer(byte[] buffer, int from, int to) {
        for (String name : NOT_IN_TRAILERS) {
            if (Octets.matches(buffer, from, to, name)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether the encoder of a message writes the field itself, so that no caller may set it.
     *
     * @param name in any case
     */
    public static boolean isFraming(String name) {
        return FRAMING.contains(name.toLowerCase(Locale.ROOT));
    }
}
