package ringfort.api.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.api.HttpException;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Server;

/** A failure is answered, whatever fails while it is. */
class LastResortTest {
    private static final Request REQUEST = Request.builder("GET", "/").build();

    /** The JVM has one error for all times when there is no memory for another. */
    private final OutOfMemoryError one = new OutOfMemoryError("made beforehand");

    private Application application(boolean handlerFails, boolean reporterFails) {
        return new Application(
                Server.http(0).application().routes(),
                (_, _) -> {
                    if (handlerFails) {
                        throw one;
                    }
                    return Response.text("handled").status(500);
                },
                (_, _) -> {
                    if (reporterFails) {
                        throw one;
                    }
                },
                List::of);
    }

    /** It was added to itself, which is refused by an exception: the request was never answered. */
    @Test
    void theErrorThatComesTwiceIsNotAddedToItself() {
        Response response = application(true, true).failure(REQUEST, one);
        assertEquals(500, response.status());
        assertEquals(0, one.getSuppressed().length);
    }

    @Test
    void whatFailsBesideItIsKept() {
        var failure = new IllegalStateException("the handler's");
        assertEquals(500, application(true, false).failure(REQUEST, failure).status());
        assertSame(one, failure.getSuppressed()[0]);
    }

    @Test
    void whatWasMeantForTheClientStillReachesIt() {
        var failure = new HttpException(404, "no such thing");
        assertEquals(404, application(true, true).failure(REQUEST, failure).status());
    }

    @Test
    void aReporterThatFailsFailsNothingElse() throws Exception {
        application(false, true).report(REQUEST, one);
        Response response = Application.guarded(null, (_, _) -> {
                    throw one;
                })
                .handle(REQUEST, one);
        assertEquals(500, response.status());
    }
}
