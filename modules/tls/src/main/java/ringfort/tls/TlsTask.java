package ringfort.tls;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The expensive part of a handshake step: key exchange, signature, verification of a chain; one to twenty milliseconds of
 * processor time. The owner of a {@link TlsState} runs it once on any thread, and gives it back with
 * {@link TlsState#taskDone}. It touches the engine and nothing else, so it may also end after the connection has: then
 * {@link TlsState#taskDone} drops it.
 */
public final class TlsTask implements Runnable {
    private final List<Runnable> delegated;
    private final @Nullable String serverName;
    private @Nullable Throwable thrown; // published by ended
    private volatile boolean ended;

    TlsTask(List<Runnable> delegated, @Nullable String serverName) {
        this.delegated = delegated;
        this.serverName = serverName;
    }

    /** Does the work. What goes wrong is kept, and fails the handshake when the task is given back. */
    @Override
    public void run() {
        try {
            ServerKeyManager.forHello(serverName, () -> delegated.forEach(Runnable::run));
        } catch (Throwable e) { // also errors: the connection that this task belongs to must fail, not stay in between
            thrown = e;
        } finally {
            ended = true;
        }
    }

    boolean ended() {
        return ended;
    }

    @Nullable Throwable thrown() {
        return thrown;
    }
}
