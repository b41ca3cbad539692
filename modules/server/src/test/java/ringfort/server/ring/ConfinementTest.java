package ringfort.server.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.ring.Ring;
import ringfort.ring.RingOptions;
import ringfort.server.Peer;
import ringfort.server.RingEngine;
import ringfort.server.exchange.ServerContext;
import ringfort.server.linux.LinuxThread;
import ringfort.server.linux.Listeners;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Port;
import ringfort.server.metrics.Notices;
import ringfort.server.protocol.Layer;
import ringfort.timers.Ticker;

/** Only the worker touches submission queue entries: anybody else is refused before the kernel could be confused. */
@Timeout(30)
class ConfinementTest {
    @Test
    void entriesAreForTheWorkerAlone() throws Exception {
        assumeTrue(new RingEngine().probe().usable(), "no io_uring here");
        RingWorker[] workers = new RingWorker[1];
        CompletableFuture<@Nullable Throwable> inHandler = new CompletableFuture<>();
        Server server = Server.http(0).get("/", _ -> {
            try {
                workers[0].queue().sqe();
                inHandler.complete(null);
            } catch (Throwable e) {
                inHandler.complete(e);
            }
            return Response.text("ok");
        });
        var context = new ServerContext(
                ServerOptions.defaults().toBuilder().port(0).build(),
                server.application(),
                Ticker.system(),
                new Notices(),
                LinuxThread::use);
        assumeTrue(context.scheduler().name().equals("worker"), "this JDK gives a virtual thread no scheduler of ours");
        var port = new Port(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Layer.NONE);
        RingWorker worker = (RingWorker) Listeners.serve(
                Listeners.of(context.options(), List.of(port), false),
                fd -> new RingWorker(
                        context,
                        Admission.of(ServerOptions.defaults()),
                        List.of(port),
                        "worker",
                        Ring.open(RingOptions.DEFAULT),
                        fd,
                        true,
                        RingSizes.DEFAULT));
        InetSocketAddress address = worker.localAddress();
        workers[0] = worker;
        worker.start();
        worker.awaitStarted();
        try (Peer peer = Peer.connect(address.getPort())) {
            assertThrows(WrongThreadException.class, worker.queue()::sqe);
            assertEquals("ok", peer.get("/").reply().text());
            // The handler runs on the worker's platform thread, and yet it is not the worker.
            assertInstanceOf(WrongThreadException.class, inHandler.get(10, TimeUnit.SECONDS));
            CompletableFuture<Boolean> onWorker = new CompletableFuture<>();
            worker.execute(() -> {
                var sqe = worker.queue().sqe();
                assertNotNull(sqe);
                sqe.nop(RingQueue.UNWATCHED); // completes as one to be ignored
                onWorker.complete(true);
            });
            assertEquals(true, onWorker.get(10, TimeUnit.SECONDS));
            assertEquals("ok", peer.get("/").reply().text());
        } finally {
            worker.stop(context.ticker().nanos() + 1_000_000_000L);
            worker.thread().join();
            context.notices().close();
        }
        assertEquals(0, worker.counters().unknownCompletions.get());
        assertEquals(0, worker.counters().defects.get());
    }
}
