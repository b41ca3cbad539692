package ringfort.api;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;

/** Finds an engine and starts it, collecting why others were not taken. One thread. */
final class Engines {
    static final String AUTO = "auto";

    private final List<Engine> engines;
    private final List<String> passedOver;

    Engines(List<Engine> engines, List<String> passedOver) {
        this.engines = engines.stream()
                .sorted((a, b) -> Integer.compare(b.rank(), a.rank()))
                .toList();
        this.passedOver = new ArrayList<>(passedOver);
    }

    /** The engines of this process; one that cannot even be loaded is passed over with its reason. */
    static Engines installed() {
        List<Engine> engines = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        Iterator<Engine> found =
                ServiceLoader.load(Engine.class, Engine.class.getClassLoader()).iterator();
        while (true) {
            try {
                if (!found.hasNext()) {
                    return new Engines(engines, broken);
                }
                engines.add(found.next());
            } catch (ServiceConfigurationError e) {
                broken.add("an engine could not be loaded: " + e.getMessage());
            }
        }
    }

    StartedServer start(ServerOptions options, Application application) {
        if (engines.isEmpty()) {
            throw new ServerStartException("No engine is on the module or class path" + because()
                    + "; add org.ringfort:ringfort-server (module ringfort.server)");
        }
        return options.engine().equals(AUTO) ? best(options, application) : named(options, application);
    }

    private StartedServer named(ServerOptions options, Application application) {
        for (Engine engine : engines) {
            if (engine.name().equals(options.engine())) {
                Availability availability = probe(engine);
                if (!availability.usable()) {
                    throw new ServerStartException("Engine " + engine.name() + " cannot run here: "
                            + availability.reason() + ". Engine auto would take the best one that can.");
                }
                try {
                    return started(engine, options, application);
                } catch (IOException e) {
                    throw new ServerStartException(
                            "Engine " + engine.name() + " did not start: " + reason(e)
                                    + ". Engine auto would try the others too.",
                            e);
                }
            }
        }
        throw new OptionException(
                "engine",
                options.engine(),
                "the server's options",
                (options.engine().equals("threads") ? "nio has taken its place; " : "") + "there are auto"
                        + engines.stream().map(engine -> ", " + engine.name()).reduce("", String::concat));
    }

    private StartedServer best(ServerOptions options, Application application) {
        for (Engine engine : engines) {
            Availability availability = probe(engine);
            if (!availability.usable()) {
                passedOver.add(engine.name() + " cannot run here: " + availability.reason());
                continue;
            }
            try {
                return started(engine, options, application);
            } catch (IOException e) {
                passedOver.add(engine.name() + " did not start: " + reason(e));
            }
        }
        throw new ServerStartException("No engine can run here" + because());
    }

    private static Availability probe(Engine engine) {
        try {
            return engine.probe();
        } catch (RuntimeException | LinkageError e) {
            return Availability.unusable(reason(e));
        }
    }

    private StartedServer started(Engine engine, ServerOptions options, Application application) throws IOException {
        RunningEngine running;
        try {
            running = engine.start(options, application);
        } catch (BindException | UnknownHostException e) {
            // The address is at fault, not the engine: no other engine would fare better.
            throw new ServerStartException(addressRefused(options, reason(e)), e);
        } catch (RuntimeException | LinkageError e) {
            throw new IOException(reason(e), e);
        }
        String description = "Ringfort on " + url(running.address()) + ", engine " + engine.name() + ": "
                + running.description() + because();
        return new StartedServer(running, engine.name(), description, options, application).hooked();
    }

    /** Ringfort's own sockets say all of it; those of the JDK say only what failed. */
    private static String addressRefused(ServerOptions options, String reason) {
        if (reason.startsWith("cannot listen on ")) {
            return "C" + reason.substring(1);
        }
        return "Cannot listen on " + options.host() + ":" + options.port() + ": " + reason
                + ". Stop what listens there (ss -ltnp shows it), or choose another host or port"
                + " (options host and port; port 0 takes a free one).";
    }

    private static String url(InetSocketAddress address) {
        String host = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private String because() {
        return passedOver.isEmpty() ? "" : " (" + String.join("; ", passedOver) + ")";
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }
}
