package ringfort.api;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import ringfort.api.spi.Application;
import ringfort.api.spi.RunningEngine;

/** A running engine with the options it runs by, and the hook that drains it when the process is asked to end. */
final class StartedServer implements RunningServer {
    private static final Duration LOG_FLUSH = Duration.ofSeconds(1);
    private static final Duration AWAIT_ROUND = Duration.ofDays(1);

    private final RunningEngine running;
    private final String engine;
    private final String description;
    private final ServerOptions options;
    private final Application application;
    private final Thread hook;
    private final AtomicBoolean stopped = new AtomicBoolean();

    StartedServer(
            RunningEngine running, String engine, String description, ServerOptions options, Application application) {
        this.running = running;
        this.engine = engine;
        this.description = description;
        this.options = options;
        this.application = application;
        this.hook = Thread.ofPlatform().name("ringfort-drain").unstarted(this::stop);
    }

    /** Makes SIGTERM and SIGINT drain before the process ends. */
    StartedServer hooked() {
        if (options.shutdownHook()) {
            Runtime.getRuntime().addShutdownHook(hook);
        }
        return this;
    }

    @Override
    public InetSocketAddress address() {
        return running.address();
    }

    @Override
    public String engine() {
        return engine;
    }

    @Override
    public String details() {
        return running.description();
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public List<Metric> metrics() {
        return Stream.concat(running.metrics().stream(), application.metrics().stream())
                .toList();
    }

    @Override
    public void stop() {
        stop(options.drainTimeout());
    }

    @Override
    public void stop(Duration drain) {
        running.stop(drain);
        if (stopped.compareAndSet(false, true)) {
            LogQueue.shared().flush(LOG_FLUSH);
            unhook();
        }
    }

    private void unhook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            return; // the process is ending: the hook is what called us, or has nothing left to do
        }
    }

    @Override
    public void awaitStop() {
        try {
            while (!running.awaitStop(AWAIT_ROUND)) {
                Thread.onSpinWait();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Optional<Throwable> failure() {
        return Optional.ofNullable(running.failure());
    }

    @Override
    public String toString() {
        return description;
    }
}
