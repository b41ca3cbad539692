package ringfort.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;
import ringfort.ring.Ring;
import ringfort.ring.RingOptions;
import ringfort.ring.RingSyscalls;
import ringfort.ring.RingUnavailableException;
import ringfort.ring.SetupFlag;
import ringfort.server.exchange.ServerContext;
import ringfort.server.linux.LinuxThread;
import ringfort.server.linux.Listeners;
import ringfort.server.loop.Admission;
import ringfort.server.loop.WorkerEngine;
import ringfort.server.metrics.Notices;
import ringfort.server.ring.RingSizes;
import ringfort.server.ring.RingWorker;
import ringfort.sys.NativeAccess;
import ringfort.timers.RunningTicker;
import ringfort.timers.Ticker;

/**
 * The engine on io_uring. Linux 6.0 or newer has all it needs: multishot accept and receive, provided buffer rings.
 *
 * <p>System properties switch single features off, to tell what a kernel does wrong: {@code ringfort.ring.FLAG=false}
 * for each {@link SetupFlag} by its name in lower case, and {@code ringfort.ring.multishot_receive=false}.
 */
public final class RingEngine implements Engine {
    private static final String MULTISHOT_RECEIVE = "multishot_receive";

    private final RingSyscalls syscalls;
    private final RingSizes sizes;
    private volatile @Nullable List<String> features; // of the last ring that was opened to look

    /** For the service loader. */
    public RingEngine() {
        this(RingSyscalls.kernel());
    }

    RingEngine(RingSyscalls syscalls) {
        this(syscalls, RingSizes.DEFAULT);
    }

    RingEngine(RingSyscalls syscalls, RingSizes sizes) {
        this.syscalls = syscalls;
        this.sizes = sizes;
    }

    @Override
    public String name() {
        return "ring";
    }

    @Override
    public int rank() {
        return 300;
    }

    @Override
    public Set<String> properties() {
        Set<String> names = new HashSet<>(Set.of("ringfort.ring." + MULTISHOT_RECEIVE));
        for (SetupFlag flag : SetupFlag.values()) {
            names.add("ringfort.ring." + flag.name().toLowerCase(Locale.ROOT));
        }
        return names;
    }

    @Override
    public Availability probe() {
        String refusal = NativeAccess.refusal();
        if (refusal != null) {
            return Availability.unusable("io_uring cannot be used: " + refusal);
        }
        try {
            List<String> found = Thread.currentThread().isVirtual() ? tryOutElsewhere() : tryOut();
            features = found;
            return Availability.usable(found);
        } catch (RingUnavailableException e) {
            return Availability.unusable(String.valueOf(e.getMessage()));
        } catch (LinkageError | IllegalCallerException e) { // sys may call native code, ring may not
            return Availability.unusable(
                    "io_uring cannot be used: " + NativeAccess.explain(e, "ringfort.sys,ringfort.ring"));
        }
    }

    /** A ring belongs to a platform thread, and a server may be started from a virtual one. */
    private List<String> tryOutElsewhere() throws RingUnavailableException {
        var trial = new FutureTask<>(this::tryOut);
        Thread.ofPlatform().daemon().name("ringfort-probe").start(trial);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return trial.get();
                } catch (InterruptedException e) {
                    interrupted = true; // the trial takes some milliseconds and cannot be cut short
                } catch (ExecutionException e) {
                    switch (e.getCause()) {
                        case RingUnavailableException unavailable -> throw unavailable;
                        case RuntimeException unexpected -> throw unexpected;
                        case Error error -> throw error;
                        case null, default -> throw new IllegalStateException(e);
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Opens as many rings as there are processors, each as large as a worker's and all at once, since they may be charged to a
     * limit on locked memory, and has the kernel carry out a request.
     */
    private List<String> tryOut() throws RingUnavailableException {
        List<Ring> rings = new ArrayList<>();
        try {
            for (int i = Runtime.getRuntime().availableProcessors(); i > 0; i--) {
                Ring ring = Ring.open(sized(), syscalls);
                rings.add(ring);
                ring.enable();
                ring.bufferRing(0, sizes.buffers(), sizes.bufferBytes());
            }
            Ring first = rings.getFirst();
            first.tryOut();
            return features(first);
        } finally {
            rings.forEach(Ring::close);
        }
    }

    private RingOptions sized() {
        return options().withEntries(sizes.entries()).withCqEntries(sizes.cqEntries());
    }

    @Override
    public RunningEngine start(ServerOptions options, Application application) throws IOException {
        var context = new ServerContext(
                options, application, new RunningTicker(Ticker.system()), new Notices(), LinuxThread::use);
        try {
            return start(context);
        } catch (IOException | RuntimeException | Error e) {
            context.notices().close();
            throw e;
        }
    }

    private RunningEngine start(ServerContext context) throws IOException {
        ServerOptions options = context.options();
        boolean multishot = wanted(MULTISHOT_RECEIVE);
        RingOptions wanted = sized();
        List<String> found = features != null ? features : probe().features();
        String described = "timers=" + options.timers() + " features=" + String.join(",", found);
        var admission = Admission.of(options);
        var listeners = new Listeners(options, false);
        return WorkerEngine.start(
                context,
                name(),
                described,
                name -> listeners.serve(fd -> {
                    Ring ring = Ring.open(wanted, syscalls);
                    try {
                        return new RingWorker(context, admission, name, ring, fd, multishot, sizes);
                    } catch (IOException | RuntimeException | Error e) {
                        ring.close();
                        throw e;
                    }
                }));
    }

    private static List<String> features(Ring ring) {
        List<String> features = new ArrayList<>();
        ring.flags().forEach(flag -> features.add(flag.name()));
        features.add("PBUF_RING");
        if (wanted(MULTISHOT_RECEIVE)) {
            features.add("MULTISHOT_RECEIVE");
        }
        return features;
    }

    private static RingOptions options() {
        Set<SetupFlag> flags = EnumSet.allOf(SetupFlag.class);
        flags.removeIf(flag -> !wanted(flag.name().toLowerCase(Locale.ROOT)));
        return RingOptions.DEFAULT.withWanted(flags);
    }

    private static boolean wanted(String feature) {
        return !"false".equals(System.getProperty("ringfort.ring." + feature));
    }
}
