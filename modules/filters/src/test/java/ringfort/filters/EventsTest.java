package ringfort.filters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ringfort.api.RunningServer;
import ringfort.api.SseBroker;
import ringfort.api.SseEvent;

/** Event streams and filters around them. */
class EventsTest extends ThroughAServer {
    @Test
    void streamsEndWhenTheServerStops() throws InterruptedException {
        SseBroker[] broker = new SseBroker[1];
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        RunningServer running = start(server -> {
            server.options(options -> options.drainTimeout(Duration.ofMinutes(5)));
            broker[0] = SseBroker.of(server, 8);
            server.filter(AccessLog.to(lines::add, LogFormat.COMMON), Compression.gzip())
                    .get("/events", broker[0]::subscribe);
        });
        BlockingQueue<Client.Reply> replies = new LinkedBlockingQueue<>();
        Thread.ofVirtual().start(() -> replies.add(Client.get(running.port(), "/events")));
        while (broker[0].subscribers() == 0) {
            Thread.onSpinWait();
        }
        broker[0].publish(SseEvent.of("hello"));
        running.stop(); // the test's own bound is less than the drain's
        Client.Reply reply = replies.poll(20, TimeUnit.SECONDS);
        assertTrue(reply != null && reply.text().endsWith("data: hello\n\n"), String.valueOf(reply));
        assertEquals(0, broker[0].subscribers());
        String line = String.valueOf(lines.poll(20, TimeUnit.SECONDS));
        assertTrue(line.contains("\"GET /events HTTP/1.1\" 200 " + reply.content().length), line);
    }
}
