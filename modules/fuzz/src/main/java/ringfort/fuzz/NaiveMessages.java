package ringfort.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import ringfort.websocket.codec.ReaderLimits;

/**
 * The messages and control frames of a WebSocket, read from all of its bytes at once (RFC 6455, 5 and 7.4; RFC 7692, 6 and
 * 7.2): a frame is judged when it is there, and what has come of the message is inflated and decoded anew for each.
 */
final class NaiveMessages {
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};
    private static final int PROTOCOL = 1002;
    private static final int DATA = 1007;
    private static final int POLICY = 1008;
    private static final int SIZE = 1009;

    /** Ends the reading: with a close code, or with 0 where the bytes end. */
    private static final class Ended extends Exception {
        private static final long serialVersionUID = 1;
        final int code;

        Ended(int code) {
            super(null, null, false, false);
            this.code = code;
        }
    }

    private final ReaderLimits limits;
    private final boolean compression;
    private final ByteBuffer in;
    private final List<String> found = new ArrayList<>();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private int fragments;
    private int small;
    private boolean text;
    private boolean compressed;

    private NaiveMessages(ReaderLimits limits, boolean compression, byte[] bytes) {
        this.limits = limits;
        this.compression = compression;
        this.in = ByteBuffer.wrap(bytes);
    }

    /** What comes of the bytes, in the words of {@link WebSocketFrames}. */
    static List<String> of(ReaderLimits limits, boolean compression, byte[] bytes) {
        var naive = new NaiveMessages(limits, compression, bytes);
        try {
            boolean open = true;
            while (open) {
                open = naive.frame();
            }
        } catch (Ended ended) {
            naive.found.add(ended.code == 0 ? "incomplete" : WebSocketFrames.violation(ended.code, compression));
        }
        return naive.found;
    }

    private int octet() throws Ended {
        if (!in.hasRemaining()) {
            throw new Ended(0);
        }
        return in.get() & 0xFF;
    }

    private static void rule(boolean kept, int code) throws Ended {
        if (!kept) {
            throw new Ended(code);
        }
    }

    /** Reads one; false behind a Close. */
    private boolean frame() throws Ended {
        int first = octet();
        int second = octet();
        int opcode = first & 0xF;
        boolean last = (first & 0x80) != 0;
        boolean control = opcode >= 8;
        rule((first & 0x30) == 0, PROTOCOL);
        rule((first & 0x40) == 0 || (compression && (opcode == 1 || opcode == 2)), PROTOCOL);
        rule(opcode <= 2 || (opcode >= 8 && opcode <= 10), PROTOCOL);
        rule(!control || last, PROTOCOL);
        rule(control || (opcode == 0) == (fragments > 0), PROTOCOL);
        rule((second & 0x80) != 0, PROTOCOL);
        long length = second & 0x7F;
        rule(!control || length <= 125, PROTOCOL);
        int extra = length == 127 ? 8 : length == 126 ? 2 : 0;
        byte[] head = new byte[extra + 4];
        for (int i = 0; i < head.length; i++) {
            head[i] = (byte) octet();
        }
        if (extra > 0) {
            length = extra == 2
                    ? ByteBuffer.wrap(head).getShort() & 0xFFFF
                    : ByteBuffer.wrap(head).getLong();
            rule(length >= (extra == 2 ? 126 : 65_536), PROTOCOL);
        }
        if ((control || length == 0) && opcode != 8) {
            rule(++small <= limits.smallFrames(), POLICY);
        }
        if (!control) {
            begin(opcode, (first & 0x40) != 0, length);
        }
        byte[] bytes = new byte[(int) length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (octet() ^ head[extra + (i & 3)]);
        }
        if (control) {
            control(opcode, bytes);
        } else {
            data(bytes, last);
        }
        return opcode != 8;
    }

    private void begin(int opcode, boolean deflated, long length) throws Ended {
        if (fragments == 0) {
            text = opcode == 1;
            compressed = deflated;
            content.reset();
        }
        long most = compressed ? limits.messageBytes() + (limits.messageBytes() >> 8) + 64L : limits.messageBytes();
        rule(content.size() + length <= most, SIZE);
        rule(++fragments <= limits.fragments(), POLICY);
    }

    private void control(int opcode, byte[] bytes) throws Ended {
        if (opcode != 8) {
            found.add((opcode == 9 ? "ping " : "pong ") + Check.text(bytes));
            return;
        }
        int code = 1005;
        String reason = "";
        if (bytes.length > 0) {
            rule(bytes.length > 1, PROTOCOL);
            code = ByteBuffer.wrap(bytes).getShort() & 0xFFFF;
            boolean reserved = code < 1000 || (code >= 1004 && code <= 1006) || (code >= 1015 && code < 3000);
            rule(!reserved && code < 5000, PROTOCOL);
            byte[] rest = Arrays.copyOfRange(bytes, 2, bytes.length);
            reason = decoded(rest, true);
        }
        found.add("close " + code + ' ' + reason);
    }

    private void data(byte[] bytes, boolean last) throws Ended {
        content.writeBytes(bytes);
        byte[] message = compressed ? inflated(content.toByteArray(), last) : content.toByteArray();
        if (text) {
            decoded(message, last);
        }
        if (last) {
            found.add((text ? "text " : "binary ") + Check.text(message));
            fragments = 0;
            compressed = false;
        }
    }

    /** The text, with the decoder of the JDK; what is only the beginning of a character is left out unless it is the last. */
    private static String decoded(byte[] bytes, boolean last) throws Ended {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var out = CharBuffer.allocate(bytes.length + 1);
        try {
            var result = decoder.decode(ByteBuffer.wrap(bytes), out, last);
            if (result.isError()) {
                result.throwException();
            }
        } catch (CharacterCodingException malformed) {
            throw new Ended(DATA);
        }
        return out.flip().toString();
    }

    private byte[] inflated(byte[] bytes, boolean last) throws Ended {
        byte[] all = last ? Arrays.copyOf(bytes, bytes.length + TAIL.length) : bytes;
        System.arraycopy(TAIL, 0, all, bytes.length, all.length - bytes.length);
        var out = new ByteArrayOutputStream();
        int at = 0;
        // Each turn reads blocks up to one that is marked as the last, or to the end.
        while ((at != bytes.length && at < all.length) || (at == 0 && last)) {
            var inflater = new Inflater(true);
            try {
                inflater.setInput(all, at, all.length - at);
                byte[] octet = new byte[1];
                while (inflater.inflate(octet) == 1) {
                    out.write(octet[0]);
                    rule(out.size() <= limits.messageBytes(), SIZE);
                }
                rule(!inflater.needsDictionary(), DATA);
                at = all.length - (inflater.finished() ? inflater.getRemaining() : 0);
            } catch (DataFormatException malformed) {
                throw new Ended(DATA);
            } finally {
                inflater.end();
            }
        }
        return out.toByteArray();
    }
}
