package ringfort.tls;

import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection cannot go on.
 *
 * @param kind for counters, and for what the owner does next
 * @param message for a log, in words of this module or of the engine
 * @param cause what the engine threw; null when this module refused
 */
public record TlsFailure(
        Kind kind, String message, @Nullable Throwable cause) {
    /** Kinds of failure. */
    public enum Kind {
        /** The peer speaks HTTP without TLS. No alert was written: the owner answers 400 in plain, and closes. */
        PLAIN_HTTP,
        /** The first bytes are neither TLS nor HTTP. */
        NOT_TLS,
        /** Nothing in common: protocol, suite, application protocol; or a message that the handshake does not allow. */
        HANDSHAKE,
        /** The peer's certificate is missing, or not trusted. */
        PEER_CERTIFICATE,
        /** The peer ended the connection by an alert. */
        PEER_ALERT,
        /** A limit of {@link TlsLimits} was passed. */
        LIMIT,
        /** The peer asked for a second handshake on the connection (TLS 1.2), which is not done (RFC 9113, 9.2.1). */
        RENEGOTIATION,
        /** Records that are malformed, do not decrypt, or come at the wrong time. */
        PROTOCOL,
        /** A fault of the engine or of this module. */
        INTERNAL
    }

    /** What an engine that threw {@code cause} is to be counted as. */
    static TlsFailure of(Throwable cause) {
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return new TlsFailure(kind(cause, message), message, cause);
    }

    private static Kind kind(Throwable cause, String message) {
        if (message.contains("Received fatal alert")) { // the JDK has no type for it
            return Kind.PEER_ALERT;
        }
        if (!(cause instanceof javax.net.ssl.SSLException)) {
            return Kind.INTERNAL;
        }
        boolean ofCertificate = message.contains("Empty client certificate chain") || causedByCertificate(cause);
        if (ofCertificate) {
            return Kind.PEER_CERTIFICATE;
        }
        return cause instanceof SSLHandshakeException ? Kind.HANDSHAKE : Kind.PROTOCOL;
    }

    private static boolean causedByCertificate(Throwable thrown) {
        int depth = 0;
        for (Throwable cause = thrown; cause != null && depth < 10; cause = cause.getCause(), depth++) {
            if (cause instanceof java.security.cert.CertificateException
                    || cause instanceof java.security.cert.CertPathValidatorException
                    || cause instanceof java.security.cert.CertPathBuilderException) {
                return true;
            }
        }
        return false;
    }
}
