package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Engine;
import ringfort.ring.Ring;
import ringfort.ring.RingOptions;
import ringfort.server.Await;
import ringfort.server.NioEngine;
import ringfort.server.Peer;
import ringfort.server.PollEngine;
import ringfort.server.RingEngine;
import ringfort.server.exchange.ServerContext;
import ringfort.server.linux.LinuxThread;
import ringfort.server.linux.Listeners;
import ringfort.server.metrics.Notices;
import ringfort.server.nio.NioListener;
import ringfort.server.nio.NioWorker;
import ringfort.server.poll.PollWorker;
import ringfort.server.ring.RingSizes;
import ringfort.server.ring.RingWorker;
import ringfort.timers.ManualTicker;

/** A clock that stands delays deadlines, and nothing else: peers are served, none is cut, and the worker does not spin. */
@Timeout(30)
class StandingClockTest {
    private static final int REQUESTS = 300;

    private final ManualTicker clock = new ManualTicker();

    private ServerContext context() {
        ServerOptions options = ServerOptions.defaults().toBuilder()
                .port(0)
                .headerTimeout(Duration.ofSeconds(2))
                .build();
        Server server = Server.of(options)
                .get("/", _ -> Response.text("ok"))
                .get("/inline", _ -> Response.text("ok"), Route.inline())
                .post("/", request -> Response.text("" + request.bytes().length));
        return new ServerContext(options, server.application(), clock, new Notices(), LinuxThread::use);
    }

    private static Worker worker(String engine, ServerContext context) throws Exception {
        Admission admission = Admission.of(context.options());
        if (engine.equals("nio")) {
            return new NioWorker(context, admission, "worker", new NioListener(context.options()));
        }
        boolean ring = engine.equals("ring");
        return new Listeners(context.options(), !ring)
                .serve(fd -> ring
                        ? new RingWorker(
                                context,
                                admission,
                                "worker",
                                Ring.open(RingOptions.DEFAULT),
                                fd,
                                true,
                                RingSizes.DEFAULT)
                        : new PollWorker(context, admission, "worker", fd));
    }

    private static Engine engine(String name) {
        return switch (name) {
            case "ring" -> new RingEngine();
            case "poll" -> new PollEngine();
            default -> new NioEngine();
        };
    }

    private static long turns(Worker worker) {
        return worker.counters().turns.count();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "poll", "nio"})
    void aClockThatStandsDelaysDeadlinesAndNothingElse(String engine) throws Exception {
        assumeTrue(engine(engine).probe().usable(), "this engine cannot run here");
        ServerContext context = context();
        Worker worker = worker(engine, context);
        worker.start();
        worker.awaitStarted();
        int port = worker.localAddress().getPort();
        try (Peer late = Peer.connect(port).send("GET / HTTP/1.1\r\nHost:")) {
            serveMany(port);
            Await.until(() -> worker.counters().open() == 1, () -> "the late peer is not all that is left");
            long turns = turns(worker);
            Await.pass(Duration.ofMillis(300));
            assertTrue(turns(worker) - turns < 100, "the worker rests, although the deadline comes no nearer");
            clock.advance(Duration.ofSeconds(3));
            worker.execute(() -> {}); // it looks at the clock
            assertEquals(408, late.reply().status());
        }
        Await.until(() -> worker.counters().open() == 0, () -> "connections stay open");
        worker.stop(clock.nanos() + Duration.ofSeconds(5).toNanos());
        worker.thread().join();
        context.notices().close();
    }

    /** More than one turn's worth, and long content, whose reads are bounded by time. */
    private static void serveMany(int port) throws IOException {
        String content = "x".repeat(1 << 20);
        for (int i = 0; i < REQUESTS; i++) {
            try (Peer peer = Peer.connect(port)) {
                assertEquals(
                        "ok", peer.get(i % 2 == 0 ? "/" : "/inline").reply().text());
                if (i % 50 == 0) {
                    peer.send(
                            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + content.length() + "\r\n\r\n" + content);
                    assertEquals("" + content.length(), peer.reply().text());
                }
            }
        }
    }
}
