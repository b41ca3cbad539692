package ringfort.websocket.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes frames as a server does, without a mask (RFC 6455, section 5). Stateless; any thread. */
public final class Frames {
    /** Opcode of a further fragment. */
    public static final int CONTINUATION = 0x0;
    /** Opcode of text. */
    public static final int TEXT = 0x1;
    /** Opcode of binary data. */
    public static final int BINARY = 0x2;
    /** Opcode of Close. */
    public static final int CLOSE = 0x8;
    /** Opcode of Ping. */
    public static final int PING = 0x9;
    /** Opcode of Pong. */
    public static final int PONG = 0xA;
    /** Most octets of a control frame's content. */
    public static final int CONTROL_BYTES = 125;

    private static final int FIN = 0x80;
    private static final int RSV1 = 0x40;

    private Frames() {}

    /**
     * The head of a frame.
     *
     * @param opcode the opcode
     * @param last whether the message ends with this frame
     * @param compressed whether this is the first frame of a compressed message (RFC 7692, section 6)
     * @param length octets of the content
     * @return 2, 4 or 10 octets
     */
    public static byte[] head(int opcode, boolean last, boolean compressed, int length) {
        int first = opcode | (last ? FIN : 0) | (compressed ? RSV1 : 0);
        if (length <= CONTROL_BYTES) {
            return new byte[] {(byte) first, (byte) length};
        }
        if (length <= 0xFFFF) {
            return new byte[] {(byte) first, 126, (byte) (length >> 8), (byte) length};
        }
        return new byte[] {
            (byte) first,
            127,
            0,
            0,
            0,
            0,
            (byte) (length >> 24),
            (byte) (length >> 16),
            (byte) (length >> 8),
            (byte) length
        };
    }

    /**
     * A whole frame that ends its message.
     *
     * @param opcode the opcode
     * @param compressed whether the content is compressed
     * @param content the content
     * @return head and content
     */
    public static byte[] frame(int opcode, boolean compressed, byte[] content) {
        byte[] head = head(opcode, true, compressed, content.length);
        byte[] frame = Arrays.copyOf(head, head.length + content.length);
        System.arraycopy(content, 0, frame, head.length, content.length);
        return frame;
    }

    /**
     * A Close frame.
     *
     * @param code what {@link CloseCode#isSendable} allows; {@link CloseCode#NONE} for a frame without content
     * @param reason cut to 123 octets, between characters
     * @return the frame
     * @throws IllegalArgumentException when the code may not be sent
     */
    public static byte[] close(int code, String reason) {
        if (code == CloseCode.NONE) {
            return frame(CLOSE, false, new byte[0]);
        }
        if (!CloseCode.isSendable(code)) {
            throw new IllegalArgumentException("close code " + code + " may not be sent (RFC 6455, section 7.4)");
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, CONTROL_BYTES - 2);
        while (length < text.length && length > 0 && (text[length] & 0xC0) == 0x80) {
            length--;
        }
        byte[] content = new byte[2 + length];
        content[0] = (byte) (code >> 8);
        content[1] = (byte) code;
        System.arraycopy(text, 0, content, 2, length);
        return frame(CLOSE, false, content);
    }
}
