package ringfort.h1;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ringfort.message.ByteSink;
import ringfort.message.DateHeader;
import ringfort.message.FieldRules;
import ringfort.message.Octets;
import ringfort.message.StatusCodes;

/**
 * Writes response heads. This class alone decides how the content is framed (RFC 9112, 6; RFC 9110, 8.6 and 15).
 *
 * <p>Call {@link #begin}, {@link #field} for each field, {@link #end}; then send content in the framing that
 * {@link #begin} returned. Stateless: any thread, each with its own {@link ByteSink}. When a method throws, the sink
 * may hold part of a head: {@linkplain ByteSink#truncate cut it off}.
 */
public final class ResponseEncoder {
    /** How the content that follows a head is to be sent. */
    public enum Framing {
        /** No content follows. */
        NONE,
        /** The bytes of the content as they are, exactly as many as announced. */
        LENGTH,
        /** {@linkplain ChunkedEncoder Chunked}. */
        CHUNKED,
        /**
         * The bytes of the content as they are. The connection must be closed behind them, because that marks their
         * end.
         */
        UNTIL_CLOSE
    }

    private static final byte[] @Nullable [] STATUS_LINES = new byte[StatusCodes.END][];
    private static final byte[] DATE = octets("Date: ");
    private static final byte[] CONTENT_LENGTH = octets("Content-Length: ");
    private static final byte[] CHUNKED = octets("Transfer-Encoding: chunked\r\n");
    private static final byte[] CLOSE = octets("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = octets("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE = octets("Connection: Upgrade\r\n");

    /** An encoder; any number of threads may share it. */
    public ResponseEncoder() {}

    /** The status line, made at first use; a status without a registered phrase has an empty phrase (RFC 9112, 4). */
    private static byte[] statusLine(int status) {
        byte[] made = STATUS_LINES[status];
        if (made == null) {
            made = octets("HTTP/1.1 " + status + " " + StatusCodes.reason(status) + "\r\n");
            STATUS_LINES[status] = made; // a race is harmless: two threads write equal arrays
        }
        return made;
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Writes the status line, Date, the framing field, and Connection where it is needed.
     *
     * @param status 200 to 599; interim responses are {@linkplain #interim written apart}
     * @param requestMinorVersion the minor version of the request: HTTP/1.0 knows no chunked coding
     * @param isHead whether the request was HEAD: the fields are those for GET, and there is no content
     * @param contentLength bytes of content, 0 for none, -1 when the length is not known
     * @param keepAlive whether the connection stays open; false writes {@code Connection: close}
     * @param dateValue the value of the Date field, from {@link DateHeader}
     * @return how the content is to be sent; {@link Framing#UNTIL_CLOSE} closes the connection whatever
     *     {@code keepAlive} says, and the head then says so
     * @throws IllegalArgumentException when the status is not a final one, or has no content and is given some
     */
    public Framing begin(
            ByteSink out,
            int status,
            int requestMinorVersion,
            boolean isHead,
            long contentLength,
            boolean keepAlive,
            byte[] dateValue) {
        if (status < 200 || status >= STATUS_LINES.length) {
            throw new IllegalArgumentException(status + " is not the status of a final response");
        }
        boolean contentless = StatusCodes.forbidsContent(status);
        if (contentless && contentLength != 0) {
            throw new IllegalArgumentException("a " + status + " response has no content, but was given "
                    + (contentLength < 0 ? "a stream" : contentLength + " bytes"));
        }
        Framing framing;
        if (contentless) {
            framing = Framing.NONE;
        } else if (contentLength >= 0) {
            framing = Framing.LENGTH;
        } else {
            framing = requestMinorVersion > 0 ? Framing.CHUNKED : Framing.UNTIL_CLOSE;
        }
        boolean closes = !keepAlive || (framing == Framing.UNTIL_CLOSE && !isHead);
        out.bytes(statusLine(status));
        out.bytes(DATE).bytes(dateValue).crlf();
        if (framing == Framing.LENGTH || status == 205) {
            out.bytes(CONTENT_LENGTH).decimal(contentLength).crlf();
        } else if (framing == Framing.CHUNKED) {
            out.bytes(CHUNKED);
        }
        if (closes) {
            out.bytes(CLOSE);
        } else if (requestMinorVersion == 0) {
            out.bytes(KEEP_ALIVE);
        }
        return isHead || contentLength == 0 ? Framing.NONE : framing;
    }

    /**
     * Writes a field.
     *
     * @param value characters up to U+00FF, each sent as one byte
     * @throws IllegalArgumentException when the name is not a token, when the value has CR, LF, NUL or another control
     *     character (HTAB is none) or a character above U+00FF, or when the field is one that {@link #begin} decides
     */
    public void field(ByteSink out, String name, String value) {
        if (FieldRules.isFraming(name)) {
            throw new IllegalArgumentException(name + " is decided by the server: do not set it");
        }
        writeField(out, name, value);
    }

    /**
     * Writes the Upgrade field of a final response, which names the protocols that the server could switch to, and the
     * Connection field that belongs to it (RFC 9110, 7.8). The response that does switch is a 101: see
     * {@link #interim}.
     *
     * @throws IllegalArgumentException as for {@link #field}
     */
    public void upgrade(ByteSink out, String protocols) {
        out.bytes(UPGRADE);
        writeField(out, "Upgrade", protocols);
    }

    /** Writes the empty line that ends the head. */
    public void end(ByteSink out) {
        out.crlf();
    }

    /**
     * Writes a whole interim response, such as {@code 100 Continue} or {@code 103 Early Hints}. An HTTP/1.0 client must
     * not get one (RFC 9110, 15.2). For {@code 101 Switching Protocols} the Connection field is added.
     *
     * @param namesAndValues fields, name and value in turn
     * @throws IllegalArgumentException when the status is not 100 to 199, or as for {@link #field}
     */
    public static void interim(ByteSink out, int status, String... namesAndValues) {
        if (status < 100 || status > 199) {
            throw new IllegalArgumentException(status + " is not the status of an interim response");
        } else if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("a field name without a value");
        }
        out.bytes(statusLine(status));
        if (status == 101) {
            out.bytes(UPGRADE);
        }
        for (int i = 0; i < namesAndValues.length; i += 2) {
            new ResponseEncoder().field(out, namesAndValues[i], namesAndValues[i + 1]);
        }
        out.crlf();
    }

    /** Writes a field line of a head or a trailer section. */
    static void writeField(ByteSink out, String name, String value) {
        checkName(name);
        checkValue(name, value);
        out.ascii(name).octet(':').octet(' ').latin1(value).crlf();
    }

    private static void checkName(String name) {
        boolean token = !name.isEmpty();
        for (int i = 0; i < name.length() && token; i++) {
            char character = name.charAt(i);
            token = character < 0x80 && Octets.is(Octets.TOKEN, (byte) character);
        }
        if (!token) {
            throw new IllegalArgumentException("field name is not a token: " + printable(name));
        }
    }

    private static void checkValue(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if ((character < ' ' && character != '\t') || character == 0x7F) {
                throw new IllegalArgumentException("the value of " + name + " has a control character, "
                        + String.format(Locale.ROOT, "U+%04X", (int) character) + ", at index " + i);
            } else if (character > 0xFF) {
                throw new IllegalArgumentException("the value of " + name + " has a character above U+00FF at index "
                        + i + "; encode it (RFC 8187 or percent-encoding)");
            }
        }
    }

    private static String printable(String text) {
        return text.isEmpty() ? "(empty)" : text.replaceAll("[^ -~]", "?");
    }
}
