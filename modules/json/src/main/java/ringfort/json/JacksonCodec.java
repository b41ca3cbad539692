package ringfort.json;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.api.Headers;
import ringfort.api.HttpException;
import ringfort.api.spi.JsonCodec;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON by Jackson's data binding: records, beans, maps, lists. Any thread.
 *
 * <p>Strict where JSON texts can be read in two ways: duplicate names, text after the value and encodings other than
 * UTF-8 are refused. No type is ever taken from the text.
 */
public final class JacksonCodec implements JsonCodec {
    /** Built at first use: an application without JSON does not pay for it, nor does the start of one with it. */
    private static final class Lazy {
        private static final JsonMapper MAPPER = JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** For {@link java.util.ServiceLoader}. */
    public JacksonCodec() {}

    @Override
    public byte[] write(Object value) {
        try {
            return Lazy.MAPPER.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "A " + value.getClass().getName() + " cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    @Override
    public <T> T read(byte[] json, Class<T> type) {
        Objects.requireNonNull(type, "type");
        if (!isUtf8Start(json)) {
            throw HttpException.badRequest("The JSON is not encoded in UTF-8");
        }
        T value;
        try {
            value = Lazy.MAPPER.readValue(json, type);
        } catch (InvalidDefinitionException e) {
            throw new IllegalArgumentException(
                    "JSON cannot be read into " + type.getName() + ": " + e.getOriginalMessage()
                            + "; is its package open to tools.jackson.databind?",
                    e);
        } catch (JacksonException e) {
            throw new HttpException(
                    400, "The JSON is not what is expected" + place(e.getLocation()), Headers.empty(), e);
        }
        if (value == null) {
            throw HttpException.badRequest("The JSON is null where a value is expected");
        }
        return value;
    }

    /** Jackson also detects UTF-16 and UTF-32, which RFC 8259, section 8.1 forbids; those show by a NUL or their mark. */
    private static boolean isUtf8Start(byte[] json) {
        for (int i = 0; i < Math.min(4, json.length); i++) {
            if (json[i] == 0 || json[i] == (byte) 0xFE || json[i] == (byte) 0xFF) {
                return false;
            }
        }
        return true;
    }

    /** Where, but not what: Jackson's messages name classes of the application. */
    private static String place(@Nullable TokenStreamLocation location) {
        return location == null || location.getLineNr() < 1
                ? ""
                : ", at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
