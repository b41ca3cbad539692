package ringfort.api.syntax;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import ringfort.api.FormLimits;
import ringfort.api.HttpException;

/**
 * Takes an {@code application/x-www-form-urlencoded} body apart while it arrives: {@link #next()} goes to the next
 * field. Holds one field. One thread.
 *
 * <p>As the URL Standard reads it, except that malformed escapes are refused: pieces between ampersands, those that are
 * empty skipped, a piece without {@code =} being a name with the empty value.
 */
public final class FormReader {
    private static final int BUFFER_BYTES = 8 * 1024;

    private final InputStream in;
    private final FormLimits limits;
    private final byte[] buffer;
    private int position;
    private int end;
    private long receivedBytes;
    private int fields;
    private byte[] piece = new byte[64];
    private int pieceBytes;
    private int nameBytes;

    /**
     * Makes a reader.
     *
     * @param in the body
     * @param limits its limits; names and values are counted as sent
     */
    public FormReader(InputStream in, FormLimits limits) {
        this.in = in;
        this.limits = limits;
        this.buffer = new byte[Math.clamp(limits.maxBytes(), 1, BUFFER_BYTES)];
    }

    /**
     * Goes to the next field.
     *
     * @return false when there is none
     * @throws IOException when the body cannot be read
     * @throws HttpException 413 above a limit
     */
    public boolean next() throws IOException {
        pieceBytes = 0;
        nameBytes = -1;
        for (int octet = octet(); octet >= 0; octet = octet()) {
            if (octet != '&') {
                append((byte) octet);
            } else if (pieceBytes > 0) {
                break;
            }
        }
        return pieceBytes > 0;
    }

    /**
     * The name of the current field.
     *
     * @return the name, decoded
     * @throws HttpException 400 when it is malformed
     */
    public String name() {
        return decoded(0, nameBytes < 0 ? pieceBytes : nameBytes);
    }

    /**
     * The value of the current field.
     *
     * @return the value, decoded
     * @throws HttpException 400 when it is malformed
     */
    public String value() {
        return nameBytes < 0 ? "" : decoded(nameBytes + 1, pieceBytes);
    }

    private void append(byte octet) {
        if (pieceBytes == 0 && fields++ == limits.maxFields()) {
            throw HttpException.contentTooLarge("More than " + limits.maxFields() + " fields");
        }
        if (nameBytes < 0 && octet == '=') {
            nameBytes = pieceBytes;
        } else if (nameBytes < 0 && pieceBytes == limits.maxNameBytes()) {
            throw HttpException.contentTooLarge("A field's name has more than " + limits.maxNameBytes() + " bytes");
        } else if (nameBytes >= 0 && pieceBytes - nameBytes - 1 == limits.maxFieldBytes()) {
            throw HttpException.contentTooLarge("A field has more than " + limits.maxFieldBytes() + " bytes");
        }
        if (pieceBytes == piece.length) {
            piece = Arrays.copyOf(piece, 2 * pieceBytes);
        }
        piece[pieceBytes++] = octet;
    }

    /** One char per byte: what is not ASCII belongs into escapes, and is checked as UTF-8 with them. */
    private String decoded(int from, int to) {
        return PercentDecoding.form(new String(piece, from, to - from, StandardCharsets.ISO_8859_1), 0, to - from);
    }

    private int octet() throws IOException {
        return position < end || fill() ? buffer[position++] & 0xFF : -1;
    }

    private boolean fill() throws IOException {
        // Never beyond the limit: what is before it is judged first, however the body arrives.
        long acceptedBytes = limits.maxBytes() - receivedBytes;
        int count = in.read(buffer, 0, Math.clamp(acceptedBytes, 1, buffer.length));
        if (count < 0) {
            return false;
        } else if (acceptedBytes == 0) {
            throw HttpException.contentTooLarge("More than " + limits.maxBytes() + " bytes of content");
        }
        position = 0;
        end = count;
        receivedBytes += count;
        return true;
    }
}
