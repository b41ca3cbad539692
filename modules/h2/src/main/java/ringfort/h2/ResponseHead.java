package ringfort.h2;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ringfort.message.ByteSink;
import ringfort.message.Octets;
import ringfort.message.StatusCodes;

/**
 * The head of a response, or its trailers, until it is written. One thread at a time; once given to
 * {@link H2State#respond} it must not change.
 *
 * <p>Names are in lower case, as HTTP/2 wants them (RFC 9113, 8.2). Fields are written in the order in which they were
 * added.
 */
public final class ResponseHead {
    private final int status;
    private String[] fields = new String[12]; // name and value in turn
    private int count;
    private @Nullable BitSet sensitive;

    private ResponseHead(int status) {
        this.status = status;
    }

    /**
     * The head of a response.
     *
     * @param status 100 to 599, but not 101, which HTTP/2 does not have (RFC 9113, 8.6)
     * @throws IllegalArgumentException for another status
     */
    public static ResponseHead of(int status) {
        if (status < 100 || status >= StatusCodes.END || status == 101) {
            throw new IllegalArgumentException(status + " is no status of a response in HTTP/2");
        }
        return new ResponseHead(status);
    }

    /** The trailers of a response. */
    public static ResponseHead trailers() {
        return new ResponseHead(0);
    }

    /** The status; 0 for trailers. */
    public int status() {
        return status;
    }

    boolean isInterim() {
        return status >= 100 && status < 200;
    }

    /**
     * Adds a field.
     *
     * @throws IllegalArgumentException when the name is not a token in lower case; when it is one of a connection (RFC
     *     9113, 8.2.2); when the value begins or ends with white space, or has a control character (HTAB is none) or a
     *     character above U+00FF
     */
    public ResponseHead field(String name, String value) {
        checkName(name);
        checkValue(name, value);
        if (count == fields.length) {
            fields = Arrays.copyOf(fields, 2 * count);
        }
        fields[count++] = name;
        fields[count++] = value;
        return this;
    }

    /** Adds a field whose value is a secret: nothing on the way may remember it (RFC 7541, 7.1.3). Throws as {@link #field}. */
    public ResponseHead secret(String name, String value) {
        field(name, value);
        BitSet marks = sensitive;
        if (marks == null) {
            marks = new BitSet();
            sensitive = marks;
        }
        marks.set(count - 2);
        return this;
    }

    private static void checkName(String name) {
        boolean token = !name.isEmpty();
        for (int i = 0; i < name.length() && token; i++) {
            char character = name.charAt(i);
            token = character < 0x80
                    && Octets.is(Octets.TOKEN, (byte) character)
                    && (character < 'A' || character > 'Z');
        }
        if (!token) {
            throw new IllegalArgumentException(
                    "field name is not a token in lower case: " + name.replaceAll("[^ -~]", "?"));
        }
        switch (name) {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" ->
                throw new IllegalArgumentException(name + " is a field of connections, which HTTP/2 does not have");
            default -> {}
        }
    }

    private static void checkValue(String name, String value) {
        int length = value.length();
        for (int i = 0; i < length; i++) {
            char character = value.charAt(i);
            if ((character < ' ' && character != '\t') || character == 0x7F || character > 0xFF) {
                throw new IllegalArgumentException("the value of " + name + " has "
                        + String.format(Locale.ROOT, "U+%04X", (int) character) + " at index " + i
                        + ", which no field may have");
            }
        }
        if (length > 0 && (isSpace(value.charAt(0)) || isSpace(value.charAt(length - 1)))) {
            throw new IllegalArgumentException("the value of " + name + " begins or ends with white space");
        }
    }

    private static boolean isSpace(char character) {
        return character == ' ' || character == '\t';
    }

    /** Compresses the head into a block. */
    void write(HpackEncoder encoder, ByteSink block) {
        encoder.begin(block);
        if (status > 0) {
            encoder.status(block, status);
        }
        BitSet marks = sensitive;
        for (int i = 0; i < count; i += 2) {
            encoder.field(block, fields[i], fields[i + 1], marks != null && marks.get(i));
        }
    }
}
