package ringfort.server.exchange;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import ringfort.api.Body;
import ringfort.api.Response;
import ringfort.api.Trailer;

/** The content of responses, and what comes behind it. Stateless, any thread. */
public final class Contents {
    private static final int FILE_BUFFER_BYTES = 64 * 1024;
    private static final byte[] NONE = {};

    private Contents() {}

    /** Bytes of a body that is held whole; empty for any other. */
    public static byte[] bytes(Response response) {
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

    /** What is to follow the content, where the protocol can send it. */
    public static List<Trailer> trailers(Response response) {
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
}
