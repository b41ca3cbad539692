package ringfort.api;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.Status;

/**
 * Problem details (RFC 9457): what a client that speaks JSON is told of an error. Needs no JSON codec. Immutable; any thread.
 *
 * {@snippet :
 * void problems(Server server) {
 *     server.onError(Problem.errors());
 * }
 * }
 *
 * @param type a URI that names the kind of problem; {@code about:blank} when the status says all
 * @param title short, the same for all problems of the type
 * @param status 400 to 599
 * @param detail what happened this time; null for nothing
 * @param extensions further members, by name
 */
public record Problem(
        String type, String title, int status, @Nullable String detail, Map<String, String> extensions) {
    /** The media type. */
    public static final String CONTENT_TYPE = "application/problem+json";

    /** Makes a problem. */
    public Problem {
        extensions = Collections.unmodifiableMap(new LinkedHashMap<>(extensions));
    }

    /**
     * A problem that its status names.
     *
     * @param status 400 to 599
     * @param detail what happened this time; null for nothing
     * @return the problem
     */
    public static Problem of(int status, @Nullable String detail) {
        return new Problem("about:blank", Status.reason(status), status, detail, Map.of());
    }

    /**
     * What an exception tells the client.
     *
     * @param failure the exception
     * @return its status and message
     */
    public static Problem of(HttpException failure) {
        String message = failure.getMessage();
        return of(failure.status(), message == null || message.isEmpty() ? null : message);
    }

    /**
     * Answers every failure with problem details, whatever the client accepts. What is no {@link HttpException} is 500 without a
     * word about what it was.
     *
     * @return the error handler
     */
    public static ErrorHandler errors() {
        return (_, failure) -> failure instanceof HttpException http
                ? of(http).response()
                : of(500, null).response();
    }

    /**
     * This problem with one more member.
     *
     * @param name name of the member
     * @param value its text
     * @return the problem
     */
    public Problem with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(extensions);
        more.put(name, value);
        return new Problem(type, title, status, detail, more);
    }

    /**
     * The response.
     *
     * @return the problem as JSON, with its status
     */
    public Response response() {
        StringBuilder json = new StringBuilder(128);
        json.append('{');
        member(json, "type", type);
        member(json, "title", title);
        json.append(",\"status\":").append(status);
        if (detail != null) {
            member(json, "detail", detail);
        }
        extensions.forEach((name, value) -> member(json, name, value));
        json.append('}');
        return Response.bytes(json.toString().getBytes(StandardCharsets.UTF_8), CONTENT_TYPE)
                .status(status);
    }

    private static void member(StringBuilder json, String name, String value) {
        if (json.length() > 1) {
            json.append(',');
        }
        quote(json, name);
        json.append(':');
        quote(json, value);
    }

    /** RFC 8259, section 7. */
    private static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c == 0x7F) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
