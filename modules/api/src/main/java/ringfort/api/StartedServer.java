package ringfort.api;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import ringfort.api.spi.Application;
import ringfort.api.spi.JvmExit;
import ringfort.api.spi.LogQueue;
import ringfort.api.spi.RunningEngine;

/**
 * A running engine with the options it runs by, and how it ends: on a thread of its own, so that a handler or a hook may ask for
 * it, and in steps.
 *
 * <pre>
 *  not ready ─► drain-delay ─► onStopping hooks │ drain of the engine ─► onStopped hooks ─► log written ─► ended
 * </pre>
 */
final class StartedServer implements RunningServer {
    private static final Duration LOG_FLUSH = Duration.ofSeconds(1);
    private static final Duration AWAIT_ROUND = Duration.ofDays(1);

    /** When the JVM ends, code behind {@link #awaitStop} gets so long to end. */
    private static final Duration CODE_BEHIND = Duration.ofSeconds(2);

    private static final Duration LOOK = Duration.ofMillis(20);

    /**
     * When the JVM ends, it is halted so much later than the drain is over: something holds it that is not ours, such as a log
     * whose reader is gone.
     */
    private static final Duration BACKSTOP = Duration.ofSeconds(20);

    /** 128 + SIGTERM: what a JVM that ends by a signal exits with. */
    private static final int ENDED_BY_SIGNAL = 143;

    private final RunningEngine running;
    private final String engine;
    private final String description;
    private final ServerOptions options;
    private final Application application;
    private final Lifecycle lifecycle;
    private final Thread hook;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Set<Thread> awaiting = ConcurrentHashMap.newKeySet();

    StartedServer(
            RunningEngine running,
            String engine,
            String description,
            ServerOptions options,
            Application application,
            Lifecycle lifecycle) {
        this.running = running;
        this.engine = engine;
        this.description = description;
        this.options = options;
        this.application = application;
        this.lifecycle = lifecycle;
        this.hook = Thread.ofPlatform().name("ringfort-drain").unstarted(this::jvmEnds);
    }

    /** Makes SIGTERM and SIGINT drain before the process ends. */
    StartedServer hooked() {
        if (options.shutdownHook()) {
            Runtime.getRuntime().addShutdownHook(hook);
        }
        return this;
    }

    /** Tells the application that it is served. */
    void tellStarted() {
        lifecycle.started(this);
    }

    @Override
    public InetSocketAddress address() {
        return running.address();
    }

    @Override
    public List<URI> uris() {
        return running.uris();
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
    public boolean isReady() {
        return !stopping.get();
    }

    // The end.

    @Override
    public void stop() {
        stop(options.drainTimeout());
    }

    @Override
    public void stop(Duration drain) {
        if (stopping.compareAndSet(false, true)) {
            Thread.ofPlatform().name("ringfort-stop").start(() -> end(drain));
        }
        if (running.isHandler() || lifecycle.isHook()) {
            return; // the end waits for it
        }
        try {
            ended.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(Duration drain) {
        try {
            if (!drain.isZero()) {
                Thread.sleep(options.drainDelay());
            }
            Thread hooks = lifecycle.stopping();
            running.stop(drain);
            Lifecycle.await(hooks);
            Lifecycle.await(lifecycle.stopped());
            LogQueue.shared().flush(LOG_FLUSH);
            unhook();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // nothing interrupts this thread
        } finally {
            ended.countDown();
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
        Thread caller = Thread.currentThread();
        boolean held = !caller.isDaemon(); // a virtual thread is one: it never keeps a JVM from ending
        if (held) {
            awaiting.add(caller);
        }
        try {
            while (!running.awaitStop(AWAIT_ROUND)) {
                Thread.onSpinWait();
            }
            stop(); // its hooks are part of the end, also of an engine that has ended by itself
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    // The end of the JVM.

    private void jvmEnds() {
        Thread.ofPlatform().daemon().name("ringfort-backstop").start(this::backstop);
        stop();
        try {
            letCodeBehindEnd();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The JVM ends when its hooks do, whether or not the threads do that waited for the server: they get a moment. */
    private void letCodeBehindEnd() throws InterruptedException {
        for (Thread behind : awaiting) {
            for (long left = CODE_BEHIND.dividedBy(LOOK); left > 0; left--) {
                if (behind.join(LOOK) || JvmExit.isCalledBy(behind)) {
                    break;
                }
            }
        }
    }

    private void backstop() {
        try {
            Thread.sleep(options.drainDelay().plus(options.drainTimeout()).plus(BACKSTOP));
            Runtime.getRuntime().halt(ENDED_BY_SIGNAL);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // nothing interrupts this thread
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
