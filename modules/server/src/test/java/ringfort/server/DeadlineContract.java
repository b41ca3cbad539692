package ringfort.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.ServerOptions;

/**
 * No peer outstays its budget, whoever keeps the time: each subclass is a theme and runs once per {@link Keeper}. A
 * test's server ends with it, and must then have accounted for every deadline.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Keeper.class)
@Timeout(30)
@Tag("deadlines")
@Execution(ExecutionMode.CONCURRENT)
abstract class DeadlineContract {
    private final List<TimedServer> started = new ArrayList<>();

    @Parameter
    Keeper keeper = Keeper.NIO;

    final TimedServer serve(Consumer<Server> routes) throws IOException {
        return serve(options -> options, routes);
    }

    final TimedServer serve(UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes) throws IOException {
        TimedServer server = TimedServer.start(keeper, options, routes);
        started.add(server);
        return server;
    }

    /** {@code /} answers at once, {@code /inline} in the loop; {@code POST} to either says how long the body was. */
    static void echo(Server server) {
        server.get("/", _ -> Response.text("here"));
        server.get("/inline", _ -> Response.text("here"), Route.inline());
        server.post("/", request -> Response.text("" + request.bytes().length));
        server.post("/inline", request -> Response.text("" + request.bytes().length), Route.inline());
    }

    @AfterEach
    void endServers() {
        started.forEach(TimedServer::close);
    }
}
