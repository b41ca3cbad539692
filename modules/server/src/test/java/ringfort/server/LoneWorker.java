package ringfort.server;

import java.io.IOException;
import java.util.List;
import ringfort.ring.Ring;
import ringfort.ring.RingOptions;
import ringfort.server.exchange.ServerContext;
import ringfort.server.linux.Listeners;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Port;
import ringfort.server.loop.Worker;
import ringfort.server.nio.NioListener;
import ringfort.server.nio.NioWorker;
import ringfort.server.poll.PollWorker;
import ringfort.server.ring.RingSizes;
import ringfort.server.ring.RingWorker;

/** A worker without its engine, for tests that bring a clock or a port of their own. */
public final class LoneWorker {
    private LoneWorker() {}

    /** One that listens on {@code port} and is not started; {@code engine} is ring, poll or nio. */
    public static Worker of(String engine, ServerContext context, Port port) throws IOException {
        Admission admission = Admission.of(context.options());
        List<Port> ports = List.of(port);
        return switch (engine) {
            case "ring" ->
                Listeners.serve(
                        Listeners.of(context.options(), ports, false),
                        fds -> new RingWorker(
                                context,
                                admission,
                                ports,
                                "worker",
                                Ring.open(RingOptions.DEFAULT),
                                fds,
                                true,
                                RingSizes.DEFAULT));
            case "poll" ->
                Listeners.serve(
                        Listeners.of(context.options(), ports, true),
                        fds -> new PollWorker(context, admission, ports, "worker", fds));
            default ->
                new NioWorker(context, admission, ports, "worker", List.of(new NioListener(context.options(), port)));
        };
    }
}
