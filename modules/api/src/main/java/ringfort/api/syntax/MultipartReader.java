package ringfort.api.syntax;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.api.FormLimits;
import ringfort.api.Headers;
import ringfort.api.HttpException;

/**
 * Takes a multipart body apart while it arrives (RFC 2046, section 5.1): {@link #next()} goes to the next part,
 * {@link #headers()} and {@link #content()} are those of the current one. Holds one buffer of 8 KiB. One thread.
 *
 * <p>A delimiter is a line break, two hyphens and the boundary, and then either two hyphens or the end of the line,
 * white space before it being padding. A line that begins like a delimiter and goes on otherwise is refused: RFC 2046
 * calls it a delimiter, other readers take it for content, and the two would see different parts. Preamble and epilogue
 * are read and dropped; lines end with CR LF; header fields of parts are not folded.
 */
public final class MultipartReader {
    private static final int BUFFER_BYTES = 8 * 1024;
    private static final int MOST_BOUNDARY_CHARACTERS = 70;
    private static final String BOUNDARY_PUNCTUATION = "'()+_,-./:=? ";
    /** Of a delimiter: where nothing precedes it, its line break is not there. */
    private static final int LINE_BREAK_BYTES = 2;

    private enum Comparison {
        EQUAL,
        DIFFERENT,
        UNDECIDED
    }

    private final InputStream in;
    private final FormLimits limits;
    private final byte[] delimiter;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    /** The next byte in the buffer. */
    private int position;
    /** What lies before it, from the position on, is content. */
    private int known;
    /** After the last byte in the buffer. */
    private int end;

    private long receivedBytes;
    private long contentBytes;
    private int headBytes;
    private int parts;
    private boolean lineBegins = true;
    private boolean delimited;
    private boolean ended;
    private Headers headers = Headers.empty();
    private @Nullable HttpException refusal;

