package ringfort.server.exchange;

import java.io.IOException;
import ringfort.api.Response;

/** Answers that are the same for every request, made beforehand: there may be no memory to make them, or too much to do. */
final class FixedAnswers {
    /** Of a handler whose peer is gone: it is sent to none. */
    static final Response NOBODY = Response.of(500);

    /** Stands for a failure that left no memory to make an exception. */
    @SuppressWarnings("StaticAssignmentOfThrowable")
    static final IOException LOST = new IOException("the handler's failure could not be handled");

    /** Of a handler whose failure left no memory to make a response. */
    static final Answer LOST_ANSWER =
            new Answer.Whole(Response.text("500 Internal Server Error\n").status(500), null);

    /** Of a request whose handler is not started because too many run. */
    static final Answer FULL = new Answer.Whole(
            Response.text("503 Service Unavailable\n").status(503).header("Retry-After", "1"), null);

    private FixedAnswers() {}
}
