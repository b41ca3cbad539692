package ringfort.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** A client and a server in memory, with everything that happened at the server. */
final class Link {
    final Peer peer;
    final TlsState server;
    private final SSLEngine engine;
    final List<TlsState.Event> events = new ArrayList<>();
    final ByteArrayOutputStream plaintext = new ByteArrayOutputStream();
    final ByteArrayOutputStream toPeer = new ByteArrayOutputStream();
    long nowNanos;

    Link(TlsContext context, Peer peer) {
        this(context, peer, TlsLimits.DEFAULT, new TlsBuffers());
    }

    Link(TlsContext context, Peer peer, TlsLimits limits, TlsBuffers buffers) {
        this.peer = peer;
        engine = context.newEngine();
        server = new TlsState(engine, limits, buffers, (array, from, to) -> toPeer.write(array, from, to - from));
    }

    /** Feeds the server, running its tasks at once, until it has taken all or failed. */
    void feed(byte[] bytes) {
        feed(bytes, 0, bytes.length);
    }

    void feed(byte[] bytes, int from, int to) {
        int at = from;
        while (true) {
            TlsState.Event event = server.next(bytes, at, to, nowNanos);
            at = server.position();
            switch (event) {
                case NEED_INPUT -> {
                    return;
                }
                case FAILED -> {
                    events.add(event);
                    return;
                }
                case NEED_TASK -> {
                    TlsTask task = server.task();
                    task.run();
                    server.taskDone(task);
                }
                case PLAINTEXT ->
                    plaintext.write(server.data(), server.dataFrom(), server.dataTo() - server.dataFrom());
                case FINISHED, CLOSE_NOTIFY -> {}
            }
            events.add(event);
        }
    }

    /** Passes bytes both ways until neither side has any. */
    Link run() {
        for (int i = 0; i < 100; i++) {
            byte[] up = peer.pull();
            if (up.length > 0) {
                feed(up);
            }
            byte[] down = takeToPeer();
            if (down.length > 0) {
                peer.push(down);
            }
            if (up.length == 0 && down.length == 0) {
                return this;
            }
        }
        throw new AssertionError("the two never fall silent");
    }

    byte[] takeToPeer() {
        byte[] bytes = toPeer.toByteArray();
        toPeer.reset();
        return bytes;
    }

    void answer(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        server.send(bytes, 0, bytes.length);
    }

    SSLEngine engine() {
        return engine;
    }

    /** The name that the engine has read in the hello; null while it has read none. */
    @Nullable String engineName() {
        return engine.getHandshakeSession() instanceof ExtendedSSLSession session
                ? CertificateNames.requested(session.getRequestedServerNames())
                : null;
    }

    String plaintext() {
        return plaintext.toString(StandardCharsets.ISO_8859_1);
    }

    boolean saw(TlsState.Event event) {
        return events.contains(event);
    }
}
