package ringfort.server;

import java.time.Duration;
import java.util.function.UnaryOperator;
import ringfort.api.ServerOptions;

/** Deadlines that are a fraction of what a server has by default, so that a test can wait for each of them. */
public final class ShortDeadlines {
    public static final Duration HEADER = Duration.ofMillis(400);
    public static final Duration BODY = Duration.ofMillis(1200);
    public static final Duration GRACE = Duration.ofMillis(400);
    public static final Duration IDLE = Duration.ofSeconds(1);
    public static final Duration LINGER = Duration.ofMillis(300);

    private ShortDeadlines() {}

    /** Sets all of them; for a test that wants no other options. */
    public static ServerOptions.Builder set(ServerOptions.Builder options) {
        return options.headerTimeout(HEADER)
                .bodyTimeout(BODY)
                .bodyGrace(GRACE)
                .bodyMinRate(240)
                .writeTimeout(GRACE)
                .writeGrace(GRACE)
                .writeMinRate(240)
                .idleTimeout(IDLE)
                .lingerTimeout(LINGER);
    }

    /** Sets all of them first, so that {@code options} of a test can replace some. */
    public static UnaryOperator<ServerOptions.Builder> and(UnaryOperator<ServerOptions.Builder> options) {
        return builder -> options.apply(set(builder));
    }
}
