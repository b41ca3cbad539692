package ringfort.json;

import java.lang.reflect.InaccessibleObjectException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.api.Headers;
import ringfort.api.HttpException;
import ringfort.api.Option;
import ringfort.api.ServerOptions;
import ringfort.api.spi.JsonCodec;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.exc.ValueInstantiationException;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON by Jackson's data binding: records, beans, maps, lists. Any thread.
 *
 * <p>Strict where JSON texts can be read in two ways: duplicate names, text after the value and encodings other than
 * UTF-8 are refused. No type is ever taken from the text.
 */
public final class JacksonCodec implements JsonCodec {
    /** Built when a server starts, or at first use without one. */
    private static final class Lazy {
        private static final JsonMapper MAPPER = JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** For {@link java.util.ServiceLoader}. */
    public JacksonCodec() {}

    /**
     * Writes and reads a record, a list and a map: some fifty milliseconds of class initialization, calendars and locales
     * among them, in which a handler's virtual thread would hold its worker. The record is one that Jackson may look at
     * without a package being opened.
     */
    @Override
    public void prepare() {
        Option sample = ServerOptions.catalogue().getFirst();
        byte[] json = write(Map.of("list", List.of(sample, 1, 1.5, true)));
        read(json, Map.class);
        read(write(sample), Option.class);
    }

    @Override
    public byte[] write(Object value) {
        try {
            return Lazy.MAPPER.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "A " + value.getClass().getName() + " cannot be written as JSON: " + e.getOriginalMessage()
                            + remedy(e, value.getClass()),
                    e);
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
        } catch (JacksonException e) {
            if (e instanceof InvalidDefinitionException || isKeptOut(e)) { // whatever the client had sent
                throw new IllegalArgumentException(
                        "JSON cannot be read into " + type.getName() + ": " + e.getOriginalMessage() + remedy(e, type),
                        e);
            }
            throw new HttpException(
                    400, "The JSON is not what is expected" + place(e.getLocation()), Headers.empty(), e);
        }
        if (value == null) {
            throw HttpException.badRequest("The JSON is null where a value is expected");
        }
        return value;
    }

    /** Whether Java's access checks kept Jackson out of a class: a matter of the application, not of the JSON. */
    private static boolean isKeptOut(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalAccessException || cause instanceof InaccessibleObjectException) {
                return true;
            }
        }
        return false;
    }

    /** What to write into module-info; the class that Jackson was kept out of may be another than the one at the top. */
    private static String remedy(JacksonException failure, Class<?> top) {
        Class<?> type = failure instanceof ValueInstantiationException instantiation
                ? instantiation.getType().getRawClass()
                : top;
        boolean open = type.getModule().isOpen(type.getPackageName(), JsonMapper.class.getModule());
        return open || type.isArray()
                ? ""
                : "; module " + type.getModule().getName() + " must declare: opens " + type.getPackageName()
                        + " to tools.jackson.databind";
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
