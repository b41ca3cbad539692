package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ringfort.api.Sse;
import ringfort.api.SseBroker;
import ringfort.api.SseBroker.SlowSubscriber;
import ringfort.api.SseEvent;

/** Event streams through a server: they arrive event by event, go on where a client stopped, and end with their client. */
class SseTest extends EngineContract {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final SseBroker broker = new SseBroker(4, SlowSubscriber.SKIPS, LONG);

    private Served serveBroker(SseBroker served) throws IOException {
        return serve(server -> server.get("/events", served::subscribe));
    }

    private static BufferedReader subscribe(Peer peer, String... fields) throws IOException {
        peer.send("GET /events HTTP/1.1\r\nHost: h\r\n" + String.join("", fields) + "\r\n");
        Peer.Head head = peer.head();
        assertEquals(200, head.status());
        return new BufferedReader(new InputStreamReader(peer.body(head), StandardCharsets.UTF_8));
    }

    /** The lines of the next event. */
    private static String event(BufferedReader reader) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
            lines.append(line.replaceFirst("^id: [0-9a-f]+-", "id: ")).append('|');
        }
        return lines.toString();
    }

    private void awaitSubscribers(SseBroker served, int count) {
        Await.until(() -> served.subscribers() == count, () -> served.subscribers() + " subscribers, not " + count);
    }

    @Test
    void whatIsPublishedArrivesAtOnceAndAClientGoesOnWhereItStopped() throws IOException {
        Served served = serveBroker(broker);
        String second;
        try (Peer peer = served.connect()) {
            BufferedReader events = subscribe(peer);
            awaitSubscribers(broker, 1);
            broker.publish(SseEvent.of("one"));
            assertEquals("id: 1|data: one|", event(events));
            second = broker.publish(SseEvent.of("two\nlines").name("n"));
            assertEquals("id: 2|event: n|data: two|data: lines|", event(events));
            peer.reset();
        }
        awaitSubscribers(broker, 0);
        broker.publish(SseEvent.of("three"));
        try (Peer peer = served.connect()) {
            assertEquals("id: 3|data: three|", event(subscribe(peer, "Last-Event-ID: " + second + "\r\n")));
            peer.reset();
        }
        awaitSubscribers(broker, 0);
        try (Peer peer = served.connect()) {
            BufferedReader events = subscribe(peer, "Last-Event-ID: 1234abcd-1\r\n");
            awaitSubscribers(broker, 1);
            broker.publish(SseEvent.of("four"));
            assertEquals("id: 4|data: four|", event(events));
            peer.reset();
        }
    }

    @Test
    void aClientThatGoesIsNoticedAtOnce() throws IOException {
        Served served = serveBroker(broker);
        try (Peer peer = served.connect()) {
            subscribe(peer);
            awaitSubscribers(broker, 1);
            peer.reset();
            awaitSubscribers(broker, 0); // nothing was published, and the next heartbeat is minutes away
        }
        served.awaitOpen(0);
    }

    @Test
    void aSourceThatWaitsForSomethingElseIsInterrupted() throws Exception {
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        Served served = serve(server -> server.get(
                "/events",
                request -> Sse.stream(request, events -> {
                    events.send("first");
                    try {
                        Thread.sleep(LONG);
                    } finally {
                        ends.add(events.isGone() ? "gone" : "there");
                    }
                })));
        try (Peer peer = served.connect()) {
            assertEquals("data: first|", event(subscribe(peer)));
            peer.reset();
            assertEquals("gone", ends.poll(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void aBrokerThatIsClosedEndsItsStreamsWhole() throws IOException {
        Served served = serveBroker(broker);
        try (Peer peer = served.connect()) {
            BufferedReader events = subscribe(peer);
            awaitSubscribers(broker, 1);
            broker.close();
            assertEquals("", event(events));
            assertEquals(204, peer.get("/events").replyWithoutBody().status());
        }
    }

    @Test
    void silentStreamsGiveSignsOfLife() throws IOException {
        SseBroker quick = new SseBroker(4, SlowSubscriber.SKIPS, Duration.ofMillis(20));
        Served served = serveBroker(quick);
        try (Peer peer = served.connect()) {
            BufferedReader events = subscribe(peer);
            assertEquals(": |", event(events));
            assertEquals(": |", event(events));
        }
    }

    @Test
    void aSlowClientMissesEventsAndThePublisherDoesNotWait() throws IOException {
        Served served = serveBroker(broker);
        try (Peer peer = served.connect(4096)) {
            BufferedReader events = subscribe(peer);
            awaitSubscribers(broker, 1);
            String large = "x".repeat(1 << 20);
            for (int i = 0; i < 40; i++) {
                broker.publish(SseEvent.of(large));
            }
            broker.publish(SseEvent.of("last"));
            StringBuilder seen = new StringBuilder();
            String event = event(events);
            while (!event.endsWith("data: last|")) {
                assertFalse(event.isEmpty(), "the stream has ended");
                seen.append(event, 0, Math.min(event.length(), 30)).append('\n');
                event = event(events);
            }
            assertTrue(seen.toString().contains("events missed"), seen::toString);
            assertTrue(broker.missed() > 0);
            peer.reset();
        }
    }

    @Test
    void aSlowClientMayBeDisconnectedInstead() throws IOException {
        SseBroker strict = new SseBroker(2, SlowSubscriber.IS_DISCONNECTED, LONG);
        Served served = serveBroker(strict);
        try (Peer peer = served.connect(4096)) {
            BufferedReader events = subscribe(peer);
            awaitSubscribers(strict, 1);
            String large = "x".repeat(1 << 20);
            for (int i = 0; i < 40; i++) {
                strict.publish(SseEvent.of(large));
            }
            int received = 0;
            while (!event(events).isEmpty()) {
                received++;
            }
            assertTrue(received < 40, received + " events");
            awaitSubscribers(strict, 0);
        }
    }
}
