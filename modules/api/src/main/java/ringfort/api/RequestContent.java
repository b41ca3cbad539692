package ringfort.api;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.RequestSource;
import ringfort.api.syntax.FormReader;
import ringfort.api.syntax.MediaType;
import ringfort.api.syntax.MultipartReader;

/** The content of a request in the shapes handlers want it, read from the source once. One thread. */
final class RequestContent {
    static final int ANY_SIZE = Integer.MAX_VALUE - 64;

    private static final String URLENCODED = "application/x-www-form-urlencoded";
    private static final String MULTIPART = "multipart/form-data";

    private final RequestSource source;
    private byte @Nullable [] held;
    private @Nullable Parameters form;

    RequestContent(RequestSource source) {
        this.source = source;
    }

    byte[] bytes(int limitBytes) {
        byte[] read = held;
        if (read == null) {
            refuseAbove(limitBytes, source.contentLength());
            read = read(source.body(), limitBytes);
        }
        refuseAbove(limitBytes, read.length);
        held = read;
        return read;
    }

    String text(int limitBytes) {
        return text(bytes(limitBytes), source.headers().first("Content-Type"));
    }

    /** Up to one byte above the limit, to be refused by {@link #refuseAbove}. */
    static byte[] read(InputStream in, int limitBytes) {
        try {
            return in.readNBytes(limitBytes == Integer.MAX_VALUE ? limitBytes : limitBytes + 1);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    static void refuseAbove(long limitBytes, long length) {
        if (length > limitBytes) {
            throw HttpException.contentTooLarge("More than " + limitBytes + " bytes of content");
        }
    }

    static HttpException unreadable(IOException cause) {
        return new HttpException(400, "The content could not be read to its end", Headers.empty(), cause);
    }

    static String text(byte[] bytes, @Nullable String contentType) {
        String name = MediaType.parameter(contentType, "charset");
        try {
            Charset charset = name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
            return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (IllegalCharsetNameException | UnsupportedCharsetException _) {
            throw HttpException.unsupportedMediaType("The charset of the content is not known here");
        } catch (CharacterCodingException _) {
            throw HttpException.badRequest("The content is not well-formed text in its charset");
        }
    }

    Parameters form(FormLimits limits) {
        Parameters parsed = form;
        if (parsed == null) {
            String type = source.headers().first("Content-Type");
            parsed = switch (MediaType.essence(type)) {
                case URLENCODED -> urlEncoded(limits);
                case MULTIPART -> multipart(limits);
                default ->
                    throw HttpException.unsupportedMediaType("The content must be " + URLENCODED + " or " + MULTIPART);
            };
            form = parsed;
        }
        return parsed;
    }

    private Parameters urlEncoded(FormLimits limits) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        FormReader reader = new FormReader(stream(limits), limits);
        try {
            while (reader.next()) {
                add(fields, reader.name(), reader.value());
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        return Parameters.of(fields);
    }

    private Parameters multipart(FormLimits limits) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        Parts parts = parts(limits);
        for (Part part = parts.next(); part != null; part = parts.next()) {
            String filename = part.filename();
            if (filename == null) {
                add(fields, part.name(), part.text(ANY_SIZE));
            } else if (!filename.isEmpty() || RequestContent.read(part.body(), 0).length > 0) {
                // Without name and content it is a browser saying that no file was chosen.
                throw HttpException.unsupportedMediaType("Files are not accepted here");
            }
        }
        return Parameters.of(fields);
    }

    private static void add(Map<String, List<String>> fields, String name, String value) {
        fields.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
    }

    Parts parts(FormLimits limits) {
        String type = source.headers().first("Content-Type");
        if (type == null || !MediaType.essence(type).equals(MULTIPART)) {
            throw HttpException.unsupportedMediaType("The content must be " + MULTIPART);
        }
        return new Parts(new MultipartReader(stream(limits), MultipartReader.boundary(type), limits), limits);
    }

    /** What was read already, or what arrives. */
    private InputStream stream(FormLimits limits) {
        byte[] read = held;
        refuseAbove(limits.maxBytes(), read == null ? source.contentLength() : read.length);
        return read == null ? source.body() : new ByteArrayInputStream(read);
    }
}
