package ringfort.server;

import java.time.Duration;
import java.util.Arrays;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;

/** A server in a process of its own, that a test may stop and let go on. */
final class StoppedServer {
    /** Shorter than the stop. */
    static final Duration TIMEOUT = Duration.ofSeconds(3);

    static final int LARGE_BYTES = 48 << 20;

    private StoppedServer() {}

    /** Serves until its input ends; the arguments are the engine and where it keeps deadlines. */
    public static void main(String[] args) throws Exception {
        byte[] large = new byte[LARGE_BYTES];
        Arrays.fill(large, (byte) 'l');
        var running = new RunningEngine[1];
        ServerOptions options = ServerOptions.defaults().toBuilder()
                .host("127.0.0.1")
                .port(0)
                .workers(1)
                .timers(args[1])
                .headerTimeout(TIMEOUT)
                .bodyTimeout(TIMEOUT)
                .handlerTimeout(TIMEOUT)
                .writeGrace(TIMEOUT)
                .writeTimeout(TIMEOUT)
                .build();
        Server server = Server.of(options)
                .get("/", _ -> Response.text("here"))
                .post("/", request -> Response.text("" + request.bytes().length))
                .get("/large", _ -> Response.bytes(large, "text/plain"))
                .get("/waits", _ -> {
                    Thread.sleep(TIMEOUT.toMillis() / 2);
                    return Response.text("waited");
                })
                .get(
                        "/holds",
                        _ -> {
                            Await.pass(TIMEOUT.multipliedBy(3).dividedBy(2));
                            return Response.text("held");
                        },
                        Route.inline().handlerTimeout(Duration.ZERO))
                .get("/expired", _ -> Response.text("" + expired(running[0])));
        running[0] = engine(args[0]).start(options, server.application());
        System.out.println(running[0].address().getPort());
        ServerProcess.untilInputEnds();
    }

    private static Engine engine(String name) {
        return switch (name) {
            case "ring" -> new RingEngine();
            case "poll" -> new PollEngine();
            default -> new NioEngine();
        };
    }

    private static long expired(RunningEngine engine) {
        return (long) engine.metrics().stream()
                .filter(metric -> metric.name().equals("ringfort_deadlines_expired_total"))
                .mapToDouble(metric -> metric.labels().containsValue("linger") ? 0 : metric.value())
                .sum();
    }
}
