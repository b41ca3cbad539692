package ringfort.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import ringfort.api.Body;
import ringfort.api.Headers;
import ringfort.api.Response;
import ringfort.api.Trailer;
import ringfort.api.Upgrade;
import ringfort.api.spi.ResponseAccess;
import ringfort.h1.RequestHead;
import ringfort.h1.ResponseEncoder;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;

/** Turns responses of the API into heads on the wire. Not shared between threads. */
final class ResponseContent {
    private static final int FILE_BUFFER_BYTES = 64 * 1024;
    private static final byte[] NONE = {};

    /** As the API writes it, which lets nobody else set it. */
    private static final String UPGRADE = "Upgrade";

    /** Stands at fields that were sent once: most are made for one response, and need no other form. */
    private static final Object SEEN = new Object();

    /** Fields as they are sent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Encoded(byte[] octets) {}

    private final ResponseEncoder encoder = new ResponseEncoder();
    private final ServerContext context;

    /** What was decided with the head. */
    record Head(ResponseEncoder.Framing framing, boolean keepAlive) {}

    ResponseContent(ServerContext context) {
        this.context = context;
    }

    /** Bytes of a body that is held whole; empty for any other. */
    static byte[] bytes(Response response) {
        return response.body() instanceof Body.Bytes held ? held.bytes() : NONE;
    }

    /** Copies the part of a file that a response sends; on a thread that may block. */
    static void copy(Body.FileBody file, OutputStream out) throws IOException {
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ)) {
            channel.position(file.offset());
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(FILE_BUFFER_BYTES, Math.max(1, file.length())));
            long left = file.length();
            while (left > 0) {
                buffer.clear().limit((int) Math.min(left, buffer.capacity()));
                int count = channel.read(buffer);
                if (count < 0) {
                    throw new IOException(file.path() + " became shorter while it was sent");
                }
                out.write(buffer.array(), 0, count);
                left -= count;
            }
        }
    }

    /**
     * Writes the head of {@code response}.
     *
     * @param length of the body, -1 when it is streamed and not known
     */
    Head head(ByteSink out, RequestHead request, Response response, long length, boolean keepAlive, long nowNanos) {
        boolean close = !keepAlive || response.isClosing() || (length < 0 && request.minorVersion() == 0);
        ResponseEncoder.Framing framing = encoder.begin(
                out,
                response.status(),
                request.minorVersion(),
                request.isHead(),
                length,
                !close,
                context.date(nowNanos));
        fields(out, response);
        if (framing == ResponseEncoder.Framing.CHUNKED) {
            announce(out, trailers(response));
        }
        encoder.end(out);
        return new Head(framing, !close);
    }

    /** Writes the fields; those of a response that comes again, by its first bytes. */
    private void fields(ByteSink out, Response response) {
        Object form = ResponseAccess.attached(response);
        if (form instanceof Encoded encoded) {
            out.bytes(encoded.octets);
            return;
        }
        int start = out.length();
        Headers headers = response.headers();
        for (int i = 0, n = headers.size(); i < n; i++) {
            if (headers.name(i).equals(UPGRADE)) {
                encoder.upgrade(out, headers.value(i));
            } else {
                encoder.field(out, headers.name(i), headers.value(i));
            }
        }
        ResponseAccess.attach(
                response, form == null ? SEEN : new Encoded(Arrays.copyOfRange(out.array(), start, out.length())));
    }

    private void announce(ByteSink out, List<Trailer> trailers) {
        if (!trailers.isEmpty()) {
            encoder.field(out, "Trailer", trailers.stream().map(Trailer::name).collect(Collectors.joining(", ")));
        }
    }

    /** What is to follow the content, when that is chunked. */
    static List<Trailer> trailers(Response response) {
        return response.body() instanceof Body.Streaming streamed ? streamed.trailers() : List.of();
    }

    /** Names and values in turn; on the thread that wrote the content, which is whole. */
    static String[] values(List<Trailer> trailers) {
        List<String> fields = new ArrayList<>(2 * trailers.size());
        for (Trailer trailer : trailers) {
            String value = trailer.value();
            if (value != null) {
                fields.add(trailer.name());
                fields.add(value);
            }
        }
        return fields.toArray(String[]::new);
    }

    /** Writes an interim response. */
    static void interim(ByteSink out, int status, Headers fields) {
        String[] namesAndValues = new String[2 * fields.size()];
        for (int i = 0, n = fields.size(); i < n; i++) {
            namesAndValues[2 * i] = fields.name(i);
            namesAndValues[2 * i + 1] = fields.value(i);
        }
        ResponseEncoder.interim(out, status, namesAndValues);
    }

    /** Writes the head of a response that switches protocols, which is the whole of it. */
    static void switching(ByteSink out, Response response, Upgrade upgrade) {
        Headers headers = response.withoutHeader(UPGRADE).headers();
        String[] namesAndValues = new String[2 * headers.size() + 2];
        namesAndValues[0] = UPGRADE;
        namesAndValues[1] = upgrade.protocol();
        for (int i = 0, n = headers.size(); i < n; i++) {
            namesAndValues[2 * i + 2] = headers.name(i);
            namesAndValues[2 * i + 3] = headers.value(i);
        }
        ResponseEncoder.interim(out, 101, namesAndValues);
    }

    /** Writes a whole response that says why a message is not served, and that the connection ends. */
    void refusal(ByteSink out, Refusal refusal, boolean isHead) {
        byte[] text = (refusal.reason() + "\n").getBytes(StandardCharsets.US_ASCII);
        ResponseEncoder.Framing framing = encoder.begin(
                out, refusal.status(), 1, isHead, text.length, false, context.date(context.ticker.nanos()));
        encoder.field(out, "Content-Type", "text/plain; charset=utf-8");
        encoder.end(out);
        if (framing != ResponseEncoder.Framing.NONE) {
            out.bytes(text, 0, text.length);
        }
    }
}
