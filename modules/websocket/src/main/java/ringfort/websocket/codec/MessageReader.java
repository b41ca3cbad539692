package ringfort.websocket.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a client sends: frames (RFC 6455, section 5), put together to messages. Not thread-safe; never throws for
 * what a peer sends.
 *
 * <pre>
 *   HEAD --all octets of the head--&gt; CONTENT --last octet--&gt; HEAD, with something to take
 *     \________________________________/ \--a rule is broken--&gt; violation: reads nothing more
 * </pre>
 *
 * <p>A rule is judged at the first octet that breaks it. A message is kept in one buffer that grows with the octets that
 * came, never with those that were announced.
 */
public final class MessageReader {
    private static final byte[] NONE = {};
    private static final int FIRST_BYTES = 512;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final ReaderLimits limits;
    private final boolean compression;
    private final Utf8Validator utf8 = new Utf8Validator();

    private final byte[] head = new byte[14];
    private int headFilled;
    private int headNeeded = 2;
    private long left; // octets of the frame's content that have not come
    private int maskAt;

    private final byte[] control = new byte[Frames.CONTROL_BYTES];
    private int controlFilled;

    private byte[] message = NONE;
    private int messageFilled;
    private long wireBytes; // of the message, as its frames carried it
    private int fragments; // frames of the message so far; 0 between messages
    private boolean text;
    private boolean compressed;
    private @Nullable Inflater inflater;

    private double tokens;
    private long tokensNanos;
    private boolean started;

    private boolean closed;
    private @Nullable Received received;
    private @Nullable Violation violation;

    /**
     * A reader at the start of a connection.
     *
     * @param limits what the peer may ask for
     * @param compression whether per-message deflate is agreed on
     */
    public MessageReader(ReaderLimits limits, boolean compression) {
        this.limits = limits;
        this.compression = compression;
        this.tokens = limits.smallFrames();
    }

    /**
     * Reads until something can be taken, a rule is broken, or the octets end.
     *
     * @param source holds the octets; unmasked in place
     * @param offset of the first one
     * @param length how many
     * @param nowNanos a monotonic clock, for the limit of small frames
     * @return how many were read; 0 while something waits to be taken, and behind a Close or a violation
     */
    public int read(byte[] source, int offset, int length, long nowNanos) {
        int at = offset;
        int end = offset + length;
        while (received == null && violation == null && !closed && (at < end || isWholeFrame())) {
            if (headFilled < headNeeded) {
                head[headFilled++] = source[at++];
                judgeHead(nowNanos);
            } else {
                int count = (int) Math.min(left, end - at);
                content(source, at, count);
                at += count;
            }
        }
        return at - offset;
    }

    private boolean isWholeFrame() {
        return headFilled == headNeeded && left == 0;
    }

    private int opcode() {
        return head[0] & 0x0F;
    }

    private boolean isFinal() {
        return head[0] < 0;
    }

    private boolean isControl() {
        return opcode() >= Frames.CLOSE;
    }

    private void judgeHead(long nowNanos) {
        if (headFilled == 1) {
            judgeFirst();
        } else if (headFilled == 2) {
            judgeSecond();
        }
        if (violation == null && headFilled >= 2 && headFilled == headNeeded) {
            beginFrame(nowNanos);
        }
    }

    private void judgeFirst() {
        int opcode = opcode();
        boolean first = opcode == Frames.TEXT || opcode == Frames.BINARY;
        if ((head[0] & 0x30) != 0 || ((head[0] & 0x40) != 0 && !(compression && first))) {
            fail(CloseCode.PROTOCOL_ERROR, "reserved bit");
        } else if (opcode > Frames.PONG || (opcode > Frames.BINARY && opcode < Frames.CLOSE)) {
            fail(CloseCode.PROTOCOL_ERROR, "reserved opcode");
        } else if (isControl() && !isFinal()) {
            fail(CloseCode.PROTOCOL_ERROR, "fragmented control frame");
        } else if (opcode == Frames.CONTINUATION && fragments == 0) {
            fail(CloseCode.PROTOCOL_ERROR, "continuation of nothing");
        } else if (first && fragments > 0) {
            fail(CloseCode.PROTOCOL_ERROR, "new message inside another");
        }
    }

