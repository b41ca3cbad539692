package ringfort.h1;

import org.jspecify.annotations.Nullable;
import ringfort.message.FieldSection;
import ringfort.message.MessageHead;
import ringfort.message.Octets;

/**
 * The head of one request: request line and header fields, and what they mean for its framing and its connection.
 * Immutable, any thread. It owns one array of exactly the size it needs; no other head ever uses that array.
 */
public final class RequestHead extends FieldSection implements MessageHead {
    private static final String[] METHODS = {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"};

    private final int methodEnd;
    private final int targetEnd;
    private final int authorityStart;
    private final int authorityEnd;
    private final int hostField;
    private final int upgradeField;
    private final long contentLength;
    private final TargetForm form;
    private final byte minorVersion;
    private final boolean chunked;
    private final boolean keepAlive;
    private final boolean expectsContinue;

    /** @param octets the bytes of the head, copied for this object, and behind them the spans of the fields */
    RequestHead(byte[] octets, RequestLine line, FieldLines fields, HeadRules rules) {
        super(octets, fields.count());
        int minor = line.minorVersion();
        methodEnd = line.methodEnd();
        targetEnd = line.targetEnd();
        form = line.form();
        authorityStart = line.authorityStart();
        authorityEnd = line.authorityEnd();
        minorVersion = (byte) minor;
        hostField = rules.hostField();
        upgradeField = rules.upgradeField(minor);
        contentLength = rules.contentLength();
        chunked = rules.chunked();
        keepAlive = rules.keepAlive(minor);
        expectsContinue = rules.expectsContinue(minor);
    }

    /** The method, as sent: any token but CONNECT. */
    @Override
    public String method() {
        for (String method : METHODS) {
            if (Octets.equal(octets, 0, methodEnd, method)) {
                return method;
            }
        }
        return Octets.text(octets, 0, methodEnd);
    }

    /** Whether the method is GET. */
    public boolean isGet() {
        return Octets.equal(octets, 0, methodEnd, "GET");
    }

    /** Whether the method is HEAD. */
    @Override
    public boolean isHead() {
        return Octets.equal(octets, 0, methodEnd, "HEAD");
    }

    /** The request target, as sent. */
    @Override
    public String target() {
        return Octets.text(octets, methodEnd + 1, targetEnd);
    }

    /** The form of the target. */
    public TargetForm form() {
        return form;
    }

    /**
     * Host and optional port, as sent: from the target when the target is absolute, else from the Host field (RFC 9112,
     * 3.3). Null for an HTTP/1.0 request that has neither.
     */
    @Override
    public @Nullable String authority() {
        if (form == TargetForm.ABSOLUTE) {
            return Octets.text(octets, authorityStart, authorityEnd);
        }
        return hostField < 0 ? null : value(hostField);
    }

    /**
     * Path and query, as sent but without the authority of an absolute target: begins with {@code /}, or is {@code *}
     * (RFC 9112, 3.2.4).
     */
    @Override
    public String pathAndQuery() {
        if (form != TargetForm.ABSOLUTE) {
            return target();
        }
        String rest = Octets.text(octets, authorityEnd, targetEnd);
        if (rest.isEmpty()) {
            return Octets.equal(octets, 0, methodEnd, "OPTIONS") ? "*" : "/";
        }
        return rest.charAt(0) == '/' ? rest : "/" + rest;
    }

    @Override
    public String protocol() {
        return minorVersion > 0 ? "HTTP/1.1" : "HTTP/1.0";
    }

    /** 1 for HTTP/1.1 and above, 0 for HTTP/1.0. */
    public int minorVersion() {
        return minorVersion;
    }

    /** The announced length of the content; -1 when none is announced or the content is chunked. */
    @Override
    public long contentLength() {
        return contentLength;
    }

    /** Whether the content is chunked. */
    public boolean chunked() {
        return chunked;
    }

    /** Whether there is content to read: chunked, or of an announced length above zero. */
    @Override
    public boolean hasBody() {
        return chunked || contentLength > 0;
    }

    /** Whether the peer wants the connection to stay open (RFC 9112, 9.3). */
    public boolean keepAlive() {
        return keepAlive;
    }

    /** Whether the peer may wait for {@code 100 Continue} before it sends the content (RFC 9110, 10.1.1). */
    public boolean expectsContinue() {
        return expectsContinue;
    }

    @Override
    public boolean knowsInterim() {
        return minorVersion > 0;
    }

    @Override
    public boolean knowsTrailers() {
        return minorVersion > 0;
    }

    /** The protocols the peer offers to switch to, when Connection names Upgrade; else null (RFC 9110, 7.8). */
    @Override
    public @Nullable String upgrade() {
        return upgradeField < 0 ? null : value(upgradeField);
    }

    @Override
    public FieldSection fields() {
        return this;
    }

    /** How many bytes the peer sent for this head, from the method to the empty line. */
    public int byteLength() {
        return textLength();
    }
}
