package ringfort.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;

/** Who keeps the deadlines: an engine, and for the ring each of its two ways. */
public enum Keeper {
    RING_KERNEL,
    RING_WHEEL,
    POLL,
    NIO;

    private Engine engine() {
        return switch (this) {
            case RING_KERNEL, RING_WHEEL -> new RingEngine();
            case POLL -> new PollEngine();
            case NIO -> new NioEngine();
        };
    }

    public boolean tellsAcknowledged() {
        return this != NIO;
    }

    /** Starts the engine; skips the test where this machine cannot run it. */
    public RunningEngine start(ServerOptions.Builder options, Application application) throws IOException {
        return start(engine(), options, application);
    }

    public RunningEngine start(Engine other, ServerOptions.Builder options, Application application)
            throws IOException {
        Availability availability = other.probe();
        assumeTrue(availability.usable(), () -> other.name() + " cannot run here: " + availability.reason());
        return other.start(
                options.timers(this == RING_KERNEL ? "kernel" : "wheel").build(), application);
    }
}
