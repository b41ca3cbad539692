package ringfort.websocket.codec;

/** Status codes of a Close frame (RFC 6455, section 7.4, and the registry of IANA). */
public final class CloseCode {
    /** All is said. */
    public static final int NORMAL = 1000;
    /** An endpoint goes away: the server stops, or the peer has been idle for too long. */
    public static final int GOING_AWAY = 1001;
    /** The peer broke the protocol. */
    public static final int PROTOCOL_ERROR = 1002;
    /** The Close frame had no code; never sent. */
    public static final int NONE = 1005;
    /** The connection ended without a Close frame; never sent. */
    public static final int ABNORMAL = 1006;
    /** The content doesn't fit the type of the message: text that is not UTF-8, or data that do not inflate. */
    public static final int BAD_DATA = 1007;
    /** The peer did what this server does not allow. */
    public static final int POLICY = 1008;
    /** The message is larger than the receiver takes. */
    public static final int TOO_BIG = 1009;
    /** The handler failed. */
    public static final int INTERNAL_ERROR = 1011;
    /** The receiver is too slow, or the server has too much to do. */
    public static final int TRY_AGAIN_LATER = 1013;

    private CloseCode() {}

    /**
     * Whether a Close frame may carry a code.
     *
     * @param code the code
     * @return true for 1000 to 1003, 1007 to 1014 and 3000 to 4999
     */
    public static boolean isSendable(int code) {
        return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    }
}
