package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringfort.server.ShortDeadlines.GRACE;
import static ringfort.server.ShortDeadlines.IDLE;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.Tunnel;
import ringfort.api.Upgrade;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;

/** A connection that left HTTP has left its phases; what it has are an idle time of its own, and the writing's rate. */
class TunnelDeadlineTest extends DeadlineContract {
    private static final String UPGRADE = "GET /t HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";

    private static Server routes(Server server, Tunnel tunnel, Duration idle) {
        return server.get("/t", request -> Response.upgrade(request, new Upgrade("echo", tunnel, idle)))
                .get("/own", request -> Response.upgrade(request, "echo", tunnel));
    }

    private static void echo(InputStream in, OutputStream out) throws IOException {
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            out.write(octet);
            out.flush();
        }
    }

    private static SlowPeer switched(Served server, String request) throws IOException {
        SlowPeer peer = server.connectSlow();
        assertEquals(101, peer.send(request).head().status());
        return peer;
    }

    @Test
    void aPeerThatSaysNothingIsClosedAfterTheServersIdleTime() throws Exception {
        LinkedBlockingQueue<Exception> thrown = new LinkedBlockingQueue<>();
        Served server = serve(routes -> routes(
                routes,
                (in, _) -> {
                    try {
                        in.read();
                    } catch (IOException e) {
                        thrown.add(e);
                        throw e;
                    }
                },
                Duration.ZERO));
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().send(UPGRADE.replace("/t", "/own"));
            assertEquals(101, peer.head().status());
            peer.end().silent().inOrder().after(IDLE);
        }
        assertTrue(thrown.poll(10, TimeUnit.SECONDS) != null);
        server.awaitOpen(0);
        assertEquals(1, server.expired(Phase.IDLE));
        assertEquals(1, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void anIdleTimeOfItsOwnTakesThePlaceOfTheServers() throws IOException {
        Duration own = Duration.ofMillis(300);
        Served server = serve(routes -> routes(routes, TunnelDeadlineTest::echo, own));
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().send(UPGRADE);
            assertEquals(101, peer.head().status());
            SlowPeer.Ending end = peer.end().silent().after(own);
            assertTrue(end.firstNanos() < IDLE.toNanos(), end::toString);
        }
    }

    /** Header, body and handler deadlines, all shorter than this lasts, mean nothing any more. */
    @Test
    void whoSpeaksNowAndThenStays() throws IOException {
        Served server = serve(
                options -> options.handlerTimeout(Duration.ofMillis(500)),
                routes -> routes(routes, TunnelDeadlineTest::echo, Duration.ofMillis(700)));
        try (SlowPeer peer = switched(server, UPGRADE)) {
            peer.mark();
            byte[] echoed = new byte[1];
            for (int i = 0; i < 6; i++) {
                Await.pass(Duration.ofMillis(300));
                assertEquals(1, peer.send("x").read(echoed));
            }
            assertTrue(peer.elapsedNanos() > ShortDeadlines.BODY.toNanos());
            peer.halfClose().end().silent().inOrder();
        }
        server.awaitOpen(0);
        for (Phase phase : Phase.values()) {
            assertEquals(0, server.expired(phase), phase.name());
        }
    }

    /** What we send keeps a peer as well as what it sends. */
    @Test
    void whoOnlyListensStaysWhileItHears() throws IOException {
        Served server = serve(routes -> routes(
                routes,
                (in, out) -> {
                    Thread teller = Thread.startVirtualThread(() -> {
                        try {
                            for (int i = 0; i < 6; i++) {
                                Await.pass(Duration.ofMillis(200));
                                out.write('t');
                                out.flush();
                            }
                            out.close();
                        } catch (IOException _) {
                            // seen by the peer
                        }
                    });
                    in.read();
                    teller.join();
                },
                Duration.ofMillis(500)));
        try (SlowPeer peer = switched(server, UPGRADE)) {
            SlowPeer.Ending end = peer.end().inOrder();
            assertEquals("tttttt", end.received());
        }
    }

    /** We do not wait for a peer whose turn it is not. */
    @Test
    void aBusyTunnelIsNotIdle() throws IOException {
        Served server = serve(routes -> routes(
                routes,
                (in, out) -> {
                    in.read();
                    Await.pass(Duration.ofMillis(900));
                    out.write('d');
                },
                Duration.ofMillis(300)));
        try (SlowPeer peer = switched(server, UPGRADE)) {
            assertEquals("d", peer.send("xyz").end().inOrder().received());
        }
        server.awaitOpen(0);
        assertEquals(0, server.expired(Phase.IDLE));
    }

    @Test
    void zeroIsForEver() throws IOException {
        Served server = serve(routes -> routes(routes, TunnelDeadlineTest::echo, Duration.ZERO));
        try (SlowPeer peer = switched(server, UPGRADE)) {
            Await.pass(IDLE.plusMillis(400));
            byte[] echoed = new byte[1];
            assertEquals(1, peer.send("x").read(echoed));
            peer.halfClose().end().silent().inOrder();
        }
    }

    @Test
    void aPeerThatDoesNotReadIsCutWhenTheGraceIsOver() throws IOException {
        Served server = serve(routes -> routes(
                routes,
                (_, out) -> {
                    byte[] piece = new byte[64 * 1024];
                    while (true) {
                        out.write(piece);
                    }
                },
                Duration.ZERO));
        try (SlowPeer peer = server.connectSlow(4 * 1024)) {
            peer.mark().send(UPGRADE);
            server.awaitExpired(Phase.WRITE, 1);
            assertTrue(peer.elapsedNanos() >= GRACE.toNanos(), () -> peer.elapsedNanos() + " ns");
            server.awaitOpen(0);
        }
        assertEquals(1, server.closed(CloseReason.DEADLINE));
    }
}
