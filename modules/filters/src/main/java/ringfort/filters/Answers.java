package ringfort.filters;

import java.time.Duration;
import ringfort.api.Body;
import ringfort.api.Filter;
import ringfort.api.Filters;
import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;

/** What filters share that look at answers. */
final class Answers {
    private static final Filter RECOVER = Filters.recover();

    private Answers() {}

    /** The answer, also where the handler throws: what a filter adds belongs on a 404 or 413 as well. */
    static Response of(Request request, Handler next) throws Exception {
        return RECOVER.filter(request, next);
    }

    /** Sets a field unless the handler did. */
    static Response orElse(Response response, String name, String value) {
        return response.headers().contains(name) ? response : response.header(name, value);
    }

    /** Whether the content is there whole, so that it can be kept and sent again. */
    static boolean isWhole(Response response) {
        return response.upgrade() == null
                && (response.body() instanceof Body.Bytes || response.body() instanceof Body.Empty);
    }

    static Duration positive(Duration duration, String what) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(what + " is " + duration + "; give more than zero");
        }
        return duration;
    }

    static int positive(int number, String what) {
        if (number < 1) {
            throw new IllegalArgumentException(what + " is " + number + "; give 1 or more");
        }
        return number;
    }
}
