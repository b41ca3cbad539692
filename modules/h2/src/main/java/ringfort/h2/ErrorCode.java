package ringfort.h2;

/** Why a stream or a connection ended, as RST_STREAM and GOAWAY say it (RFC 9113, 7). The ordinal is the code. */
public enum ErrorCode {
    /** Nothing went wrong. */
    NO_ERROR,
    /** The peer broke a rule that has no code of its own. */
    PROTOCOL_ERROR,
    /** The sender failed. */
    INTERNAL_ERROR,
    /** More was sent than a window allowed, or a window became too large. */
    FLOW_CONTROL_ERROR,
    /** SETTINGS were not acknowledged in time. */
    SETTINGS_TIMEOUT,
    /** A frame came for a stream that was closed. */
    STREAM_CLOSED,
    /** A frame has a length it must not have. */
    FRAME_SIZE_ERROR,
    /** The request was not looked at: it may be sent again. */
    REFUSED_STREAM,
    /** The stream is not needed any more. */
    CANCEL,
    /** The compression context is lost. */
    COMPRESSION_ERROR,
    /** The connection of a CONNECT request failed. */
    CONNECT_ERROR,
    /** The peer makes more work than a connection may. */
    ENHANCE_YOUR_CALM,
    /** TLS is not good enough. */
    INADEQUATE_SECURITY,
    /** HTTP/1.1 has to be used. */
    HTTP_1_1_REQUIRED;

    private static final ErrorCode[] CODES = values();

    /** The number on the wire. */
    @SuppressWarnings("EnumOrdinal") // the constants stand in the order of their codes
    public int code() {
        return ordinal();
    }

    /** The error of a code; an unknown one counts as {@link #INTERNAL_ERROR} (RFC 9113, 7). */
    public static ErrorCode of(int code) {
        return code >= 0 && code < CODES.length ? CODES[code] : INTERNAL_ERROR;
    }
}
