package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import ringfort.api.HttpException;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;

/** Requests find their handler, and whatever a handler does, its client gets an answer. */
class RoutingTest extends EngineContract {
    private static void routes(Server server) {
        server.get("/", _ -> Response.text("root"))
                .get("/hello/{name}", request -> Response.text("hello " + request.path("name")))
                .post("/items", request -> Response.created("/items/" + request.text()))
                .get("/fails", _ -> {
                    throw new IllegalStateException("on purpose");
                })
                .get("/conflict", _ -> {
                    throw HttpException.conflict("taken");
                });
    }

    @Test
    void parametersAndQueryReachTheHandler() throws IOException {
        Served served = serve(server ->
                server.get("/a/{x}/b/{y}", r -> Response.text(r.path("x") + "," + r.path("y") + "," + r.query("q"))));
        assertEquals("1,zwei drei,v", served.get("/a/1/b/zwei%20drei?q=v"));
    }

    @Test
    void anUnknownPathIs404AndTheConnectionGoesOn() throws IOException {
        Served served = serve(RoutingTest::routes);
        try (Peer peer = served.connect()) {
            assertEquals(404, peer.get("/nowhere").reply().status());
            assertEquals("root", peer.get("/").reply().text());
        }
    }

    @Test
    void anotherMethodIs405AndSaysWhichThereAre() throws IOException {
        Served served = serve(RoutingTest::routes);
        try (Peer peer = served.connect()) {
            Peer.Reply reply =
                    peer.send("DELETE /items HTTP/1.1\r\nHost: h\r\n\r\n").reply();
            assertEquals(405, reply.status());
            assertEquals("OPTIONS, POST", reply.field("Allow"));
            assertEquals("root", peer.get("/").reply().text());
        }
    }

    @Test
    void headHasTheFieldsOfGetAndNoContent() throws IOException {
        Served served = serve(RoutingTest::routes);
        try (Peer peer = served.connect()) {
            Peer.Head get = peer.get("/hello/you").reply().head();
            Peer.Head head =
                    peer.send("HEAD /hello/you HTTP/1.1\r\nHost: h\r\n\r\n").replyWithoutBody();
            assertEquals(get.field("Content-Length"), head.field("Content-Length"));
            assertEquals(get.field("Content-Type"), head.field("Content-Type"));
            assertEquals("root", peer.get("/").reply().text());
        }
    }

    @Test
    void optionsTellsTheMethodsOfAPathAndOfTheServer() throws IOException {
        Served served = serve(RoutingTest::routes);
        try (Peer peer = served.connect()) {
            Peer.Reply path =
                    peer.send("OPTIONS /items HTTP/1.1\r\nHost: h\r\n\r\n").reply();
            assertEquals("OPTIONS, POST", path.field("Allow"));
            Peer.Reply all = peer.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").reply();
            assertEquals("GET, HEAD, OPTIONS, POST", all.field("Allow"));
        }
    }

    @Test
    void aHandlerThatThrowsIs500AndTheConnectionGoesOn() throws IOException {
        Served served = serve(RoutingTest::routes);
        try (Peer peer = served.connect()) {
            assertEquals(500, peer.get("/fails").reply().status());
            Peer.Reply conflict = peer.get("/conflict").reply();
            assertEquals(409, conflict.status());
            assertTrue(conflict.text().contains("taken"));
            assertEquals("root", peer.get("/").reply().text());
        }
    }

    @Test
    @SuppressWarnings({"NullAway", "DataFlowIssue"}) // what an application without these checks may do
    void aHandlerThatReturnsNullIs500() throws IOException {
        Served served = serve(server -> server.get("/carried", _ -> null)
                .get("/inline", _ -> null, Route.inline())
                .get("/offloaded", _ -> null, Route.offload()));
        try (Peer peer = served.connect()) {
            assertEquals(500, peer.get("/carried").reply().status());
            assertEquals(500, peer.get("/inline").reply().status());
            assertEquals(500, peer.get("/offloaded").reply().status());
        }
    }

    /** 204 has no content: the application made a mistake, which is not a defect of the server. */
    @Test
    void aResponseThatCannotBeSentIs500() throws IOException {
        Served served =
                serve(server -> server.get("/held", _ -> Response.text("x").status(204))
                        .get(
                                "/streamed",
                                _ -> Response.stream("text/plain", out -> out.write('x'))
                                        .status(205)));
        try (Peer peer = served.connect()) {
            assertEquals(500, peer.get("/held").reply().status());
        }
        try (Peer peer = served.connect()) {
            assertEquals(500, peer.get("/streamed").reply().status());
        }
    }

    @Test
    void everyPlacementAnswersHeldAndStreamedContent() throws IOException {
        Served served = serve(server -> {
            Route[] placements = {Route.carried(), Route.inline(), Route.offload()};
            for (int i = 0; i < placements.length; i++) {
                server.get("/held/" + i, _ -> Response.text("held"), placements[i]);
                server.get(
                        "/streamed/" + i,
                        _ -> Response.stream("text/plain", out -> {
                            for (int line = 0; line < 1000; line++) {
                                out.write(("line " + line + "\n").getBytes(StandardCharsets.US_ASCII));
                                if (line % 100 == 0) {
                                    out.flush();
                                }
                            }
                        }),
                        placements[i]);
            }
        });
        try (Peer peer = served.connect()) {
            for (int round = 0; round < 50; round++) {
                for (int i = 0; i < 3; i++) {
                    assertEquals("held", peer.get("/held/" + i).reply().text());
                    Peer.Reply streamed = peer.get("/streamed/" + i).reply();
                    assertEquals(1000, streamed.text().lines().count());
                    assertTrue(streamed.text().endsWith("line 999\n"));
                }
            }
        }
    }

    @Test
    void addressesAreThoseOfTheSocket() throws IOException {
        Served served = serve(server -> server.get(
                "/",
                r -> Response.text(r.peer().getHostString() + " " + r.local().getPort())));
        assertEquals("127.0.0.1 " + served.port(), served.get("/"));
    }

    @Test
    void aHeadThatIsNoHttpIsRefusedAndTheConnectionCloses() throws IOException {
        Served served = serve(RoutingTest::routes);
        try (Peer peer = served.connect()) {
            Peer.Reply reply = peer.send("GET / HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n")
                    .reply();
            assertEquals(400, reply.status());
            assertTrue(reply.head().closes());
            assertTrue(peer.isClosed());
        }
    }

    @Test
    void aShortStreamGetsALength() throws IOException {
        Served served = serve(server -> server.get(
                "/", _ -> Response.stream("text/plain", out -> out.write("abc".getBytes(StandardCharsets.US_ASCII)))));
        try (Peer peer = served.connect()) {
            Peer.Reply reply = peer.get("/").reply();
            assertEquals("3", reply.field("Content-Length"));
            assertEquals("abc", reply.text());
            assertNotNull(reply.field("Date"));
        }
    }
}
