package ringfort.websocket.codec;

/**
 * Why a connection fails (RFC 6455, section 7.1.7): what the Close frame says. Immutable; any thread.
 *
 * @param code one that {@link CloseCode#isSendable} allows
 * @param reason what the peer did, at most 123 octets
 */
public record Violation(int code, String reason) {}
