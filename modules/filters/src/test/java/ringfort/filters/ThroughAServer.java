package ringfort.filters;

import static org.junit.jupiter.api.Assumptions.abort;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.RunningServer;
import ringfort.api.Server;
import ringfort.api.ServerStartException;

/** Tests that run through a server on each engine. */
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"ring", "poll", "nio"})
@Timeout(60)
abstract class ThroughAServer {
    private final List<RunningServer> started = new ArrayList<>();

    @Parameter
    String engine = "nio";

    /** Starts a server and returns its port. */
    final int serve(Consumer<Server> routes) {
        return start(routes).port();
    }

    final RunningServer start(Consumer<Server> routes) {
        Server server = Server.http(0).options(options -> options.engine(engine).workers(1));
        routes.accept(server);
        try {
            RunningServer running = server.start();
            started.add(running);
            return running;
        } catch (ServerStartException e) {
            return abort(engine + " cannot run here: " + e.getMessage());
        }
    }

    @AfterEach
    void stopServers() {
        started.forEach(RunningServer::stop);
    }
}
