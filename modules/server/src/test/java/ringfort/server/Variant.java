package ringfort.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;
import ringfort.server.exchange.Scheduler;

/** What a contract runs on: an engine, where it keeps deadlines, and the scheduler of its handlers' virtual threads. */
public enum Variant {
    RING,
    RING_WITH_KERNEL_TIMERS,
    RING_WITH_JDK_SCHEDULER,
    POLL,
    POLL_WITH_JDK_SCHEDULER,
    NIO,
    NIO_WITH_JDK_SCHEDULER,
    RING_WITH_TLS,
    POLL_WITH_TLS,
    NIO_WITH_TLS;

    /** Whether clients speak TLS to it. */
    boolean speaksTls() {
        return this == RING_WITH_TLS || this == POLL_WITH_TLS || this == NIO_WITH_TLS;
    }

    /** Whether handlers run on the worker that read their request, and can hold it. */
    boolean carriesHandlers() {
        return this != RING_WITH_JDK_SCHEDULER && this != POLL_WITH_JDK_SCHEDULER && this != NIO_WITH_JDK_SCHEDULER;
    }

    /** Whether the engine learns how much of a response the peer has acknowledged, which the JDK does not tell. */
    boolean tellsAcknowledged() {
        return this != NIO && this != NIO_WITH_JDK_SCHEDULER && this != NIO_WITH_TLS;
    }

    /** Sets what makes this variant. */
    ServerOptions.Builder options(ServerOptions.Builder options) {
        return options.timers(this == RING_WITH_KERNEL_TIMERS ? "kernel" : "wheel")
                .scheduler(carriesHandlers() ? "worker" : "jdk")
                .tlsSelfSigned(speaksTls());
    }

    Engine engine() {
        return switch (this) {
            case RING, RING_WITH_KERNEL_TIMERS, RING_WITH_JDK_SCHEDULER, RING_WITH_TLS -> new RingEngine();
            case POLL, POLL_WITH_JDK_SCHEDULER, POLL_WITH_TLS -> new PollEngine();
            case NIO, NIO_WITH_JDK_SCHEDULER, NIO_WITH_TLS -> new NioEngine();
        };
    }

    /** Starts {@code engine}, which the test may have made; skips the test where this machine cannot run it as asked. */
    RunningEngine start(Engine engine, ServerOptions options, Application application) throws IOException {
        assumeUsable(engine);
        return engine.start(options, application);
    }

    /** Skips the test where this machine cannot run this variant. */
    void assumeUsable() {
        assumeUsable(engine());
    }

    private void assumeUsable(Engine engine) {
        Availability availability = engine.probe();
        assumeTrue(availability.usable(), () -> engine.name() + " cannot run here: " + availability.reason());
        assumeTrue(
                !carriesHandlers() || new Scheduler(true).name().equals("worker"),
                "this JDK gives a virtual thread no scheduler of ours");
    }
}
