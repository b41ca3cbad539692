package ringfort.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.ContentDisposition;
import ringfort.api.syntax.MultipartReader;

/**
 * The parts of a {@code multipart/form-data} (RFC 7578), one after another as they arrive; nothing is written to disk
 * and nothing held but a buffer. The handler's thread.
 *
 * {@snippet :
 * Response upload(Request request) throws IOException {
 *     Path folder = Files.createTempDirectory("upload");
 *     Parts parts = request.parts();
 *     for (Part part = parts.next(); part != null; part = parts.next()) {
 *         if (part.filename() != null) {
 *             part.saveTo(folder.resolve("content"));
 *         }
 *     }
 *     return Response.noContent();
 * }
 * }
 */
public final class Parts {
    /** Those that change nothing (RFC 7578, section 4.7). */
    private static final Set<String> TRANSPARENT = Set.of("7bit", "8bit", "binary");

    private final MultipartReader reader;
    private final FormLimits limits;

    Parts(MultipartReader reader, FormLimits limits) {
        this.reader = reader;
        this.limits = limits;
    }

    /**
     * Goes to the next part; what was not read of the one before is dropped. Blocks while the peer is slow.
     *
     * @return the part, or null after the last, when the content has been read to its end
     * @throws HttpException 400 when the content is malformed, ends before the closing delimiter, or the peer left; 413
     *     above a limit; 415 when a part is in a transfer encoding, which RFC 7578 has done away with
     */
    public @Nullable Part next() {
        try {
            if (!reader.next()) {
                return null;
            }
        } catch (IOException e) {
            throw RequestContent.unreadable(e);
        }
        Headers headers = reader.headers();
        String encoding = headers.first("Content-Transfer-Encoding");
        if (encoding != null && !TRANSPARENT.contains(encoding.toLowerCase(Locale.ROOT))) {
            throw HttpException.unsupportedMediaType("A part has a Content-Transfer-Encoding");
        }
        ContentDisposition disposition = ContentDisposition.of(headers);
        refuseLong(disposition.name());
        String filename = disposition.filename();
        if (filename != null) {
            refuseLong(filename);
        }
        return new Part(disposition.name(), filename, headers, reader.content());
    }

    private void refuseLong(String name) {
        if (name.getBytes(StandardCharsets.UTF_8).length > limits.maxNameBytes()) {
            throw HttpException.contentTooLarge("The name of a part has more than " + limits.maxNameBytes() + " bytes");
        }
    }
}
