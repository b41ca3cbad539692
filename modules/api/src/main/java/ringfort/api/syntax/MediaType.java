package ringfort.api.syntax;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code Content-Type} values (RFC 9110, section 8.3). Stateless; any thread. */
public final class MediaType {
    private MediaType() {}

    /**
     * The type without its parameters.
     *
     * @param contentType field value, or null
     * @return type and subtype in lower case, empty when there is none
     */
    public static String essence(@Nullable String contentType) {
        return contentType == null
                ? ""
                : contentType.substring(0, essenceEnd(contentType)).strip().toLowerCase(Locale.ROOT);
    }

    /**
     * A parameter.
     *
     * @param contentType field value, or null
     * @param name its name in lower case
     * @return its value without quotes; null when it is absent or the parameters are malformed
     */
    public static @Nullable String parameter(@Nullable String contentType, String name) {
        Map<String, String> parameters =
                contentType == null ? null : ParameterList.parse(contentType, essenceEnd(contentType));
        return parameters == null ? null : parameters.get(name);
    }

    private static int essenceEnd(String contentType) {
        int semicolon = contentType.indexOf(';');
        return semicolon < 0 ? contentType.length() : semicolon;
    }
}
