package ringfort.api;

import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.Fields;
import ringfort.api.syntax.Status;

/**
 * Ends the handling of a request with a status: an expected outcome, not a fault, so it has no stack trace and is not
 * reported. <b>The message is sent to the client</b>; say nothing in it a stranger should not read.
 */
public class HttpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Headers headers;

    /**
     * Makes an exception without further headers.
     *
     * @param status 400 to 599
     * @param message what the client is told besides the reason phrase; empty for nothing
     */
    public HttpException(int status, String message) {
        this(status, message, Headers.empty(), null);
    }

    /**
     * Makes an exception.
     *
     * @param status 400 to 599
     * @param message what the client is told besides the reason phrase; empty for nothing
     * @param headers fields the error response carries
     * @param cause what led to it, for the application's own use; never sent
     * @throws IllegalArgumentException when the status is not an error, or a field is one a response must not have
     */
    public HttpException(int status, String message, Headers headers, @Nullable Throwable cause) {
        super(message, cause, false, false);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status " + status + " is not an error; return a Response instead");
        }
        this.status = status;
        headers.forEach((name, value) -> Fields.requireValue(Fields.requireOwnName(name), value));
        this.headers = FieldList.copyOf(headers);
    }

    /**
     * The status.
     *
     * @return 400 to 599
     */
    public final int status() {
        return status;
    }

    /**
     * Fields of the error response.
     *
     * @return the fields, possibly none
     */
    public final Headers headers() {
        return headers;
    }

    @Override
    public final String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }

    @Override
    public String toString() {
        String text = status + " " + Status.reason(status);
        return getMessage().isEmpty() ? text : text + ": " + getMessage();
    }

    /**
     * 400: the request is malformed.
     *
     * @param message told to the client
     * @return the exception, to be thrown
     */
    public static HttpException badRequest(String message) {
        return new HttpException(400, message);
    }

    /**
     * 401 with a challenge.
     *
     * @param challenge value of {@code WWW-Authenticate}, such as {@code Basic realm="x"}
     * @return the exception, to be thrown
     */
    public static HttpException unauthorized(String challenge) {
        return new HttpException(401, "", Headers.of("WWW-Authenticate", challenge), null);
    }

    /**
     * 403: understood and refused.
     *
     * @param message told to the client
     * @return the exception, to be thrown
     */
    public static HttpException forbidden(String message) {
        return new HttpException(403, message);
    }

    /**
     * 404.
     *
     * @return the exception, to be thrown
     */
    public static HttpException notFound() {
        return new HttpException(404, "");
    }

    /**
     * 405 with the methods that are allowed (RFC 9110, section 15.5.6).
     *
     * @param allowed methods for the {@code Allow} field
     * @return the exception, to be thrown
     */
    public static HttpException methodNotAllowed(Collection<String> allowed) {
        return new HttpException(405, "", Headers.of("Allow", String.join(", ", allowed)), null);
    }

    /**
     * 406: nothing that is offered is acceptable (RFC 9110, section 15.5.7). Carries {@code Vary}, for another client
     * may accept it.
     *
     * @param field the field that was looked at, such as {@code Accept}
     * @param offers what there is, told to the client
     * @return the exception, to be thrown
     */
    public static HttpException notAcceptable(String field, String... offers) {
        return new HttpException(
                406, field + " allows none of " + String.join(", ", offers), Headers.of("Vary", field), null);
    }

    /**
     * 409: in conflict with the state of the resource.
     *
     * @param message told to the client
     * @return the exception, to be thrown
     */
    public static HttpException conflict(String message) {
        return new HttpException(409, message);
    }

    /**
     * 413: the request content is larger than accepted.
     *
     * @param message told to the client
     * @return the exception, to be thrown
     */
    public static HttpException contentTooLarge(String message) {
        return new HttpException(413, message);
    }

    /**
     * 415: content of a type that is not accepted here.
     *
     * @param message told to the client
     * @return the exception, to be thrown
     */
    public static HttpException unsupportedMediaType(String message) {
        return new HttpException(415, message);
    }

    /**
     * 422: well-formed content that makes no sense here.
     *
     * @param message told to the client
     * @return the exception, to be thrown
     */
    public static HttpException unprocessable(String message) {
        return new HttpException(422, message);
    }

    /**
     * 429: too many requests (RFC 6585, section 4).
     *
     * @param retryAfter when the client may come back; rounded up to seconds
     * @param message told to the client
     * @return the exception, to be thrown
     */
    public static HttpException tooManyRequests(Duration retryAfter, String message) {
        return new HttpException(429, message, retryAfter(retryAfter), null);
    }

    /**
     * 503, and when to come back.
     *
     * @param retryAfter when the client may come back; rounded up to seconds
     * @param message told to the client
     * @return the exception, to be thrown
     */
    public static HttpException serviceUnavailable(Duration retryAfter, String message) {
        return new HttpException(503, message, retryAfter(retryAfter), null);
    }

    private static Headers retryAfter(Duration time) {
        long seconds = Math.max(1, time.plusNanos(999_999_999).toSeconds());
        return Headers.of("Retry-After", Long.toString(seconds));
    }

    /**
     * 503: not now.
     *
     * @param message told to the client
     * @return the exception, to be thrown
     */
    public static HttpException serviceUnavailable(String message) {
        return new HttpException(503, message);
    }
}
