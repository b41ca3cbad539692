package ringfort.server;

import java.io.IOException;
import java.util.List;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;
import ringfort.server.exchange.ServerContext;
import ringfort.server.exchange.ThreadUse;
import ringfort.server.loop.Admission;
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
        NioListener listener = null;
        try {
            listener = new NioListener(options);
            return start(context, listener);
        } catch (IOException | RuntimeException | Error e) {
            if (listener != null) {
                listener.close();
            }
            context.notices().close();
            throw e;
        }
    }

    private RunningEngine start(ServerContext context, NioListener listener) throws IOException {
        ServerOptions options = context.options();
        var admission = Admission.of(options);
        String features = "features=" + String.join(",", probe().features());
        return WorkerEngine.start(context, name(), features, name -> new NioWorker(context, admission, name, listener));
    }
}
