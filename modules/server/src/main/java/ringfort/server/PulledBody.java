package ringfort.server;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.h1.H1State;
import ringfort.h1.ResponseEncoder;
import ringfort.message.ByteSink;

/** A request body of the threads engine, parsed as the handler reads. The handler's thread. */
final class PulledBody extends InputStream {
    private final ThreadsConnection connection;
    private final H1State h1;
    private @Nullable HeadSource source;
    private @Nullable IOException broken; // what ended the body early: a handler may catch it, we must not forget
    private int from;
    private int to;
    private boolean ended;
    private final byte[] single = new byte[1];

    PulledBody(ThreadsConnection connection) {
        this.connection = connection;
        this.h1 = connection.h1;
    }

    /** Where trailers go; set before the handler runs. */
    void trailersTo(HeadSource request) {
        source = request;
    }

    @Override
    public int read() throws IOException {
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        while (from == to && !ended) {
            pull();
        }
        if (from == to) {
            return -1;
        }
        int count = Math.min(length, to - from);
        System.arraycopy(connection.buffer, from, target, offset, count);
        from += count;
        return count;
    }

    private void pull() throws IOException {
        continueNow();
        switch (connection.step()) {
            case BODY -> {
                from = h1.dataFrom();
                to = h1.dataTo();
            }
            case END -> {
                ended = true;
                if (source != null) {
                    source.trailers(h1.trailers());
                }
            }
            case NEED_INPUT -> {
                if (!fillOrRemember()) {
                    h1.inputClosed(connection.now());
                    connection.peerEndsMidway();
                    throw remember(new EOFException("the peer closed before the request body was complete"));
                }
            }
            case REFUSED -> throw remember(new ThreadsConnection.Refused(h1.refusal()));
            default -> ended = true;
        }
    }

    /** Tells a peer that waits with its content to send it. */
    void continueNow() throws IOException {
        if (!h1.awaitsContinue()) {
            return;
        }
        connection.output.lock();
        try {
            connection.checkMine();
            ByteSink sink = connection.sink;
            sink.reset();
            ResponseEncoder.interim(sink, 100);
            connection.write(sink.array(), 0, sink.length());
        } catch (IOException e) {
            throw remember(e);
        } finally {
            connection.output.unlock();
        }
        h1.continueSent(connection.now());
    }

    private boolean fillOrRemember() throws IOException {
        try {
            h1.readOutstanding(true, connection.now());
            boolean more = connection.fill();
            h1.readOutstanding(false, connection.now());
            return more;
        } catch (IOException e) {
            throw remember(e);
        }
    }

    private IOException remember(IOException e) {
        broken = e;
        return e;
    }

    /** Whether the body ended early. */
    boolean isBroken() {
        return broken != null;
    }

    /** Throws what ended the body early, if anything did. */
    void check() throws IOException {
        if (broken != null) {
            throw broken;
        }
    }
}
