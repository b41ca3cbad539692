package ringfort.api.spi;

import java.io.IOException;
import java.util.Set;
import ringfort.api.ServerOptions;

/**
 * Moves the bytes between sockets and an {@link Application}. Found through {@link java.util.ServiceLoader}; asked on
 * the thread that starts the server.
 */
public interface Engine {
    /**
     * The name that {@code ServerOptions.engine} selects.
     *
     * @return a short lower-case word, such as {@code ring}
     */
    String name();

    /**
     * The place in the order of preference: {@code auto} takes the highest usable one.
     *
     * @return the rank
     */
    int rank();

    /**
     * The system properties the engine reads by itself, which are no options of the server: others that begin with
     * {@code ringfort.NAME.} are told to be misspelt. An engine that names none may read any of that beginning.
     *
     * @return their whole names
     */
    default Set<String> properties() {
        return Set.of();
    }

    /**
     * Says whether this machine can run the engine, by trying, without side effects that stay.
     *
     * @return the finding; must not throw
     */
    Availability probe();

    /**
     * Listens and serves. Returns when connections are accepted.
     *
     * @param options the resolved options
     * @param application what to serve
     * @return the running engine
     * @throws java.net.BindException when the address cannot be had; no other engine is tried then
     * @throws IOException when the engine cannot run; {@code auto} goes on with the next one
     */
    RunningEngine start(ServerOptions options, Application application) throws IOException;
}
