package ringfort.h2;

import org.jspecify.annotations.Nullable;
import ringfort.message.FieldSection;
import ringfort.message.MessageHead;
import ringfort.message.Octets;

/**
 * The head of one request: its control data and header fields, without the pseudo-fields they came in (RFC 9113, 8.3.1).
 * Immutable, any thread; it owns one array of exactly the size it needs.
 */
public final class H2RequestHead extends FieldSection implements MessageHead {
    private static final String[] METHODS = {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"};

    private final long method;
    private final long scheme;
    private final long path;
    private final long authority;
    private final long connectProtocol;
    private final long contentLength;
    private final boolean ends;
    private final boolean expectsContinue;
    private final int priority;

    /** @param octets the head's own copy of its octets, then the spans of its fields */
    H2RequestHead(byte[] octets, int count, RequestRules rules, boolean ends) {
        super(octets, count);
        method = rules.method();
        scheme = rules.scheme();
        path = rules.path();
        authority = rules.authority();
        connectProtocol = rules.protocol();
        contentLength = rules.contentLength();
        expectsContinue = rules.expectsContinue() && !ends;
        priority = rules.priority();
        this.ends = ends;
    }

    private static boolean isThere(long span) {
        return span != RequestRules.ABSENT;
    }

    private String text(long span) {
        return Octets.text(octets, FieldSection.valueStart(span), FieldSection.valueEnd(span));
    }

    private boolean isMethod(String name) {
        return Octets.equal(octets, FieldSection.valueStart(method), FieldSection.valueEnd(method), name);
    }

    /** The method, as sent: any token. */
    @Override
    public String method() {
        for (String known : METHODS) {
            if (isMethod(known)) {
                return known;
            }
        }
        return text(method);
    }

    /** Whether the method is GET. */
    public boolean isGet() {
        return isMethod("GET");
    }

    @Override
    public boolean isHead() {
        return isMethod("HEAD");
    }

    /** {@code http}, {@code https} or another, in lower case; null for a CONNECT that has none. */
    public @Nullable String scheme() {
        return isThere(scheme) ? text(scheme) : null;
    }

    /** Path and query, as sent; {@code *} for OPTIONS of the server; the authority for a CONNECT without a path. */
    @Override
    public String target() {
        return isThere(path) ? text(path) : text(authority);
    }

    @Override
    public String pathAndQuery() {
        return target();
    }

    /** Host and optional port, as sent: of {@code :authority}, else of Host. */
    @Override
    public String authority() {
        return text(authority);
    }

    @Override
    public String protocol() {
        return "HTTP/2";
    }

    /** The protocol that an extended CONNECT asks for (RFC 8441, 4), such as {@code websocket}; else null. */
    public @Nullable String connectProtocol() {
        return isThere(connectProtocol) ? text(connectProtocol) : null;
    }

    @Override
    public boolean isExtendedConnect() {
        return isThere(connectProtocol);
    }

    @Override
    public @Nullable String upgrade() {
        return connectProtocol();
    }

    @Override
    public long contentLength() {
        return contentLength;
    }

    /** Whether content, or trailers, may follow: the head did not end the stream. */
    @Override
    public boolean hasBody() {
        return !ends;
    }

    /** Whether the peer may wait for {@code 100 Continue} before it sends the content (RFC 9110, 10.1.1). */
    public boolean expectsContinue() {
        return expectsContinue;
    }

    /** How urgent the response is, from 0, the most, to 7 (RFC 9218, 4.1), as the head says it. */
    public int urgency() {
        return Priority.urgency(priority);
    }

    /** Whether a part of the response is of use by itself (RFC 9218, 4.2), as the head says it. */
    public boolean incremental() {
        return Priority.incremental(priority);
    }

    int priority() {
        return priority;
    }

    /** How many octets the head takes, its names and values without what they were compressed to. */
    public int byteLength() {
        return octets.length;
    }

    @Override
    public FieldSection fields() {
        return this;
    }
}
