package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.h2.ErrorCode;
import ringfort.h2.Frame;
import ringfort.h2.FrameWriter;

/**
 * Each rule of RFC 9113, on each engine: in one segment, with another request in the same segment, and byte by byte. The error
 * is the exact one, the other request is served when only a stream ends, and is not when the connection does.
 */
class Http2RowsTest extends EngineContract {
    private static final int BEHIND = 1001;

    private enum Way {
        WHOLE,
        FOLLOWED,
        BYTE_BY_BYTE
    }

    private static void routes(Server server) {
        server.get("/", _ -> Response.text("here"))
                .post("/", request -> Response.text("" + request.bytes().length))
                .post("/unread", request -> {
                    Thread.sleep(Duration.ofMillis(50));
                    return Response.text("unread");
                });
    }

    @TestFactory
    Stream<DynamicTest> everyRowHolds() throws IOException {
        Served served = serve(Http2RowsTest::routes);
        return Http2Row.all().stream()
                .map(row -> dynamicTest(row.name(), () -> {
                    for (Way way : Way.values()) {
                        play(served, row, way);
                    }
                }));
    }

    private static void play(Served served, Http2Row row, Way way) throws IOException {
        try (H2Peer peer = H2Peer.connect(served)) {
            row.frames().accept(peer);
            if (way == Way.FOLLOWED) {
                peer.get(BEHIND, "/");
            } else if (way == Way.BYTE_BY_BYTE) {
                sendByteByByte(peer, row);
            }
            if (row.ends() != null) {
                assertEquals(row.ends(), peer.end(), way::toString);
                assertEquals(List.of(), peer.soFar(BEHIND).head);
                return;
            }
            H2Peer.Reply reply = peer.reply(1);
            assertEquals(row.resets(), reply.reset, way::toString);
            assertEquals(row.status(), reply.status(), way::toString);
            if (way != Way.FOLLOWED) {
                peer.get(BEHIND, "/");
            }
            assertEquals("here", peer.reply(BEHIND).text());
        }
    }

    private static void sendByteByByte(H2Peer peer, Http2Row row) throws IOException {
        if (peer.out().length() < 2_000) {
            peer.sendByteByByte();
        } else {
            peer.send(); // its bytes do not differ by where they are cut
        }
        assertEquals(0, peer.out().length(), row::name);
    }

    /** RFC 9113, 3.4: what comes behind the preface, and what is none, which on this port is HTTP/1. */
    @TestFactory
    Stream<DynamicTest> thePrefaceIsFollowedBySettings() throws IOException {
        Served served = serve(Http2RowsTest::routes);
        return Stream.of(Frame.PING, Frame.HEADERS, Frame.WINDOW_UPDATE)
                .map(type -> dynamicTest("type " + type, () -> {
                    try (H2Peer peer = H2Peer.silent(served)) {
                        FrameWriter.preface(peer.out());
                        peer.frame(type, 0, type == Frame.HEADERS ? 1 : 0, new byte[8]);
                        assertEquals(ErrorCode.PROTOCOL_ERROR, peer.end());
                    }
                }));
    }
}