    private void judgeSecond() {
        int length = head[1] & 0x7F;
        if (head[1] >= 0) {
            fail(CloseCode.PROTOCOL_ERROR, "frame without mask");
        } else if (isControl() && length > Frames.CONTROL_BYTES) {
            fail(CloseCode.PROTOCOL_ERROR, "long control frame");
        } else {
            headNeeded = length == 127 ? 14 : length == 126 ? 8 : 6;
        }
    }

    private void beginFrame(long nowNanos) {
        int extra = headNeeded - 6;
        left = head[1] & 0x7F;
        if (extra > 0) {
            left = 0;
            for (int i = 2; i < 2 + extra; i++) {
                left = (left << 8) | (head[i] & 0xFF);
            }
            if (left < 0 || left <= (extra == 2 ? 125 : 0xFFFF)) {
                fail(CloseCode.PROTOCOL_ERROR, "length is not minimal");
                return;
            }
        }
        maskAt = 0;
        controlFilled = 0;
        if ((left == 0 || isControl()) && opcode() != Frames.CLOSE && !takeToken(nowNanos)) {
            fail(CloseCode.POLICY, "too many small frames");
        } else if (!isControl()) {
            beginData();
        }
    }

    private boolean takeToken(long nowNanos) {
        if (started) {
            double grown = (double) (nowNanos - tokensNanos) / SECOND_NANOS * limits.smallFramesPerSecond();
            tokens = Math.min(limits.smallFrames(), tokens + grown);
        }
        started = true;
        tokensNanos = nowNanos;
        tokens--;
        return tokens >= 0;
    }

    private void beginData() {
        if (fragments == 0) {
            text = opcode() == Frames.TEXT;
            compressed = (head[0] & 0x40) != 0;
            wireBytes = 0;
            if (compressed) {
                inflater = new Inflater(true);
            }
        }
        fragments++;
        // Data that do not compress grow by 5 octets in each stored block (RFC 1951, section 3.2.4).
        long most = compressed ? limits.messageBytes() + (limits.messageBytes() >> 8) + 64L : limits.messageBytes();
        if (left > most - wireBytes) {
            fail(CloseCode.TOO_BIG, "message over " + limits.messageBytes() + " bytes");
        } else if (fragments > limits.fragments()) {
            fail(CloseCode.POLICY, "message of more than " + limits.fragments() + " fragments");
        }
        wireBytes += left;
    }

    private void content(byte[] source, int at, int count) {
        int mask = headNeeded - 4;
        for (int i = at; i < at + count; i++) {
            source[i] ^= head[mask + (maskAt++ & 3)];
        }
        left -= count;
        if (isControl()) {
            System.arraycopy(source, at, control, controlFilled, count);
            controlFilled += count;
            if (opcode() == Frames.CLOSE && !judgeClose()) {
                return;
            }
        } else if (!data(source, at, count)) {
            return;
        }
        if (left == 0) {
            endFrame();
        }
    }

    private boolean data(byte[] source, int at, int count) {
        Inflater inflating = inflater;
        if (inflating == null) {
            return keep(source, at, count);
        }
        try {
            if (!Compression.inflate(inflating, source, at, count, (bytes, length) -> keep(bytes, 0, length))
                    || (left == 0
                            && isFinal()
                            && !Compression.inflateTail(inflating, (bytes, length) -> keep(bytes, 0, length)))) {
                if (violation == null) {
                    fail(CloseCode.BAD_DATA, "content that does not inflate");
                }
                return false;
            }
            return true;
        } catch (DataFormatException malformed) {
            fail(CloseCode.BAD_DATA, "content that does not inflate");
            return false;
        }
    }

