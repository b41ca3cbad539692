package ringfort.api.spi;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import ringfort.api.ErrorHandler;
import ringfort.api.Headers;
import ringfort.api.HttpException;
import ringfort.api.Problem;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.syntax.Status;

/** The application's error handler with reporting before it and the plain defaults behind it. Never throws. */
final class GuardedErrors implements ErrorHandler {
    /** Default responses, nothing reported: for requests made without an application. */
    static final GuardedErrors PLAIN = new GuardedErrors(null, (_, _) -> {});

    private static final Response FAULT = plain(new HttpException(500, ""));

    private final @Nullable ErrorHandler application;
    private final BiConsumer<? super Request, ? super Throwable> reporter;

    GuardedErrors(@Nullable ErrorHandler application, BiConsumer<? super Request, ? super Throwable> reporter) {
        this.application = application;
        this.reporter = reporter;
    }

    @Override
    public Response handle(Request request, Throwable failure) {
        if (!(failure instanceof HttpException)) {
            report(request, failure);
        }
        if (application == null) {
            return byDefault(request, failure);
        }
        try {
            Response response = application.handle(request, failure);
            if (response != null) {
                return failure instanceof HttpException http ? withFieldsOf(http, response) : response;
            }
            report(request, new IllegalStateException("The error handler returned null", failure));
        } catch (HttpException e) {
            return byDefault(request, e);
        } catch (Throwable e) { // whatever the application throws, the client gets an answer
            report(request, e);
        }
        return byDefault(request, failure);
    }

    void report(Request request, Throwable failure) {
        try {
            reporter.accept(request, failure);
        } catch (Throwable e) {
            suppress(failure, e);
        }
    }

    /**
     * Keeps a failure that came while another was handled; never fails. The JVM throws one and the same
     * {@link OutOfMemoryError} again when it has no memory for another, and nothing may suppress itself.
     */
    @SuppressWarnings("ReferenceEquality") // equals would be another's code
    static void suppress(Throwable failure, Throwable another) {
        if (failure != another) {
            try {
                failure.addSuppressed(another);
            } catch (Throwable _) {
                return; // no memory to keep it
            }
        }
    }

    /** What answers when the error handler has failed; where even that fails, a response that was made beforehand. */
    static Response lastResort(
            Request request, Throwable failure, BiConsumer<? super Request, ? super Throwable> reporter) {
        try {
            return new GuardedErrors(null, reporter).handle(request, failure);
        } catch (Throwable e) {
            suppress(failure, e);
            return FAULT;
        }
    }

    private static Response byDefault(Request request, Throwable failure) {
        if (wantsProblem(request)) {
            HttpException http = failure instanceof HttpException given ? given : new HttpException(500, "");
            return withFieldsOf(http, Problem.of(http).response());
        }
        return failure instanceof HttpException http ? plain(http) : FAULT;
    }

    /** A client that would rather have JSON than text gets problem details; one that does not care, or cannot say, gets text. */
    private static boolean wantsProblem(Request request) {
        String type = request.header("Accept") == null
                ? null
                : request.accepts("text/plain", "text/html", Problem.CONTENT_TYPE, "application/json");
        return type != null && type.endsWith("json");
    }

    /** {@code 404 Not Found}, and after a colon what the thrower wanted the client to know. */
    private static Response plain(HttpException failure) {
        String text = failure.status() + " " + Status.reason(failure.status());
        String message = failure.getMessage();
        return withFieldsOf(
                failure,
                Response.text(message.isEmpty() ? text + "\n" : text + ": " + message + "\n")
                        .status(failure.status()));
    }

    /**
     * Adds what belongs to the status and the response does not say itself: a 405 must have {@code Allow}, a 401
     * {@code WWW-Authenticate} (RFC 9110, 15.5.6 and 15.5.2). A handler that chose another status says all of it.
     */
    private static Response withFieldsOf(HttpException failure, Response response) {
        if (response.status() != failure.status()) {
            return response;
        }
        Headers own = response.headers();
        Response whole = response;
        for (int i = 0; i < failure.headers().size(); i++) {
            String name = failure.headers().name(i);
            if (!own.contains(name)) {
                whole = whole.addHeader(name, failure.headers().value(i));
            }
        }
        return whole;
    }
}
