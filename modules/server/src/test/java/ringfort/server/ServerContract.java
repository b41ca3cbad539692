package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import ringfort.api.Server;
import ringfort.api.ServerOptions;

/**
 * What all contracts share: a test starts the servers it needs, they end with the test, and each is audited as
 * {@link Served#close} says.
 *
 * <p>The two kinds of contract extend this class and not one another. JUnit adds up the {@code @EnumSource} of a class
 * and of its superclass, so a contract that extended the other would run on the variants of both.
 */
@ParameterizedClass(name = "{0}")
abstract class ServerContract {
    private final List<Served> started = new ArrayList<>();

    @Parameter
    Variant variant = Variant.NIO;

    /** Starts a server on {@link #variant} with the deadlines that this kind of contract needs. */
    abstract Served start(UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes) throws IOException;

    final Served serve(Consumer<Server> routes) throws IOException {
        return serve(options -> options, routes);
    }

    final Served serve(UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes) throws IOException {
        Served served = start(options, routes);
        started.add(served);
        return served;
    }

    /** Skips the test for clients that speak TLS. */
    final void inClearOnly(String reason) {
        assumeTrue(!variant.speaksTls(), reason);
    }

    /** Ends every server, also when the audit of one before it fails. */
    @AfterEach
    void endServers() {
        assertAll(started.stream().map(served -> served::close));
    }
}
