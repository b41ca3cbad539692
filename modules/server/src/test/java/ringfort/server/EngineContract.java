package ringfort.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Server;
import ringfort.api.ServerOptions;

/**
 * What every engine must do, whatever carries its handlers: each subclass tells one theme and runs once per variant.
 *
 * <p>A test starts the servers it needs; they end with it, and each then must have counted no fault of its own.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Variant.class)
@Timeout(60)
abstract class EngineContract {
    private final List<Served> started = new ArrayList<>();

    @Parameter
    Variant variant = Variant.NIO;

    final Served serve(Consumer<Server> routes) throws IOException {
        return serve(options -> options, routes);
    }

    final Served serve(UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes) throws IOException {
        Served served = Served.start(variant, options, routes);
        started.add(served);
        return served;
    }

    @AfterEach
    void endServers() {
        started.forEach(Served::close);
    }
}
