package ringfort.server;

import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Server;
import ringfort.api.ServerOptions;

/**
 * What every engine must do, whatever carries its handlers: each subclass tells one theme and runs once per variant.
 *
 * <p>Its tests put any load on the machine and hold workers as they like, so how late a deadline is noticed is not
 * judged; that each deadline is accounted for is.
 */
@EnumSource(
        mode = EnumSource.Mode.EXCLUDE,
        names = {"POLL_WITH_TLS", "NIO_WITH_TLS"})
@Timeout(60)
abstract class EngineContract extends ServerContract {
    @Override
    final Served start(UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes) throws IOException {
        return Served.start(variant, options, routes).withoutBoundOnLateness();
    }
}
