package ringfort.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;
import ringfort.server.exchange.ServerContext;
import ringfort.server.exchange.ThreadUse;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Port;
import ringfort.server.loop.Ports;
import ringfort.server.loop.WorkerEngine;
import ringfort.server.metrics.Notices;
import ringfort.server.nio.NioListener;
import ringfort.server.nio.NioWorker;
import ringfort.timers.RunningTicker;
import ringfort.timers.Ticker;

/**
 * The portable engine: the JDK's {@link java.nio.channels.Selector}. It loads no native code, so it runs wherever the JDK does,
 * and where native access is denied.
 */
public final class NioEngine implements Engine {
    /** For the service loader. */
    public NioEngine() {}

    @Override
    public String name() {
        return "nio";
    }

    @Override
    public int rank() {
        return 100;
    }

    @Override
    public Availability probe() {
        return Availability.usable(List.of("SELECTOR"));
    }

    @Override
    public RunningEngine start(ServerOptions options, Application application) throws IOException {
        var context = new ServerContext(
                options, application, new RunningTicker(Ticker.system()), new Notices(), () -> ThreadUse.UNKNOWN);
        List<NioListener> listeners = new ArrayList<>();
        Ports ports = null;
        try {
            ports = PortPlan.of(context);
            for (Port port : ports.all()) {
                listeners.add(new NioListener(options, port));
            }
            return start(context, ports, listeners);
        } catch (IOException | RuntimeException | Error e) {
            listeners.forEach(NioListener::close);
            PortPlan.close(ports);
            context.notices().close();
            throw e;
        }
    }

    private RunningEngine start(ServerContext context, Ports ports, List<NioListener> listeners) throws IOException {
        var admission = Admission.of(context.options());
        String features = "features=" + String.join(",", probe().features());
        return WorkerEngine.start(
                context,
                ports,
                name(),
                features,
                name -> new NioWorker(context, admission, ports.all(), name, listeners));
    }
}
