package ringfort.app;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import ringfort.api.Metric;
import ringfort.api.Option;
import ringfort.api.OptionException;
import ringfort.api.RunningServer;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.ServerStartException;

/** {@code ringfort serve}: runs an application until a signal stops it. */
final class ServeCommand implements Command {
    private static final List<String> APPLICATIONS = List.of("demo");
    private static final Flag APP = new Flag("app", "NAME", "the application to serve\ndemo, the only one");

    @Override
    public String name() {
        return "serve";
    }

    @Override
    public String summary() {
        return "serve an application until SIGTERM or SIGINT, then finish what is in progress";
    }

    /** The options' own table, so that an option is a flag as soon as it exists. */
    @Override
    public List<Flag> flags() {
        List<Flag> flags = new ArrayList<>();
        flags.add(APP);
        for (Option option : ServerOptions.catalogue()) {
            String accepted = option.range() + "; default " + option.defaultValue();
            String bare = option.type().equals("switch") ? "on" : null;
            flags.add(new Flag(option.name(), placeholder(option), option.help() + "\n" + accepted, bare));
        }
        return flags;
    }

    /** The type where it has a way to be written of its own, else the end of the name: {@code --port PORT}. */
    private static String placeholder(Option option) {
        String word = switch (option.type()) {
            case "duration", "size", "rate" -> option.type();
            case "switch" -> "on|off";
            default -> option.name().substring(option.name().lastIndexOf('-') + 1);
        };
        return word.equals("on|off") ? word : word.toUpperCase(Locale.ROOT);
    }

    @Override
    public String notes() {
        return """
                A flag wins over the system property ringfort.NAME, that over the variable RINGFORT_NAME of the
                environment, that over the default. Durations are 500ms, 2s, 1m or 0 for none; sizes are 64KiB or 10MiB.
                Once it serves it prints a line on standard output for each listener:
                ringfort ready http://HOST:PORT engine=NAME ... With TLS that is https://HOST:PORT.
                """;
    }

    @Override
    public int run(CommandLine line, Console console) throws UsageException {
        requireApplication(line.value(APP.name()));
        ServerOptions options = options(line.values());
        AtomicReference<@Nullable RunningServer> running = new AtomicReference<>();
        Server server = Server.of(options).onStarted(running::set);
        Demo.declare(server, () -> metrics(running.get()), () -> isReady(running.get()));
        RunningServer started = start(server);
        Thread end = Termination.hook(started, options);
        if (options.shutdownHook()) {
            Runtime.getRuntime().addShutdownHook(end);
        }
        for (URI uri : started.uris()) {
            console.out().println(ready(uri, started));
        }
        console.out().flush();
        started.awaitStop();
        noLonger(end);
        Optional<Throwable> failure = started.failure();
        if (failure.isPresent()) {
            throw new IllegalStateException("the server has failed: " + reason(failure.get()), failure.get());
        }
        return Program.DONE;
    }

    /** The process goes on, or is ending anyway: then the hook has run. */
    private static void noLonger(Thread end) {
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException _) {
            return;
        }
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }

    /** An option that only the engines could judge is as wrong as one that is misspelt. */
    private static RunningServer start(Server server) throws UsageException {
        try {
            return server.start();
        } catch (ServerStartException e) {
            if (e.getCause() instanceof OptionException wrong) {
                throw new UsageException(wrong.getMessage(), wrong);
            }
            throw e;
        }
    }

    private static void requireApplication(@Nullable String name) throws UsageException {
        if (name != null && !APPLICATIONS.contains(name)) {
            Optional<String> nearest = Spelling.nearest(name, APPLICATIONS);
            throw new UsageException("unknown application " + name
                    + nearest.map(near -> "; did you mean " + near + "?")
                            .orElse("; there is " + String.join(", ", APPLICATIONS)));
        }
    }

    private static ServerOptions options(Map<String, String> flags) throws UsageException {
        try {
            ServerOptions.Builder builder = ServerOptions.builder();
            for (Map.Entry<String, String> flag : flags.entrySet()) {
                boolean ours = flag.getKey().equals(APP.name()) || flag.getKey().equals(Flag.DEBUG.name());
                if (!ours) {
                    builder = builder.set(flag.getKey(), flag.getValue(), "--" + flag.getKey());
                }
            }
            return builder.build();
        } catch (OptionException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Empty for a request that is quicker than the start that made it possible. */
    private static List<Metric> metrics(@Nullable RunningServer running) {
        return running == null ? List.of() : running.metrics();
    }

    /** A request that is quicker than the start shows that it is. */
    private static boolean isReady(@Nullable RunningServer running) {
        return running == null || running.isReady();
    }

    private static String ready(URI uri, RunningServer server) {
        return "ringfort ready " + uri + " engine=" + server.engine() + " " + server.details() + " pid="
                + ProcessHandle.current().pid();
    }
}
