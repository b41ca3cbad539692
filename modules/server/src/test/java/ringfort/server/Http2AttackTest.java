package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.h2.ErrorCode;
import ringfort.h2.Excess;
import ringfort.h2.Frame;
import ringfort.server.metrics.CloseReason;

/** Work that a peer makes without use ends its connection, by name, and no other; what it held is given back. */
class Http2AttackTest extends EngineContract {
    private static final int MOST_ROUNDS = 2_000;

    /**
     * An attack.
     *
     * @param account that it overdraws
     * @param cve or what it is known as
     * @param round what is sent in each round, which has a number
     */
    private record Attack(Excess account, String cve, Round round) {}

    private interface Round {
        void send(H2Peer peer, int number);
    }

    private static void routes(Server server) {
        server.get("/", _ -> Response.text("here"))
                .post("/", request -> Response.text("" + request.bytes().length))
                .get("/inline", _ -> Response.text("here"), Route.inline());
    }

    private static List<Attack> attacks() {
        List<Attack> attacks = new ArrayList<>();
        byte[] nothing = {};
        attacks.add(new Attack(
                Excess.RESETS,
                "CVE-2023-44487, rapid reset",
                (peer, i) -> peer.get(2 * i + 1, "/").reset(2 * i + 1)));
        attacks.add(new Attack(
                Excess.RESETS,
                "rapid reset of inline handlers",
                (peer, i) -> peer.headers(2 * i + 1, false, H2Peer.request("GET", "/inline"))
                        .reset(2 * i + 1)));
        attacks.add(new Attack(
                Excess.RESETS,
                "CVE-2025-8671, MadeYouReset",
                (peer, i) -> peer.post(2 * i + 1, "/", "content-length", "1").data(2 * i + 1, false, "ab")));
        attacks.add(new Attack(
                Excess.RESETS,
                "malformed heads",
                (peer, i) -> peer.headers(2 * i + 1, true, H2Peer.request("GET", "/", "connection", "x"))));
        attacks.add(new Attack(
                Excess.CONTINUATIONS,
                "CVE-2024-27316, CONTINUATION flood",
                (peer, i) -> peer.frame(
                        i == 0 ? Frame.HEADERS : Frame.CONTINUATION,
                        0,
                        1,
                        i == 0 ? peer.block("a", "b") : new byte[] {(byte) 0x82})));
        attacks.add(new Attack(Excess.CONTROL_FRAMES, "CVE-2019-9512, PING flood", H2Peer::ping));
        attacks.add(new Attack(
                Excess.CONTROL_FRAMES,
                "CVE-2019-9515, SETTINGS flood",
                (peer, _) -> peer.frame(Frame.SETTINGS, 0, 0, nothing)));
        attacks.add(new Attack(
                Excess.PRIORITY_FRAMES,
                "CVE-2019-9513, PRIORITY flood",
                (peer, _) -> peer.frame(Frame.PRIORITY, 0, 1, new byte[] {0, 0, 0, 3, 0})));
        attacks.add(new Attack(Excess.EMPTY_FRAMES, "CVE-2019-9518, empty DATA", (peer, i) -> {
            if (i == 0) {
                peer.post(1, "/");
            }
            peer.data(1, false, "");
        }));
        attacks.add(new Attack(Excess.WINDOW_UPDATES, "WINDOW_UPDATE flood", (peer, _) -> peer.update(0, 1)));
        attacks.add(
                new Attack(Excess.MEANINGLESS_FRAMES, "unknown frames", (peer, _) -> peer.frame(0xFA, 0, 0, nothing)));
        attacks.add(new Attack(
                Excess.SETTINGS,
                "SETTINGS of many entries",
                (peer, _) -> peer.frame(Frame.SETTINGS, 0, 0, new byte[6 * 100])));
        attacks.add(new Attack(Excess.FIELDS, "HPACK bomb", (peer, i) -> {
            byte[] entry = peer.block(H2Peer.request("GET", "/", "x", "y".repeat(900)));
            byte[] block = Arrays.copyOf(entry, entry.length + 1_000);
            Arrays.fill(block, entry.length, block.length, (byte) 0xBE); // the newest entry, again and again
            peer.frame(Frame.HEADERS, Frame.END_STREAM | Frame.END_HEADERS, 2 * i + 1, block);
        }));
        return attacks;
    }

