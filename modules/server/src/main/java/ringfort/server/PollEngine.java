package ringfort.server;

import java.io.IOException;
import java.util.List;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;
import ringfort.poller.Epoll;
import ringfort.server.exchange.ServerContext;
import ringfort.server.linux.LinuxThread;
import ringfort.server.linux.Listeners;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Ports;
import ringfort.server.loop.WorkerEngine;
import ringfort.server.metrics.Notices;
import ringfort.server.poll.PollWorker;
import ringfort.sys.NativeAccess;
import ringfort.timers.RunningTicker;
import ringfort.timers.Ticker;

/** The engine on epoll: any Linux, also where containers forbid io_uring. */
public final class PollEngine implements Engine {
    /** For the service loader. */
    public PollEngine() {}

    @Override
    public String name() {
        return "poll";
    }

    @Override
    public int rank() {
        return 200;
    }

    @Override
    public Availability probe() {
        String refusal = NativeAccess.refusal();
        if (refusal != null) {
            return Availability.unusable("epoll cannot be used: " + refusal);
        }
        try {
            Epoll.open(1).close();
            return Availability.usable(List.of("EPOLLET", "EPOLLRDHUP", "TIMERFD"));
        } catch (IOException e) {
            return Availability.unusable("epoll cannot be opened: " + e.getMessage());
        } catch (LinkageError | IllegalCallerException e) {
            return Availability.unusable(
                    "epoll cannot be used: " + NativeAccess.explain(e, "ringfort.sys,ringfort.poller"));
        }
    }

    @Override
    public RunningEngine start(ServerOptions options, Application application) throws IOException {
        var context = new ServerContext(
                options, application, new RunningTicker(Ticker.system()), new Notices(), LinuxThread::use);
        Ports ports = null;
        try {
            ports = PortPlan.of(context);
            return start(context, ports);
        } catch (IOException | RuntimeException | Error e) {
            PortPlan.close(ports);
            context.notices().close();
            throw e;
        }
    }

    private RunningEngine start(ServerContext context, Ports ports) throws IOException {
        String features = "features=" + String.join(",", probe().features());
        var admission = Admission.of(context.options());
        var listeners = Listeners.of(context.options(), ports.all(), true);
        return WorkerEngine.start(
                context,
                ports,
                name(),
                features,
                name -> Listeners.serve(listeners, fds -> new PollWorker(context, admission, ports.all(), name, fds)));
    }
}
