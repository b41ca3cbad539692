package ringfort.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import ringfort.api.Body;
import ringfort.api.Headers;
import ringfort.api.Response;
import ringfort.h1.ByteSink;
import ringfort.h1.DateHeader;
import ringfort.h1.Refusal;
import ringfort.h1.RequestHead;
import ringfort.h1.ResponseEncoder;

/** Turns responses of the API into heads on the wire. Not shared between threads. */
final class ResponseContent {
    private static final int FILE_BUFFER_BYTES = 64 * 1024;
    private static final byte[] NONE = {};

    private final ResponseEncoder encoder = new ResponseEncoder();
    private final DateHeader date = new DateHeader();
    private final InstantSource wallClock;

    /** What was decided with the head. */
    record Head(ResponseEncoder.Framing framing, boolean keepAlive) {}

    ResponseContent(ServerContext context) {
        this.wallClock = context.wallClock;
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
    Head head(ByteSink out, RequestHead request, Response response, long length, boolean keepAlive) {
        boolean close = !keepAlive || (length < 0 && request.minorVersion() == 0);
        ResponseEncoder.Framing framing =
                encoder.begin(out, response.status(), request.minorVersion(), request.isHead(), length, !close, now());
        Headers headers = response.headers();
        for (int i = 0, n = headers.size(); i < n; i++) {
            encoder.field(out, headers.name(i), headers.value(i));
        }
        encoder.end(out);
        return new Head(framing, !close);
    }

    /** Writes a whole response that says why a message is not served, and that the connection ends. */
    void refusal(ByteSink out, Refusal refusal, boolean isHead) {
        byte[] text = (refusal.reason() + "\n").getBytes(StandardCharsets.US_ASCII);
        ResponseEncoder.Framing framing = encoder.begin(out, refusal.status(), 1, isHead, text.length, false, now());
        encoder.field(out, "Content-Type", "text/plain; charset=utf-8");
        encoder.end(out);
        if (framing != ResponseEncoder.Framing.NONE) {
            out.bytes(text, 0, text.length);
        }
    }

    private byte[] now() {
        return date.value(Math.floorDiv(wallClock.millis(), 1000));
    }
}