    @TestFactory
    Stream<DynamicTest> eachAttackEndsItsConnectionAndNoOther() throws IOException {
        Served served = serve(Http2AttackTest::routes);
        return attacks().stream().map(attack -> dynamicTest(attack.cve, () -> play(served, attack)));
    }

    private static void play(Served served, Attack attack) throws IOException {
        Map<String, String> account = Map.of("account", attack.account.name().toLowerCase(Locale.ROOT));
        long before = served.metric("ringfort_http2_excess_total", account);
        try (H2Peer polite = H2Peer.connect(served);
                H2Peer attacker = H2Peer.connect(served)) {
            assertEquals("here", polite.get(1, "/").reply(1).text());
            attacker.settings();
            try {
                for (int i = 0; i < MOST_ROUNDS; i++) {
                    attack.round.send(attacker, i);
                    if (i % 10 == 9) {
                        attacker.send();
                    }
                }
            } catch (IOException e) {
                // ended meanwhile
            }
            attacker.end();
            assertEquals(before + 1, served.metric("ringfort_http2_excess_total", account));
            assertEquals("here", polite.get(3, "/inline").reply(3).text());
        }
        served.awaitOpen(0);
        Await.until(() -> served.metric("ringfort_http2_streams_open") == 0, () -> "streams are left");
        Await.until(() -> heap(served) == 0, () -> heap(served) + " bytes are held for none");
    }

    private static long heap(Served served) {
        return served.metric("ringfort_memory_held_bytes", Map.of("kind", "heap"));
    }

    /** What a peer can make one connection hold, as docs/HTTP2.md computes it, is counted by the ledger and bounded. */
    @Test
    void whatOneConnectionHoldsIsBoundedAndCounted() throws Exception {
        var goOn = new CountDownLatch(1);
        var all = new CountDownLatch(100);
        Served served = serve(
                options -> options.interruptOnReset(false),
                server -> server.post("/", _ -> {
                    all.countDown();
                    goOn.await();
                    return Response.text("late");
                }));
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.settings();
            String part = "v".repeat(900);
            IntFunction<String[]> request = number -> {
                String[] more = new String[2 * 30];
                for (int i = 0; i < 30; i++) {
                    more[2 * i] = "x-" + i;
                    more[2 * i + 1] = part + number;
                }
                return H2Peer.request("POST", "/", more);
            };
            byte[] zeros = new byte[10_000];
            for (int i = 0; i < 100; i++) {
                byte[] block = peer.block(request.apply(i));
                int first = Math.min(block.length, 16_000);
                peer.frame(
                        Frame.HEADERS,
                        block.length == first ? Frame.END_HEADERS : 0,
                        2 * i + 1,
                        Arrays.copyOf(block, first));
                if (first < block.length) {
                    peer.frame(
                            Frame.CONTINUATION,
                            Frame.END_HEADERS,
                            2 * i + 1,
                            Arrays.copyOfRange(block, first, block.length));
                }
                peer.data(2 * i + 1, true, zeros, 0, zeros.length).send();
            }
            assertTrue(all.await(20, TimeUnit.SECONDS));
            Await.until(() -> heap(served) > 3_000_000, () -> heap(served) + " is too little");
            assertTrue(heap(served) < 7_600_000, () -> heap(served) + " is too much");
        }
        goOn.countDown();
        served.awaitOpen(0);
        Await.until(() -> heap(served) == 0, () -> heap(served) + " bytes are held for none");
    }

    @Test
    void aConnectionThatHoldsTooMuchIsGivenUpWithAReason() throws Exception {
        var goOn = new CountDownLatch(1);
        Served served = serve(
                options -> options.maxMemory(600_000),
                server -> server.post("/", _ -> {
                            goOn.await();
                            return Response.text("late");
                        })
                        .get("/", _ -> Response.text("here")));
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.settings();
            byte[] zeros = new byte[16_000];
            try {
                for (int stream = 1; stream < 9; stream += 2) {
                    peer.post(stream, "/");
                    for (int i = 0; i < 15; i++) {
                        peer.data(stream, i == 14, zeros, 0, zeros.length).send();
                    }
                }
            } catch (IOException e) {
                // given up meanwhile
            }
            ErrorCode error = peer.end();
            assertTrue(error == ErrorCode.ENHANCE_YOUR_CALM || error == null, () -> "ended by " + error);
        }
        goOn.countDown();
        served.awaitOpen(0);
        assertEquals(1, served.closed(CloseReason.SHED));
        assertEquals("here", served.get("/"));
    }
}
