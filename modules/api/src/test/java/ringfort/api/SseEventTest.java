package ringfort.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseEventTest {
    private static String encoded(SseEvent event) {
        return new String(event.encode(), UTF_8);
    }

    @Test
    void everyPartIsAFieldOfItsOwn() {
        SseEvent event = SseEvent.of("hé").id("7").name("news").retry(Duration.ofSeconds(2));
        assertEquals("id: 7\nevent: news\nretry: 2000\ndata: hé\n\n", encoded(event));
    }

    @Test
    void textOfAnyLinesArrivesWhole() {
        assertEquals("data: a\ndata: b\ndata: c\ndata: \ndata: d\n\n", encoded(SseEvent.of("a\r\nb\rc\n\nd")));
        assertEquals("data: \n\n", encoded(SseEvent.of("")));
        assertEquals("data: a\ndata: \n\n", encoded(SseEvent.of("a\r\n")));
        assertEquals("data: x\ndata: id: 9\ndata: \ndata: data: y\n\n", encoded(SseEvent.of("x\nid: 9\n\ndata: y")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\r\n"})
    void anIdOrANameThatWouldForgeFieldsIsRefused(String lines) {
        SseEvent event = SseEvent.of("x");
        assertThrows(IllegalArgumentException.class, () -> event.id(lines));
        assertThrows(IllegalArgumentException.class, () -> event.name(lines));
        assertThrows(IllegalArgumentException.class, () -> event.id("a\0b"));
        assertThrows(IllegalArgumentException.class, () -> event.retry(Duration.ofMillis(-1)));
    }

    @Test
    void aStreamIsKeptByNobodyAndKnowsTheLastEvent() throws Exception {
        List<String> seen = new ArrayList<>();
        Request request = Request.builder("GET", "/")
                .header("Last-Event-ID", new String("é1".getBytes(UTF_8), ISO_8859_1))
                .build();
        Response response = Sse.stream(request, events -> {
            seen.add(String.valueOf(events.lastEventId()));
            events.comment("a\nb");
            events.send("x");
        });
        assertEquals("text/event-stream", response.header("Content-Type"));
        assertEquals("no-store", response.header("Cache-Control"));
        assertEquals("no", response.header("X-Accel-Buffering"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ((Body.Streaming) response.body()).writer().writeTo(out);
        assertEquals(": a\n: b\n\ndata: x\n\n", out.toString(UTF_8));
        assertEquals(List.of("é1"), seen);
    }
}
