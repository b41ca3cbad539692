package ringfort.filters;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.Headers;
import ringfort.api.Request;
import ringfort.api.Response;

/**
 * Tells browsers to be careful: no guessing of types, no frames of other sites, no more of the address to other sites than the
 * origin, and over TLS to stay there. Fields that the handler sets stay. Also on errors. Immutable; any thread.
 */
public final class SecurityHeaders implements Filter {
    private static final Duration YEAR = Duration.ofDays(365);

    private final Headers fields;
    private final String strictTransport;

    private SecurityHeaders(Headers fields, String strictTransport) {
        this.fields = fields;
        this.strictTransport = strictTransport;
    }

    /**
     * {@code X-Content-Type-Options}, {@code X-Frame-Options}, {@code Referrer-Policy}, {@code Cross-Origin-Opener-Policy}, a
     * {@code Content-Security-Policy} that allows no frames, and {@code Strict-Transport-Security} of a year on TLS.
     *
     * @return the filter
     */
    public static SecurityHeaders standard() {
        Headers fields = Headers.of(
                "X-Content-Type-Options",
                "nosniff",
                "X-Frame-Options",
                "DENY",
                "Referrer-Policy",
                "strict-origin-when-cross-origin",
                "Cross-Origin-Opener-Policy",
                "same-origin",
                "Content-Security-Policy",
                "frame-ancestors 'none'");
        return new SecurityHeaders(fields, "max-age=" + YEAR.toSeconds());
    }

    /**
     * With a field in place of the one of that name.
     *
     * @param name name of the field, {@code Content-Security-Policy} for example
     * @param value its value
     * @return another filter
     */
    public SecurityHeaders with(String name, String value) {
        SecurityHeaders rest = without(name);
        List<String> all = new ArrayList<>();
        rest.fields.forEach((known, text) -> all.addAll(List.of(known, text)));
        all.addAll(List.of(name, value));
        return new SecurityHeaders(Headers.of(all.toArray(String[]::new)), strictTransport);
    }

    /**
     * Without a field.
     *
     * @param name name of the field
     * @return another filter
     */
    public SecurityHeaders without(String name) {
        List<String> all = new ArrayList<>();
        fields.forEach((known, text) -> {
            if (!known.equalsIgnoreCase(name)) {
                all.addAll(List.of(known, text));
            }
        });
        boolean strict = name.equalsIgnoreCase("Strict-Transport-Security");
        return new SecurityHeaders(Headers.of(all.toArray(String[]::new)), strict ? "" : strictTransport);
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        Response response = Answers.of(request, next);
        for (int i = 0; i < fields.size(); i++) {
            response = Answers.orElse(response, fields.name(i), fields.value(i));
        }
        return request.secure() && !strictTransport.isEmpty()
                ? Answers.orElse(response, "Strict-Transport-Security", strictTransport)
                : response;
    }
}
