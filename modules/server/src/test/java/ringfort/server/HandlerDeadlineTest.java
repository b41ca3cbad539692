package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import ringfort.api.Handler;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;

/** A handler has no deadline unless one is set; late, it is answered for and interrupted. */
class HandlerDeadlineTest extends DeadlineContract {
    private static final Duration HANDLER = Duration.ofMillis(250);

    @Test
    void aLateHandlerIs503AndInterrupted() throws Exception {
        var interrupted = new CountDownLatch(2);
        Handler late = _ -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return Response.text("never");
        };
        Served server = serve(
                options -> options.handlerTimeout(HANDLER),
                routes -> routes.get("/", late).get("/offloaded", late, Route.offload()));
        for (String path : new String[] {"/", "/offloaded"}) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.mark().get(path).end().answered(503).closes().inOrder().after(HANDLER);
            }
        }
        assertTrue(interrupted.await(5, TimeUnit.SECONDS));
        server.awaitOpen(0);
        assertEquals(2, server.expired(Phase.HANDLER));
        assertEquals(2, server.closed(CloseReason.DEADLINE));
    }

    /** The handler waits, is interrupted, and waits on: its response comes when nobody is there any more. */
    @Test
    void aHandlerThatIgnoresItsInterruptIsAnsweredForOnTimeAndItsResponseIsDropped() throws Exception {
        var release = new CountDownLatch(1);
        var returned = new CountDownLatch(1);
        Served server = serve(
                options -> options.handlerTimeout(HANDLER),
                routes -> routes.get("/", _ -> {
                    while (true) {
                        try {
                            release.await();
                            returned.countDown();
                            return Response.text("what took so long");
                        } catch (InterruptedException _) {
                            Thread.onSpinWait();
                        }
                    }
                }));
        try (SlowPeer peer = server.connectSlow()) {
            SlowPeer.Ending end =
                    peer.mark().get("/").end().answered(503).closes().inOrder().after(HANDLER);
            assertTrue(!end.received().contains("what took"), end::received);
            server.awaitOpen(0);
        } finally {
            release.countDown();
        }
        assertTrue(returned.await(5, TimeUnit.SECONDS));
        assertEquals(1, server.expired(Phase.HANDLER));
    }

    @Test
    void aHandlerWithoutADeadlineMayTakeItsTime() throws IOException {
        Served server = serve(routes -> routes.get("/", _ -> {
            Await.pass(ShortDeadlines.HEADER.plus(Duration.ofMillis(300)));
            return Response.text("at last");
        }));
        try (SlowPeer peer = server.connectSlow()) {
            peer.get("/").expect("at last");
        }
        server.awaitOpen(0);
        assertEquals(0, server.armed(Phase.HANDLER));
        assertEquals(0, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void aRouteHasItsOwnDeadlineAndTheNextRequestAFreshBudget() throws IOException {
        Served server = serve(routes -> routes.get(
                        "/slow",
                        _ -> {
                            Await.pass(Duration.ofMillis(150));
                            return Response.text("done");
                        },
                        Route.carried().handlerTimeout(Duration.ofSeconds(2)))
                .get(
                        "/late",
                        _ -> {
                            new CountDownLatch(1).await();
                            return Response.text("never");
                        },
                        Route.offload().handlerTimeout(HANDLER)));
        try (SlowPeer peer = server.connectSlow()) {
            for (int i = 0; i < 15; i++) {
                peer.get("/slow").expect("done");
            }
            peer.mark().get("/late").end().answered(503).after(HANDLER);
        }
        server.awaitOpen(0);
        assertEquals(16, server.armed(Phase.HANDLER));
        assertEquals(15, server.cleared(Phase.HANDLER));
    }

    @Test
    void aStreamThatHasBegunIsInTime() throws IOException {
        Served server = serve(
                options -> options.handlerTimeout(Duration.ofSeconds(1)),
                routes -> routes.get(
                        "/",
                        _ -> Response.stream("text/plain", 6, out -> {
                            out.write(new byte[] {'a', 'b', 'c'});
                            out.flush();
                            Await.pass(Duration.ofMillis(1200));
                            out.write(new byte[] {'d', 'e', 'f'});
                        })));
        try (SlowPeer peer = server.connectSlow()) {
            peer.get("/").expect("abcdef");
        }
        server.awaitOpen(0);
        assertEquals(0, server.expired(Phase.HANDLER));
    }

    @Test
    void aHandlerThatLeavesItsThreadInterruptedHarmsNobody() throws IOException {
        var once = new AtomicBoolean();
        Served server = serve(routes -> routes.get("/", _ -> {
            if (once.compareAndSet(false, true)) {
                Thread.currentThread().interrupt();
            }
            return Response.text("here");
        }));
        try (SlowPeer peer = server.connectSlow()) {
            peer.get("/").expect("here");
            peer.get("/").expect("here");
        }
        server.awaitOpen(0);
        assertEquals(1, server.closed(CloseReason.PEER));
    }

    @Test
    void aLateHandlerWhoseReadIsUnderWayIsStill503() throws IOException {
        Served server = serve(
                options -> options.handlerTimeout(HANDLER).bodyMinRate(0),
                routes -> routes.post("/", request -> Response.text(request.text())));
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na");
            peer.end().answered(503).closes().after(HANDLER);
        }
    }
}
