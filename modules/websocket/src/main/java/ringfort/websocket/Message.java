package ringfort.websocket;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A whole message. Any thread; its octets must not be changed.
 *
 * @param isText whether it is text; its octets are UTF-8 then
 * @param bytes the content
 */
@SuppressWarnings("ArrayRecordComponent") // copied nowhere: a message may have megabytes
public record Message(boolean isText, byte[] bytes) {
    /** Checks that there is content. */
    public Message {
        Objects.requireNonNull(bytes, "bytes");
    }

    /**
     * A message of text.
     *
     * @param text the text
     * @return the message
     */
    public static Message of(String text) {
        return new Message(true, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A message of binary data.
     *
     * @param bytes the data, not copied
     * @return the message
     */
    public static Message of(byte[] bytes) {
        return new Message(false, bytes);
    }

    /**
     * The content as text.
     *
     * @return the octets, read as UTF-8
     */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
