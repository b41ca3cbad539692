package ringfort.server.metrics;

import java.net.InetSocketAddress;
import java.util.Locale;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import ringfort.budget.Phase;
import ringfort.h2.Excess;

/**
 * Events for the JDK's flight recorder, where the module {@code jdk.jfr} is there and a recording was ever started; else
 * nothing is loaded. Not for workers: the first event of a kind loads and instruments its class.
 */
public final class FlightRecorder {
    private static final boolean AVAILABLE =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private FlightRecorder() {}

    /** Tells whether there may be a recording. */
    public static boolean isOn() {
        return AVAILABLE && jdk.jfr.FlightRecorder.isInitialized();
    }

    /** A deadline of a connection passed. */
    public static void expired(Phase phase, InetSocketAddress peer, long ageNanos, long lateNanos, long receivedBytes) {
        if (!isOn()) {
            return;
        }
        var event = new DeadlineExpired();
        if (event.isEnabled() && event.shouldCommit()) {
            event.phase = phase.name().toLowerCase(Locale.ROOT);
            event.peer = text(peer);
            event.ageNanos = ageNanos;
            event.latenessNanos = lateNanos;
            event.receivedBytes = receivedBytes;
            event.commit();
        }
    }

    /** A TLS handshake ended, so long after its first byte; protocol and suite are empty where it did not finish. */
    public static void handshake(InetSocketAddress peer, String outcome, String protocol, String suite, long nanos) {
        if (!isOn()) {
            return;
        }
        var event = new TlsHandshake();
        if (event.isEnabled() && event.shouldCommit()) {
            event.peer = text(peer);
            event.outcome = outcome;
            event.protocol = protocol;
            event.suite = suite;
            event.durationNanos = nanos;
            event.commit();
        }
    }

    /** A connection of HTTP/2 ended because of work without use. */
    public static void ended(InetSocketAddress peer, Excess account, long streams) {
        if (!isOn()) {
            return;
        }
        var event = new Http2Excess();
        if (event.isEnabled() && event.shouldCommit()) {
            event.peer = text(peer);
            event.account = account.name().toLowerCase(Locale.ROOT);
            event.streams = streams;
            event.commit();
        }
    }

    private static String text(InetSocketAddress peer) {
        return peer.getAddress().getHostAddress() + ":" + peer.getPort();
    }

    /** A handler holds a worker, and the watchdog noticed. */
    public static void stuck(String worker, String route, long heldNanos) {
        if (!isOn()) {
            return;
        }
        var event = new WorkerStuck();
        if (event.isEnabled() && event.shouldCommit()) {
            event.worker = worker;
            event.route = route;
            event.heldNanos = heldNanos;
            event.commit();
        }
    }

    @Name("ringfort.DeadlineExpired")
    @Label("Deadline Expired")
    @Category("Ringfort")
    @Description("A connection outstayed the budget of a phase")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
    private static final class DeadlineExpired extends Event {
        @Label("Phase")
        String phase = "";

        @Label("Peer")
        String peer = "";

        @Label("Age")
        @Timespan(Timespan.NANOSECONDS)
        long ageNanos;

        @Label("Lateness")
        @Timespan(Timespan.NANOSECONDS)
        long latenessNanos;

        @Label("Received Bytes")
        long receivedBytes;
    }

    @Name("ringfort.TlsHandshake")
    @Label("TLS Handshake")
    @Category("Ringfort")
    @Description("A TLS handshake ended")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
    private static final class TlsHandshake extends Event {
        @Label("Peer")
        String peer = "";

        @Label("Outcome")
        String outcome = "";

        @Label("Protocol")
        String protocol = "";

        @Label("Cipher Suite")
        String suite = "";

        @Label("Duration")
        @Timespan(Timespan.NANOSECONDS)
        long durationNanos;
    }

    @Name("ringfort.Http2Excess")
    @Label("HTTP/2 Excess")
    @Category("Ringfort")
    @Description("A connection was ended because its peer made work without use")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
    private static final class Http2Excess extends Event {
        @Label("Peer")
        String peer = "";

        @Label("Account")
        String account = "";

        @Label("Streams")
        long streams;
    }

    @Name("ringfort.WorkerStuck")
    @Label("Worker Stuck")
    @Category("Ringfort")
    @Description("A handler held its worker; the watchdog enforces that worker's deadlines")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
    private static final class WorkerStuck extends Event {
        @Label("Worker")
        String worker = "";

        @Label("Route")
        String route = "";

        @Label("Held")
        @Timespan(Timespan.NANOSECONDS)
        long heldNanos;
    }
}
