package ringfort.server;

import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.ServerOptions;

/**
 * No peer outstays its budget, on any engine: each subclass is a theme and runs with {@link ShortDeadlines}, once per
 * engine, once more for the ring with timers in the kernel, and once through TLS. What runs the handlers makes no difference to a deadline,
 * so the variants with the JDK's scheduler are left out.
 */
@EnumSource(names = {"RING", "RING_WITH_KERNEL_TIMERS", "POLL", "NIO", "RING_WITH_TLS"})
@Timeout(30)
@Tag("deadlines")
@Execution(ExecutionMode.CONCURRENT)
abstract class DeadlineContract extends ServerContract {
    @Override
    final Served start(UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes) throws IOException {
        return Served.start(variant, ShortDeadlines.and(options), routes);
    }

    /** {@code /} answers at once, {@code /inline} in the loop; {@code POST} to either says how long the body was. */
    static void echo(Server server) {
        server.get("/", _ -> Response.text("here"));
        server.get("/inline", _ -> Response.text("here"), Route.inline());
        server.post("/", request -> Response.text("" + request.bytes().length));
        server.post("/inline", request -> Response.text("" + request.bytes().length), Route.inline());
    }
}
