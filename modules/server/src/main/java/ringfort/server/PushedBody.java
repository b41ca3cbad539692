package ringfort.server;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import ringfort.api.Response;
import ringfort.api.Trailer;
import ringfort.h1.ChunkedEncoder;
import ringfort.h1.RequestHead;
import ringfort.h1.ResponseEncoder;
import ringfort.message.ByteSink;

/** A streamed response body of the threads engine: gathered, framed, written as it fills. The handler's thread. */
final class PushedBody extends OutputStream {
    private final ThreadsConnection connection;
    private final ThreadsResponder responder;
    private final RequestHead head;
    private final Response response;
    private final long declaredLength;
    private final boolean keepAlive;
    private final byte[] piece = new byte[BodyOutput.PIECE_BYTES];
    private int filled;
    private long written;
    private boolean begun;
    private boolean connectionFailed;
    private ResponseEncoder.Framing framing = ResponseEncoder.Framing.NONE;

    PushedBody(
            ThreadsConnection connection,
            ThreadsResponder responder,
            RequestHead head,
            Response response,
            long declaredLength,
            boolean keepAlive) {
        this.connection = connection;
        this.responder = responder;
        this.head = head;
        this.response = response;
        this.declaredLength = declaredLength;
        this.keepAlive = keepAlive;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        if (declaredLength >= 0 && written + filled + length > declaredLength) {
            throw new IOException("the response announced " + declaredLength + " bytes and writes more");
        }
        while (length > 0) {
            if (filled == piece.length) {
                post();
            }
            int count = Math.min(length, piece.length - filled);
            System.arraycopy(source, offset, piece, filled, count);
            filled += count;
            offset += count;
            length -= count;
        }
    }

    @Override
    public void flush() throws IOException {
        post();
    }

    /** Whether the status is decided and on its way. */
    boolean hasBegun() {
        return begun;
    }

    /** Whether it is the connection that failed, not the writer. */
    boolean connectionFailed() {
        return connectionFailed;
    }

    /** Everything is written; a short body without trailers gets a length. */
    void finish() throws IOException {
        List<Trailer> trailers = head.minorVersion() == 0 ? List.of() : ResponseContent.trailers(response);
        String[] values = ResponseContent.values(trailers);
        if (declaredLength >= 0 && written + filled != declaredLength) {
            throw new IOException(
                    "the response announced " + declaredLength + " bytes and wrote " + (written + filled));
        }
        if (!begun) {
            begin(trailers.isEmpty() ? filled : declaredLength);
        }
        post();
        if (framing == ResponseEncoder.Framing.CHUNKED) {
            ByteSink sink = connection.sink;
            sink.reset();
            ChunkedEncoder.last(sink, values);
            send(sink.array(), sink.length());
        }
    }

    private void begin(long length) throws IOException {
        framing = responder.begin(head, response, length, keepAlive);
        begun = true;
        send(connection.sink.array(), connection.sink.length());
    }

    private void post() throws IOException {
        if (!begun) {
            begin(declaredLength);
        }
        if (filled == 0) {
            return;
        }
        if (framing == ResponseEncoder.Framing.CHUNKED) {
            ByteSink sink = connection.sink;
            sink.reset();
            ChunkedEncoder.chunk(sink, piece, 0, filled);
            send(sink.array(), sink.length());
        } else {
            send(piece, filled);
        }
        written += filled;
        filled = 0;
    }

    private void send(byte[] bytes, int length) throws IOException {
        try {
            connection.write(bytes, 0, length);
        } catch (IOException e) {
            connectionFailed = true;
            throw e;
        }
    }
}
