package ringfort.api;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.RangeHeader.Range;

/**
 * Makes 206 responses (RFC 9110, sections 14.6 and 15.3.7): one range as itself, several as {@code
 * multipart/byteranges}. Stateless; any thread.
 */
final class ByteRanges {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** A part: what comes before it, and where it is. */
    private record Piece(String head, Range range) {}

    private ByteRanges() {}

    /** @param ranges at least one, not empty, within the content, which is bytes or a file */
    static Response of(Response whole, List<Range> ranges) {
        long length = whole.body().length();
        return ranges.size() == 1
                ? single(whole, ranges.getFirst(), length)
                : multiple(whole, ranges, length, UUID.randomUUID().toString());
    }

    private static Response single(Response whole, Range range, long length) {
        Body part = switch (whole.body()) {
            case Body.Bytes(byte[] bytes) -> {
                byte[] some = new byte[(int) (range.to() - range.from())];
                System.arraycopy(bytes, (int) range.from(), some, 0, some.length);
                yield new Body.Bytes(some);
            }
            case Body.FileBody file ->
                new Body.FileBody(file.path(), file.offset() + range.from(), range.to() - range.from());
            case Body.Empty _, Body.Streaming _ -> throw new IllegalArgumentException("not divisible");
        };
        return whole.status(206).body(part).header("Content-Range", contentRange(range, length));
    }

    private static Response multiple(Response whole, List<Range> ranges, long length, String boundary) {
        String type = whole.header("Content-Type");
        List<Piece> pieces = new ArrayList<>();
        for (Range range : ranges) {
            pieces.add(new Piece(head(boundary, type, contentRange(range, length), pieces.isEmpty()), range));
        }
        String end = "\r\n--" + boundary + "--\r\n";
        long total = end.length();
        for (Piece piece : pieces) {
            total += piece.head.length() + piece.range.to() - piece.range.from();
        }
        Body body = switch (whole.body()) {
            case Body.Bytes(byte[] bytes) -> joined(bytes, pieces, end, (int) total);
            case Body.FileBody file -> new Body.Streaming(total, out -> write(file, pieces, end, out));
            case Body.Empty _, Body.Streaming _ -> throw new IllegalArgumentException("not divisible");
        };
        return whole.status(206).body(body).contentType("multipart/byteranges; boundary=" + boundary);
    }

    private static String contentRange(Range range, long length) {
        return "bytes " + range.from() + "-" + (range.to() - 1) + "/" + length;
    }

    private static String head(String boundary, @Nullable String type, String contentRange, boolean first) {
        return (first ? "--" : "\r\n--") + boundary + "\r\n"
                + (type == null ? "" : "Content-Type: " + type + "\r\n")
                + "Content-Range: " + contentRange + "\r\n\r\n";
    }

    private static Body joined(byte[] bytes, List<Piece> pieces, String end, int total) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(total);
        for (Piece piece : pieces) {
            out.writeBytes(piece.head.getBytes(StandardCharsets.ISO_8859_1));
            out.write(bytes, (int) piece.range.from(), (int) (piece.range.to() - piece.range.from()));
        }
        out.writeBytes(end.getBytes(StandardCharsets.ISO_8859_1));
        return new Body.Bytes(out.toByteArray());
    }

    private static void write(Body.FileBody file, List<Piece> pieces, String end, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ)) {
            InputStream in = Channels.newInputStream(channel);
            for (Piece piece : pieces) {
                out.write(piece.head.getBytes(StandardCharsets.ISO_8859_1));
                channel.position(file.offset() + piece.range.from());
                copy(in, piece.range.to() - piece.range.from(), buffer, out);
            }
        }
        out.write(end.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void copy(InputStream in, long length, byte[] buffer, OutputStream out) throws IOException {
        for (long left = length; left > 0; ) {
            int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                throw new EOFException("the file became shorter while it was sent");
            }
            out.write(buffer, 0, count);
            left -= count;
        }
    }
}
