package ringfort.api;

import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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

    /**
     * The engines of this process; one that cannot even be loaded is passed over with its reason. Where the loader of this
     * library sees none, that of the calling thread is asked: in a container the library may be shared and the engines not.
     */
    static Engines installed() {
        List<String> broken = new ArrayList<>();
        List<Engine> engines = of(Engine.class.getClassLoader(), broken);
        if (engines.isEmpty()) {
            engines = of(Thread.currentThread().getContextClassLoader(), broken);
        }
        return new Engines(engines, broken);
    }

    private static List<Engine> of(@Nullable ClassLoader loader, List<String> broken) {
        List<Engine> engines = new ArrayList<>();
        Iterator<Engine> found = ServiceLoader.load(Engine.class, loader).iterator();
        while (true) {
            try {
                if (!found.hasNext()) {
                    return engines;
                }
                engines.add(found.next());
            } catch (ServiceConfigurationError | LinkageError e) {
                broken.add("an engine could not be loaded: " + reason(e));
            }
        }
    }

    /** Those that were found, the best first. */
    List<Engine> all() {
        return engines;
    }

    StartedServer start(ServerOptions options, Application application, Lifecycle lifecycle) {
        if (engines.isEmpty()) {
            throw new ServerStartException(
                    Engines.missing("engine", Engine.class, "org.ringfort:ringfort-server (module ringfort.server)")
                            + because());
        }
        return options.engine().equals(AUTO)
                ? best(options, application, lifecycle)
                : named(options, application, lifecycle);
    }

    /**
     * What to do when no provider of a service is found. On the class path the jar may well be there: a tool that packs
     * several jars into one keeps only one of the files that name providers, unless it is told to merge them.
     */
    static String missing(String what, Class<?> service, String artefact) {
        return Engines.class.getModule().isNamed()
                ? "No " + what + " is on the module path: add " + artefact
                : "No " + what + " is on the class path: add " + artefact
                        + "; where it is packed into a jar with others, have the packer merge META-INF/services/"
                        + service.getName();
    }

    private StartedServer named(ServerOptions options, Application application, Lifecycle lifecycle) {
        for (Engine engine : engines) {
            if (engine.name().equals(options.engine())) {
                Availability availability = probe(engine);
                if (!availability.usable()) {
                    throw new ServerStartException("Engine " + engine.name() + " cannot run here: "
                            + availability.reason() + ". Engine auto would take the best one that can.");
                }
                try {
                    return started(engine, options, application, lifecycle);
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

    private StartedServer best(ServerOptions options, Application application, Lifecycle lifecycle) {
        for (Engine engine : engines) {
            Availability availability = probe(engine);
            if (!availability.usable()) {
                passedOver.add(engine.name() + " cannot run here: " + availability.reason());
                continue;
            }
            try {
                return started(engine, options, application, lifecycle);
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

    private StartedServer started(Engine engine, ServerOptions options, Application application, Lifecycle lifecycle)
            throws IOException {
        RunningEngine running;
        try {
            running = engine.start(options, application);
        } catch (BindException | UnknownHostException e) {
            // The address is at fault, not the engine: no other engine would fare better.
            throw new ServerStartException(addressRefused(options, reason(e)), e);
        } catch (OutOfMemoryError e) {
            throw new ServerStartException(
                    "Engine " + engine.name() + " did not start: " + reason(e)
                            + ". Threads are limited by ulimit -u and by the cgroup's pids.max, memory by -Xmx",
                    e);
        } catch (ServerStartException | OptionException e) {
            throw e; // what was asked for is at fault, not the engine
        } catch (RuntimeException | LinkageError e) {
            throw new IOException(reason(e), e);
        }
        try {
            String description = "Ringfort on " + urls(running) + ", engine " + engine.name() + ": "
                    + running.description() + because();
            return new StartedServer(running, engine.name(), description, options, application, lifecycle).hooked();
        } catch (RuntimeException | Error e) {
            running.stop(Duration.ZERO); // nobody would have the server to stop it
            throw e;
        }
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

    private static String urls(RunningEngine running) {
        return running.uris().stream().map(URI::toString).collect(Collectors.joining(", "));
    }

    private String because() {
        return passedOver.isEmpty() ? "" : " (" + String.join("; ", passedOver) + ")";
    }

    /** The first cause: a class that failed to load hides it behind an error without a message. */
    private static String reason(Throwable failure) {
        Throwable told = failure;
        while (told instanceof LinkageError && told.getCause() != null) {
            told = told.getCause();
        }
        String message = told.getMessage();
        return message == null || message.isBlank() ? told.getClass().getSimpleName() : message;
    }
}
