package ringfort.websocket.codec;

/** What came whole: a message, or a control frame. */
public sealed interface Received {
    /**
     * A message.
     *
     * @param text whether it is text; its octets are UTF-8 then
     * @param bytes the content, inflated; the receiver's own
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Data(boolean text, byte[] bytes) implements Received {}

    /**
     * A Ping frame, which wants a Pong with its content.
     *
     * @param bytes the content, at most 125 octets
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Ping(byte[] bytes) implements Received {}

    /**
     * A Pong frame.
     *
     * @param bytes the content, at most 125 octets
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Pong(byte[] bytes) implements Received {}

    /**
     * A Close frame; nothing behind it is read.
     *
     * @param code the code, {@link CloseCode#NONE} when there was none
     * @param reason the reason, perhaps empty
     */
    record Close(int code, String reason) implements Received {}
}
