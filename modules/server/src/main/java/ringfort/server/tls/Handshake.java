package ringfort.server.tls;

import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ringfort.server.exchange.Endpoints;
import ringfort.server.exchange.Urgent;
import ringfort.server.metrics.FlightRecorder;
import ringfort.server.metrics.TlsCounters.Outcome;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.tls.TlsFailure;
import ringfort.tls.TlsTask;

/**
 * The handshake of one connection: who runs its tasks, and how it ended. Its worker's, but for the task itself, which a thread of
 * the {@link HandshakePool} runs. The worker learns by a message that needs no memory that the task is done. A connection that
 * ends meanwhile is not held up, and what the task brings is dropped.
 */
@OnWorker
final class Handshake extends Urgent {
    private final TlsRoom room;
    private final Endpoints endpoints;
    private final Consumer<TlsTask> taskDone;
    private final long beginNanos;
    private @Nullable TlsTask task; // under way, or waits for a thread
    private volatile boolean over; // set by the worker: a task that waits is not worth running any more

    /** @param taskDone told on the worker that a task has run; the connection may have ended meanwhile */
    @OnWorker
    Handshake(TlsRoom room, Endpoints endpoints, @OnWorker Consumer<TlsTask> taskDone) {
        this.room = room;
        this.endpoints = endpoints;
        this.taskDone = taskDone;
        beginNanos = room.worker().turn().now();
    }

    /** Has a task run elsewhere. */
    void offload(TlsTask next) {
        task = next;
        room.pool().execute(() -> run(next));
    }

    @OffWorker
    private void run(TlsTask next) {
        if (!over) {
            next.run();
            room.worker().carrier().execute(this);
        }
    }

    /** Whether a task is under way. */
    boolean waits() {
        return task != null;
    }

    @Override
    protected void arrived() {
        TlsTask done = task;
        task = null;
        if (done != null) {
            taskDone.accept(done);
        }
    }

    /** It has finished. */
    void finished(boolean resumed, String version, String suite) {
        if (!over) {
            over = true;
            long nanos = room.worker().turn().now() - beginNanos;
            room.counters().finished(resumed, version, suite, nanos);
            record(resumed ? Outcome.RESUMED : Outcome.FULL, version, suite);
        }
    }

    /** It has ended without finishing; only the first reason counts. */
    void ended(Outcome outcome) {
        if (!over) {
            over = true;
            room.counters().ended(outcome);
            record(outcome, "", "");
        }
    }

    /** For the flight recorder. */
    private void record(Outcome outcome, String version, String suite) {
        if (FlightRecorder.isOn()) {
            long nanos = room.worker().turn().now() - beginNanos;
            String name = outcome.name().toLowerCase(Locale.ROOT);
            room.worker().context().notices().handshake(endpoints.peer(), name, version, suite, nanos);
        }
    }

    /** How a handshake ends that failed for this reason. */
    static Outcome outcome(TlsFailure.Kind kind) {
        return switch (kind) {
            case PLAIN_HTTP -> Outcome.PLAIN_HTTP;
            case NOT_TLS -> Outcome.NOT_TLS;
            case HANDSHAKE -> Outcome.REFUSED;
            case PEER_CERTIFICATE -> Outcome.CLIENT_CERTIFICATE;
            case PEER_ALERT -> Outcome.PEER_ALERT;
            case LIMIT -> Outcome.LIMIT;
            case RENEGOTIATION, PROTOCOL -> Outcome.PROTOCOL;
            case INTERNAL -> Outcome.INTERNAL;
        };
    }
}
