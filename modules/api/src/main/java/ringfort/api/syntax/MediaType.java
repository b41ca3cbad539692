package ringfort.api.syntax;

import java.util.Locale;
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
        if (contentType == null) {
            return "";
        }
        int semicolon = contentType.indexOf(';');
        String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
        return type.strip().toLowerCase(Locale.ROOT);
    }

    /**
     * The {@code charset} parameter.
     *
     * @param contentType field value, or null
     * @return its value without quotes, or null when there is none
     */
    public static @Nullable String charset(@Nullable String contentType) {
        if (contentType == null) {
            return null;
        }
        int semicolon = contentType.indexOf(';');
        while (semicolon >= 0) {
            int next = contentType.indexOf(';', semicolon + 1);
            String parameter = contentType
                    .substring(semicolon + 1, next < 0 ? contentType.length() : next)
                    .strip();
            if (parameter.regionMatches(true, 0, "charset=", 0, 8)) {
                String value = parameter.substring(8);
                boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
                return quoted ? value.substring(1, value.length() - 1) : value;
            }
            semicolon = next;
        }
        return null;
    }
}
