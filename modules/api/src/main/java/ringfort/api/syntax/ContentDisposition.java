package ringfort.api.syntax;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringfort.api.Headers;
import ringfort.api.HttpException;

/**
 * {@code Content-Disposition} of a part of a {@code multipart/form-data} (RFC 7578, section 4.2). Immutable.
 *
 * @param name name of the field
 * @param filename name of a file on the sender's side; null when the field is none
 */
public record ContentDisposition(String name, @Nullable String filename) {
    /**
     * Reads the field of a part. {@code filename*} is ignored, which RFC 7578 forbids to send; percent signs stand for
     * themselves; bytes beyond ASCII are UTF-8 (section 5.1).
     *
     * @param headers header section of the part, one char per byte
     * @return the field
     * @throws HttpException 400 when there is not exactly one, it is malformed, no {@code form-data}, or has no name
     */
    public static ContentDisposition of(Headers headers) {
        List<String> lines = headers.all("Content-Disposition");
        String line = lines.size() == 1 ? lines.getFirst() : "";
        int semicolon = line.indexOf(';');
        Map<String, String> parameters =
                MediaType.essence(line).equals("form-data") ? ParameterList.parse(line, Math.max(0, semicolon)) : null;
        if (parameters == null || !parameters.containsKey("name")) {
            throw HttpException.badRequest("A part is no form-data with a name");
        }
        String name = parameters.getOrDefault("name", "");
        String filename = parameters.get("filename");
        return new ContentDisposition(utf8(name), filename == null ? null : utf8(filename));
    }

    private static String utf8(String octets) {
        try {
            byte[] bytes = octets.getBytes(StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException _) {
            throw HttpException.badRequest("The name of a part is not well-formed UTF-8");
        }
    }
}
