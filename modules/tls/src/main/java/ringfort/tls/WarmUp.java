package ringfort.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * Handshakes in memory, before the first client comes. The JDK's TLS is ten times slower until some hundreds of handshakes
 * have made the virtual machine compile it, so that a server that has just started is slow when all its clients come back.
 *
 * <p>It takes a processor for a second or two, and holds the thread that calls it.
 */
public final class WarmUp {
    private static final int MOST_TURNS = 100; // of one handshake, which needs about ten

    /** As much as a small request, or its answer: the records are encrypted by code that the handshake's do not use. */
    private static final byte[] MESSAGE = new byte[100];

    private final TlsContext context;
    private final SSLContext client;
    private final TlsBuffers buffers = new TlsBuffers();
    private final ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
    private final ByteBuffer toClient = ByteBuffer.allocate(1 << 17);
    private final ByteBuffer plaintext = ByteBuffer.allocate(1 << 16);

    private WarmUp(TlsContext context, SSLContext client) {
        this.context = context;
        this.client = client;
    }

    /**
     * Full handshakes, each with a client of its own in memory, and with certificates and protocols of {@code of}; behind each
     * a message both ways, and close_notify both ways. Clients show no certificate. The sessions of {@code of} are not touched.
     *
     * @param most how many; some hundreds
     * @param goOn asked before each; a caller ends it by time
     * @return how many have finished
     */
    public static int handshakes(TlsContext of, int most, BooleanSupplier goOn) {
        TlsContext context = new TlsContext(of.options().withClientAuth(ClientAuth.NONE), of.certificates());
        WarmUp warmUp = new WarmUp(context, client(of.certificates()));
        int finished = 0;
        for (int i = 0; i < most && goOn.getAsBoolean(); i++) {
            finished += warmUp.handshake() ? 1 : 0;
        }
        return finished;
    }

    /** Trusts the server's own certificates, and no others. */
    private static SSLContext client(CertificateSet certificates) {
        try {
            KeyStore trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            for (int i = 0; i < certificates.all().size(); i++) {
                trust.setCertificateEntry(
                        "server-" + i, certificates.all().get(i).chain().getFirst());
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
            managers.init(trust);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this JDK has no TLS: " + e.getMessage(), e);
        }
    }

    private boolean handshake() {
        SSLEngine peer = client.createSSLEngine(); // without a host there is no session to resume
        peer.setUseClientMode(true);
        toClient.clear();
        TlsState server = new TlsState(
                context.newEngine(),
                TlsLimits.DEFAULT,
                buffers,
                (array, from, to) -> toClient.put(array, from, to - from));
        try {
            peer.beginHandshake();
            for (int turn = 0; turn < MOST_TURNS; turn++) {
                switch (peer.getHandshakeStatus()) {
                    case NEED_TASK -> peer.getDelegatedTask().run();
                    case NEED_WRAP -> {
                        peer.wrap(plaintext.clear().limit(0), toServer.clear());
                        receive(server);
                    }
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        peer.unwrap(toClient.flip(), plaintext.clear());
                        toClient.compact();
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        return server.canSend() && talk(peer, server);
                    }
                }
            }
        } catch (IOException e) {
            return false; // counted by the caller: a certificate that its own client does not take
        }
        return false;
    }

    /** A message each way, then the end of the client and that of the server; whether all of it arrived. */
    private boolean talk(SSLEngine peer, TlsState server) throws SSLException {
        peer.wrap(ByteBuffer.wrap(MESSAGE), toServer.clear());
        boolean arrived = receive(server) == TlsState.Event.PLAINTEXT;
        server.send(MESSAGE, 0, MESSAGE.length);
        toClient.flip();
        int came = 0;
        while (toClient.hasRemaining()) { // session tickets come before the message
            SSLEngineResult result = peer.unwrap(toClient, plaintext.clear());
            if (result.bytesConsumed() == 0) {
                return false;
            }
            came += result.bytesProduced();
        }
        toClient.clear();
        peer.closeOutbound();
        peer.wrap(plaintext.clear().limit(0), toServer.clear());
        arrived &= receive(server) == TlsState.Event.CLOSE_NOTIFY;
        server.closeOutput();
        return arrived && came == MESSAGE.length;
    }

    /** Hands over what is there for the server; returns the last event but that nothing is left. */
    private TlsState.Event receive(TlsState server) {
        byte[] bytes = toServer.array();
        int end = toServer.arrayOffset() + toServer.position();
        int at = toServer.arrayOffset();
        TlsState.Event event = server.next(bytes, at, end, 0);
        TlsState.Event last = event;
        while (event != TlsState.Event.NEED_INPUT && event != TlsState.Event.FAILED) {
            if (event == TlsState.Event.NEED_TASK) {
                TlsTask task = server.task();
                task.run();
                server.taskDone(task);
            }
            last = event;
            at = server.position();
            event = server.next(bytes, at, end, 0);
        }
        return last;
    }
}
