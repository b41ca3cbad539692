package ringfort.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import ringfort.api.Part;
import ringfort.api.Parts;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.Sse;
import ringfort.api.SseEvent;
import ringfort.filters.Compression;

/** The demo's routes for content of many kinds, sent and received. Any thread. */
final class DemoContent {
    private static final long MOST_OCTETS = 1L << 40;
    private static final int MOST_EVENTS = 1_000_000;
    private static final int MOST_MILLIS = 60_000;
    private static final long MOST_RECEIVED = 16L << 30;
    private static final int PIECE = 16 << 10;

    private static final byte[] TEXT = text();

    private final CountDownLatch stopping = new CountDownLatch(1); // counted down when the server begins to stop

    private DemoContent() {}

    static void declare(Server server) {
        DemoContent content = new DemoContent();
        server.onStopping(content.stopping::countDown)
                .get("/events", content::events)
                .get("/stream", DemoContent::stream)
                .get("/compressible", Compression.gzip().around(_ -> Response.bytes(TEXT, "text/plain; charset=utf-8")))
                .post("/upload", DemoContent::upload, Route.carried().maxBody(MOST_RECEIVED))
                .post("/sink", DemoContent::sink, Route.carried().maxBody(MOST_RECEIVED));
    }

    private static byte[] text() {
        byte[] text = new byte[64 << 10];
        byte[] line = "All work and no play makes a ring a dull fort.\n".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < text.length; i++) {
            text[i] = line[i % line.length];
        }
        return text;
    }

    private Response events(Request request) {
        int count = request.parameter("count").asInt().from(0).to(MOST_EVENTS).orElse(10);
        int millis = request.parameter("ms").asInt().from(0).to(MOST_MILLIS).orElse(100);
        return Sse.stream(request, events -> {
            for (long i = seen(events.lastEventId()) + 1; i <= count; i++) {
                events.send(SseEvent.of("event " + i).id(Long.toString(i)));
                if (i < count && millis > 0 && stopping.await(millis, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        });
    }

    /** An id that is none of ours is as good as none. */
    private static long seen(@Nullable String id) {
        if (id == null || id.length() > 9 || !id.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        return id.isEmpty() ? 0 : Long.parseLong(id);
    }

    private static Response stream(Request request) {
        long octets =
                request.parameter("bytes").asLong().from(0L).to(MOST_OCTETS).required();
        return Response.stream("application/octet-stream", out -> write(octets, out));
    }

    private static void write(long octets, OutputStream out) throws IOException {
        byte[] piece = new byte[PIECE];
        Arrays.fill(piece, (byte) 'x');
        for (long left = octets; left > 0; left -= piece.length) {
            out.write(piece, 0, (int) Math.min(left, piece.length));
        }
    }

    private static Response sink(Request request) throws IOException {
        return Response.json(Map.of("bytes", request.body().transferTo(OutputStream.nullOutputStream())));
    }

    private static Response upload(Request request) throws IOException, NoSuchAlgorithmException {
        List<Map<String, Object>> told = new ArrayList<>();
        Parts parts = request.parts();
        for (Part part = parts.next(); part != null; part = parts.next()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long octets = 0;
            byte[] piece = new byte[PIECE];
            InputStream body = part.body();
            for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                digest.update(piece, 0, count);
                octets += count;
            }
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", part.name());
            one.put("filename", part.filename());
            one.put("type", part.contentType());
            one.put("bytes", octets);
            one.put("sha256", HexFormat.of().formatHex(digest.digest()));
            told.add(one);
        }
        return Response.json(told);
    }
}