    private boolean keep(byte[] bytes, int offset, int length) {
        if (length > limits.messageBytes() - messageFilled) {
            fail(CloseCode.TOO_BIG, "message over " + limits.messageBytes() + " bytes");
            return false;
        }
        if (text && !utf8.accept(bytes, offset, length)) {
            fail(CloseCode.BAD_DATA, "text that is not UTF-8");
            return false;
        }
        if (length > message.length - messageFilled) {
            boolean known = inflater == null && isFinal() && left <= FIRST_BYTES;
            long wanted = messageFilled + length + (known ? left : Math.max(messageFilled, FIRST_BYTES));
            message = Arrays.copyOf(message, (int) Math.min(wanted, Math.max(limits.messageBytes(), FIRST_BYTES)));
        }
        System.arraycopy(bytes, offset, message, messageFilled, length);
        messageFilled += length;
        return true;
    }

    /** Judges the octets of a Close frame that have come. */
    private boolean judgeClose() {
        boolean ended = left == 0;
        if (ended && controlFilled == 1) {
            fail(CloseCode.PROTOCOL_ERROR, "close code of one octet");
        } else if (controlFilled >= 2 && !CloseCode.isSendable(closeCode())) {
            fail(CloseCode.PROTOCOL_ERROR, "close code " + closeCode());
        } else if (controlFilled > 2) {
            Utf8Validator reason = new Utf8Validator();
            if (!reason.accept(control, 2, controlFilled - 2) || (ended && !reason.isComplete())) {
                fail(CloseCode.BAD_DATA, "close reason that is not UTF-8");
            }
        }
        return violation == null;
    }

    private int closeCode() {
        return ((control[0] & 0xFF) << 8) | (control[1] & 0xFF);
    }

    private void endFrame() {
        switch (opcode()) {
            case Frames.PING -> received = new Received.Ping(Arrays.copyOf(control, controlFilled));
            case Frames.PONG -> received = new Received.Pong(Arrays.copyOf(control, controlFilled));
            case Frames.CLOSE -> {
                received = controlFilled == 0
                        ? new Received.Close(CloseCode.NONE, "")
                        : new Received.Close(
                                closeCode(), new String(control, 2, controlFilled - 2, StandardCharsets.UTF_8));
                closed = true;
                end();
            }
            default -> {
                if (isFinal()) {
                    endMessage();
                }
            }
        }
        headFilled = 0;
        headNeeded = 2;
    }

    private void endMessage() {
        if (text && !utf8.isComplete()) {
            fail(CloseCode.BAD_DATA, "text that is not UTF-8");
            return;
        }
        received = new Received.Data(
                text, messageFilled == message.length ? message : Arrays.copyOf(message, messageFilled));
        end();
    }

    private void fail(int code, String reason) {
        violation = new Violation(code, reason);
        end();
    }

    /**
     * Gives back what is kept of a message that has not ended, native memory too. To be called when a connection ends;
     * whole messages, closing and violations do so by themselves.
     */
    public void end() {
        if (inflater != null) {
            inflater.end();
            inflater = null;
        }
        message = NONE;
        messageFilled = 0;
        fragments = 0;
        utf8.reset();
    }

    /**
     * Takes what came whole.
     *
     * @return a message or control frame, once; null when there is none
     */
    public @Nullable Received take() {
        Received taken = received;
        received = null;
        return taken;
    }

    /**
     * The rule that the peer broke.
     *
     * @return what to close with, or null
     */
    public @Nullable Violation violation() {
        return violation;
    }

    /**
     * Whether a frame has begun and not ended.
     *
     * @return true from its first octet on
     */
    public boolean insideFrame() {
        return headFilled > 0;
    }

    /**
     * Whether a message has begun and not ended; between two of its frames too.
     *
     * @return true from the end of its first head on
     */
    public boolean insideMessage() {
        return fragments > 0;
    }

    /**
     * How much is kept for a message that has not ended.
     *
     * @return bytes of the buffer
     */
    public int keptBytes() {
        return message.length;
    }
}
