package ringfort.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A part of a {@code multipart/form-data}: a field, or a file. Its content is there until {@link Parts#next()} is called
 * again. The handler's thread.
 */
public final class Part {
    private final String name;
    private final @Nullable String filename;
    private final Headers headers;
    private final InputStream body;

    Part(String name, @Nullable String filename, Headers headers, InputStream body) {
        this.name = name;
        this.filename = filename;
        this.headers = headers;
        this.body = body;
    }

    /**
     * The name of the field.
     *
     * @return the name; browsers send quotes and line breaks in it as {@code %22}, {@code %0D} and {@code %0A}
     */
    public String name() {
        return name;
    }

    /**
     * What the file is called on the sender's side: <b>untrusted text, never a path to write to</b>. It may hold slashes,
     * dots, controls as escapes, or be empty. {@code filename*} is ignored, as RFC 7578 has it.
     *
     * @return the name; null when the part is a field and no file
     */
    public @Nullable String filename() {
        return filename;
    }

    /**
     * The header section of the part.
     *
     * @return its fields
     */
    public Headers headers() {
        return headers;
    }

    /**
     * The media type the sender claims.
     *
     * @return value of {@code Content-Type}, by default {@code text/plain} (RFC 7578, section 4.4). A
     *     {@code multipart/mixed} is not taken apart further
     */
    public String contentType() {
        String type = headers.first("Content-Type");
        return type == null ? "text/plain" : type;
    }

    /**
     * The content as a stream, read as it arrives: blocks while the peer is slow.
     *
     * @return the stream; its reads throw {@link HttpException} 413 above a limit and 400 when the content is malformed,
     *     IOException when the peer is gone or another part was asked for
     */
    public InputStream body() {
        return body;
    }

    /**
     * What is left of the content, if it is not too large.
     *
     * @param limitBytes the largest content accepted
     * @return the content
     * @throws HttpException 413 above the limit, 400 when it is malformed or the peer left
     */
    public byte[] bytes(int limitBytes) {
        byte[] read = RequestContent.read(body, limitBytes);
        RequestContent.refuseAbove(limitBytes, read.length);
        return read;
    }

    /**
     * What is left of the content as text in the charset of its media type, by default UTF-8.
     *
     * @param limitBytes the largest content accepted
     * @return the text
     * @throws HttpException as {@link #bytes(int)}; 400 when it is malformed in its charset, 415 when that is unknown
     */
    public String text(int limitBytes) {
        return RequestContent.text(bytes(limitBytes), contentType());
    }

    /**
     * Writes what is left of the content to a new file; blocks on the file system, so the route had better be offloaded.
     * The file is removed again when that fails.
     *
     * @param target a path of the application's own choice, which must not exist
     * @return how many bytes were written
     * @throws IOException when the file exists or cannot be written, or the peer left
     * @throws HttpException 413 above a limit, 400 when the content is malformed
     */
    public long saveTo(Path target) throws IOException {
        OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        boolean whole = false;
        try (out) {
            long count = body.transferTo(out);
            whole = true;
            return count;
        } finally {
            if (!whole) {
                Files.deleteIfExists(target);
            }
        }
    }
}
