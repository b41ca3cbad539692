package ringfort.api;

import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.Fields;

/**
 * A field that is sent behind the content of a streamed response (RFC 9110, section 6.5), because its value is not
 * known before: a checksum, a count, how it ended. Immutable but for what the supplier refers to.
 *
 * @param name a token; fields that a recipient needs before the content are refused, as are those of the engine
 * @param supplier gives the value once the content is written, on the thread that wrote it; null leaves the field out
 */
public record Trailer(String name, Supplier<? extends @Nullable String> supplier) {
    public Trailer {
        Fields.requireTrailerName(name);
        Objects.requireNonNull(supplier, "supplier");
    }

    /**
     * Asks for the value.
     *
     * @return one line of text, or null when there is none
     * @throws IllegalArgumentException when the value holds CR, LF, NUL or another control; the connection is then cut,
     *     as for content that cannot be finished
     */
    public @Nullable String value() {
        String value = supplier.get();
        return value == null ? null : Fields.requireValue(name, value);
    }
}