    /**
     * Makes a reader.
     *
     * @param in the body
     * @param boundary its boundary, as {@link #boundary} gives it
     * @param limits its limits; the one on names is not looked at here
     */
    public MultipartReader(InputStream in, String boundary, FormLimits limits) {
        this.in = in;
        this.limits = limits;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * The boundary of a multipart media type.
     *
     * @param contentType value of {@code Content-Type}
     * @return the boundary
     * @throws HttpException 400 when there is none, or it is not 1 to 70 of the characters of RFC 2046, section 5.1.1
     */
    public static String boundary(String contentType) {
        String boundary = MediaType.parameter(contentType, "boundary");
        if (boundary == null
                || boundary.isEmpty()
                || boundary.length() > MOST_BOUNDARY_CHARACTERS
                || boundary.endsWith(" ")
                || !boundary.chars().allMatch(MultipartReader::isBoundaryCharacter)) {
            throw HttpException.badRequest("The content has no boundary, or one that is not allowed");
        }
        return boundary;
    }

    private static boolean isBoundaryCharacter(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || BOUNDARY_PUNCTUATION.indexOf(c) >= 0;
    }

    /**
     * Goes to the next part; what was not read of the current one is dropped. After the last part the body has been
     * read to its end.
     *
     * @return false when there is no further part
     * @throws IOException when the body cannot be read
     * @throws HttpException 400 when the body is malformed or ends before the closing delimiter, 413 above a limit;
     *     again at each further call
     */
    public boolean next() throws IOException {
        throwRefusal();
        if (ended) {
            return false;
        }
        while (hasContent()) {
            take(Integer.MAX_VALUE);
        }
        headBytes = 0;
        if (isLast()) {
            ended = true;
            headers = Headers.empty();
            readEpilogue();
            return false;
        }
        if (parts == limits.maxFields()) {
            throw refused(413, "More than " + limits.maxFields() + " parts");
        }
        parts++;
        contentBytes = 0;
        headers = readHead();
        known = position;
        delimited = false;
        lineBegins = true;
        return true;
    }

    /**
     * The header section of the current part.
     *
     * @return its fields, one char per byte (ISO-8859-1); empty before the first and after the last part
     */
    public Headers headers() {
        return headers;
    }

    /**
     * The content of the current part.
     *
     * @return a stream that ends with the part; once {@link #next()} was called again its reads throw IOException
     */
    public InputStream content() {
        return new Content(parts);
    }

    /** Two hyphens, then nothing more on the line: the closing delimiter. */
    private boolean isLast() throws IOException {
        if (position == end && !fill()) {
            throw truncated();
        }
        if (buffer[position] != '-') {
            return false;
        }
        position++;
        if (octet() != '-') {
            throw likeADelimiter();
        }
        return true;
    }

    private void readEpilogue() throws IOException {
        while (position < end || fill()) {
            int octet = octet();
            if (octet == '\r') {
                if (octet() != '\n') {
                    throw likeADelimiter();
                }
                break;
            } else if (!Fields.isBlank((char) octet)) {
                throw likeADelimiter();
            }
        }
        do {
            position = end;
        } while (fill());
    }

    private Headers readHead() throws IOException {
        for (int octet = headOctet(); octet != '\r'; octet = headOctet()) {
            if (!Fields.isBlank((char) octet)) {
                throw likeADelimiter();
            }
        }
        if (headOctet() != '\n') {
            throw likeADelimiter();
        }
        List<String> fields = new ArrayList<>(4);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 0 || !Fields.isToken(line.substring(0, colon))) {
                throw refused(400, "A part has a malformed header field");
            }
            fields.add(line.substring(0, colon));
            fields.add(Fields.trimmed(line, colon + 1, line.length()));
        }
        return Headers.of(fields.toArray(String[]::new));
    }

    /** The text up to CR LF, which is no part of it. */
    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int octet = headOctet(); octet != '\r'; octet = headOctet()) {
            if ((octet < 0x20 && octet != '\t') || octet == 0x7F) {
                throw refused(400, "The head of a part holds a control character");
            }
            line.append((char) octet);
        }
        if (headOctet() != '\n') {
            throw refused(400, "The head of a part holds a bare CR");
        }
        return line.toString();
    }

    private int headOctet() throws IOException {
        if (headBytes == limits.maxPartHeadBytes()) {
            throw refused(413, "The head of a part has more than " + limits.maxPartHeadBytes() + " bytes");
        }
        headBytes++;
        return octet();
    }

    private int octet() throws IOException {
        if (position == end && !fill()) {
            throw truncated();
        }
        return buffer[position++] & 0xFF;
    }

    /** Whether a byte of content is next: {@link #known} is then after the last one that is known to be content. */
    private boolean hasContent() throws IOException {
        while (position == known) {
            if (delimited) {
                return false;
            }
            int skipped = lineBegins ? LINE_BREAK_BYTES : 0;
            switch (compare(position, skipped)) {
                case EQUAL -> {
                    position += delimiter.length - skipped;
                    known = position;
                    delimited = true;
                }
                case UNDECIDED -> {
                    if (!fill()) {
                        throw truncated();
                    }
                }
                case DIFFERENT -> {
                    if (lineBegins) {
                        lineBegins = false; // and look again, for one with its line break
                    } else {
                        known = nextCandidate(position + 1);
                    }
                }
            }
        }
        return true;
    }

    /** The first place from which on the buffer could hold a delimiter. */
    private int nextCandidate(int from) {
        int at = from;
        while (at < end && (buffer[at] != '\r' || compare(at, 0) == Comparison.DIFFERENT)) {
            at++;
        }
        return at;
    }

    private Comparison compare(int from, int skipped) {
        int at = from;
        for (int i = skipped; i < delimiter.length; i++, at++) {
            if (at == end) {
                return Comparison.UNDECIDED;
            } else if (buffer[at] != delimiter[i]) {
                return Comparison.DIFFERENT;
            }
        }
        return Comparison.EQUAL;
    }

    /** Reads more behind what is in the buffer; false at the end of the body. */
    private boolean fill() throws IOException {
        System.arraycopy(buffer, position, buffer, 0, end - position);
        known = Math.max(0, known - position);
        end -= position;
        position = 0;
        // Never beyond the limit: what is before it is judged first, however the body arrives.
        long acceptedBytes = limits.maxBytes() - receivedBytes;
        int count = in.read(buffer, end, Math.clamp(acceptedBytes, 1, buffer.length - end));
        if (count < 0) {
            return false;
        } else if (acceptedBytes == 0) {
            throw refused(413, "More than " + limits.maxBytes() + " bytes of content");
        }
        end += count;
        receivedBytes += count;
        return true;
    }

    /** Takes up to so many of the bytes known to be content; at least one, unless that is above the limit. */
    private int take(int mostBytes) {
        long acceptedBytes = parts == 0 ? Long.MAX_VALUE : limits.maxFieldBytes() - contentBytes;
        if (acceptedBytes == 0) {
            throw refused(413, "A part has more than " + limits.maxFieldBytes() + " bytes");
        }
        int count = (int) Math.min(acceptedBytes, Math.min(mostBytes, known - position));
        contentBytes += count;
        position += count;
        return count;
    }

    private void throwRefusal() {
        HttpException made = refusal;
        if (made != null) {
            throw made;
        }
    }

    private HttpException truncated() {
        return refused(400, "The content ends before its closing delimiter");
    }

    private HttpException likeADelimiter() {
        return refused(400, "A line begins like a delimiter and is none");
    }

    private HttpException refused(int status, String message) {
        HttpException made = new HttpException(status, message);
        refusal = made;
        return made;
    }

    private final class Content extends InputStream {
        private final int part;

        Content(int part) {
            this.part = part;
        }

        @Override
        public int read() throws IOException {
            byte[] single = new byte[1];
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            throwRefusal();
            if (part != parts || part == 0 || ended) {
                throw new IOException("another part was asked for, the content of this one is gone");
            }
            if (length == 0) {
                return 0;
            }
            if (!hasContent()) {
                return -1;
            }
            int from = position;
            int count = take(length);
            System.arraycopy(buffer, from, target, offset, count);
            return count;
        }

        @Override
        public int available() {
            return part == parts && !ended ? known - position : 0;
        }
    }
}
