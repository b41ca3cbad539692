package ringfort.api;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.JvmExit;
import ringfort.api.spi.LogQueue;
import ringfort.api.spi.LogText;

/**
 * What an application wants to do when its server has started, begins to stop, and has stopped. Hooks run one after the other, on
 * a thread of their own, because a stop must not wait for them without a bound. What one of them throws is logged, and the next
 * one runs.
 */
final class Lifecycle {
    /** So long is waited for the hooks of one moment; then they are interrupted and left alone. */
    static final Duration HOOKS = Duration.ofSeconds(5);

    private static final System.Logger LOGGER = System.getLogger("ringfort");
    private static final Duration LOOK = Duration.ofMillis(50);

    private final List<Consumer<? super RunningServer>> started;
    private final List<Runnable> stopping;
    private final List<Runnable> stopped;
    private volatile @Nullable Thread running;

    private Lifecycle(List<Consumer<? super RunningServer>> started, List<Runnable> stopping, List<Runnable> stopped) {
        this.started = List.copyOf(started);
        this.stopping = List.copyOf(stopping);
        this.stopped = List.copyOf(stopped);
    }

    /** Collects hooks while a server is set up. One thread. */
    static final class Hooks {
        final List<Consumer<? super RunningServer>> started = new ArrayList<>();
        final List<Runnable> stopping = new ArrayList<>();
        final List<Runnable> stopped = new ArrayList<>();

        Lifecycle lifecycle() {
            return new Lifecycle(started, stopping, stopped);
        }
    }

    /** The server has started; on the thread that starts it, before {@link Server#start()} returns. */
    void started(RunningServer server) {
        for (Consumer<? super RunningServer> hook : started) {
            guarded("onStarted", () -> hook.accept(server));
        }
    }

    /** Begins to run these hooks; {@link #await} waits for them. */
    Thread stopping() {
        return run("onStopping", stopping);
    }

    /** Runs these hooks, the one that was given last first: what was opened last is closed first. */
    Thread stopped() {
        return run("onStopped", stopped.reversed());
    }

    /** Whether the calling thread runs a hook, so that it cannot wait for the end of the stop. */
    boolean isHook() {
        return Thread.currentThread() == running;
    }

    private Thread run(String moment, List<Runnable> hooks) {
        Thread thread = Thread.ofPlatform()
                .daemon()
                .name("ringfort-" + moment)
                .unstarted(() -> hooks.forEach(hook -> guarded(moment, hook)));
        if (!hooks.isEmpty()) {
            running = thread;
            thread.start();
        }
        return thread;
    }

    /** Waits until the hooks of a moment have run, for a bounded time. A hook that has called System.exit is not waited for. */
    static void await(Thread hooks) {
        try {
            for (long left = HOOKS.dividedBy(LOOK); left > 0; left--) {
                if (hooks.getState() == Thread.State.NEW || hooks.join(LOOK) || JvmExit.isCalledBy(hooks)) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        hooks.interrupt();
        say(
                hooks.getName() + " hooks did not end within " + HOOKS.toSeconds()
                        + " s; the stop goes on without them",
                null);
    }

    private static void guarded(String moment, Runnable hook) {
        try {
            hook.run();
        } catch (Throwable e) { // the other hooks are to run, whatever this one has met
            say("an " + moment + " hook failed; the others run", e);
        }
    }

    private static void say(String what, @Nullable Throwable cause) {
        LogQueue.shared().offer(() -> LOGGER.log(Level.ERROR, what, cause == null ? null : LogText.of(cause)));
    }
}
