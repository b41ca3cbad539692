package ringfort.server;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of TLS over a socket, with the records in the test's hand: it can stop in the middle of one, end a side with or
 * without close_notify, and reset. It trusts every server. One thread that reads and one that writes.
 */
public final class TlsClient {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int MOST_TURNS = 1000;

    /** Trusts every server. */
    private static final SSLContext TRUSTING = trusting();

    private final Socket socket;
    private final SSLEngine engine;
    private final InputStream from;
    private final OutputStream to;
    private final ByteBuffer records = ByteBuffer.allocate(64 * 1024).flip(); // received and not unwrapped
    private ByteBuffer plaintext = ByteBuffer.allocate(64 * 1024).flip(); // unwrapped and not read
    private boolean closeNotify; // of the server
    private @Nullable SSLException alert; // of the server

    /** Over a connected socket; nothing is sent yet. */
    TlsClient(Socket socket, SSLEngine engine) throws IOException {
        this.socket = socket;
        this.engine = engine;
        from = socket.getInputStream();
        to = socket.getOutputStream();
        engine.setUseClientMode(true);
    }

    /** Over a connected socket, with an engine that trusts every server and resumes nothing. */
    static TlsClient over(Socket socket) throws IOException {
        return new TlsClient(socket, TRUSTING.createSSLEngine());
    }

    /** The same, for a client that speaks this protocol and no other (ALPN). */
    static TlsClient over(Socket socket, String applicationProtocol) throws IOException {
        SSLEngine engine = TRUSTING.createSSLEngine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {applicationProtocol});
        engine.setSSLParameters(parameters);
        return new TlsClient(socket, engine);
    }

    private static SSLContext trusting() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trustManagers(), new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Believes every certificate. */
    static TrustManager[] trustManagers() {
        return new TrustManager[] {new TrustsAll()};
    }

    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket peer) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket peer) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine peer) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine peer) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    SSLEngine engine() {
        return engine;
    }

    // The handshake.

    /** Shakes hands. */
    TlsClient handshake() throws IOException {
        engine.beginHandshake();
        for (int turn = 0; turn < MOST_TURNS; turn++) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> to.write(wrap(NOTHING));
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                case FINISHED, NOT_HANDSHAKING -> {
                    return this;
                }
            }
        }
        throw new IOException("the handshake goes round in circles");
    }

    /** The first flight, a ClientHello, which is not sent. */
    byte[] hello() throws IOException {
        engine.beginHandshake();
        return wrap(NOTHING);
    }

    /** Behind a handshake, what asks for one more: a KeyUpdate in TLS 1.3, in TLS 1.2 a ClientHello. It is not sent. */
    byte[] handshakeAgain() throws IOException {
        synchronized (engine) {
            engine.beginHandshake();
        }
        return wrap(NOTHING);
    }

    /** What the engine makes of this plaintext: records, which are not sent. */
    byte[] records(byte[] text) throws IOException {
        var made = new ByteArrayOutputStream();
        ByteBuffer source = ByteBuffer.wrap(text);
        while (source.hasRemaining()) {
            made.write(wrap(source));
        }
        return made.toByteArray();
    }

    private byte[] wrap(ByteBuffer source) throws IOException {
        synchronized (engine) {
            if (engine.isOutboundDone() && source.hasRemaining()) {
                throw new SocketException("close_notify was sent: nothing can follow it");
            }
            ByteBuffer made = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(source, made);
            byte[] bytes = new byte[made.flip().remaining()];
            made.get(bytes);
            return bytes;
        }
    }

    /** Takes one record of the server; false at the end of its bytes. */
    private boolean unwrap() throws IOException {
        while (true) {
            ByteBuffer into = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
            SSLEngineResult result;
            try {
                synchronized (engine) {
                    result = engine.unwrap(records, into);
                }
            } catch (SSLException e) {
                alert = e;
                throw e;
            }
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                if (!receive()) {
                    throw new EOFException("the server's bytes ended without close_notify");
                }
                continue;
            }
            closeNotify |= result.getStatus() == SSLEngineResult.Status.CLOSED;
            if (result.bytesProduced() > 0) {
                plaintext = into.flip();
            }
            return !closeNotify;
        }
    }

    private boolean receive() throws IOException {
        records.compact();
        try {
            int count = from.read(records.array(), records.position(), records.remaining());
            if (count < 0) {
                return false;
            }
            records.position(records.position() + count);
            return true;
        } finally {
            records.flip();
        }
    }

    // Plaintext.

    /** The server's plaintext; at its end with close_notify, and an exception where that is missing. */
    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] single = new byte[1];
                return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                while (!plaintext.hasRemaining()) {
                    if (closeNotify || !unwrap()) {
                        return -1;
                    }
                }
                int count = Math.min(length, plaintext.remaining());
                plaintext.get(target, offset, count);
                return count;
            }
        };
    }

    /** What is written is encrypted and sent. */
    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet});
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                byte[] some = new byte[length];
                System.arraycopy(bytes, offset, some, 0, length);
                to.write(records(some));
            }
        };
    }

    // Endings.

    /** Sends close_notify, and no FIN. */
    void closeNotify() throws IOException {
        synchronized (engine) {
            engine.closeOutbound();
        }
        to.write(wrap(NOTHING));
    }

    /** Sends close_notify and FIN; reading goes on. */
    void halfClose() throws IOException {
        closeNotify();
        socket.shutdownOutput();
    }

    /** Whether the server has sent close_notify. */
    boolean sawCloseNotify() {
        return closeNotify;
    }

    /** What the server's fatal alert, or its records, made the engine say; null when nothing was wrong. */
    @Nullable SSLException alert() {
        return alert;
    }

    /** Reads until the server ends; whether it did so in order: close_notify, then FIN. */
    boolean endsInOrder() throws IOException {
        try {
            while (input().read() >= 0) {}
            return from.read() < 0;
        } catch (EOFException | SocketException e) {
            return false;
        }
    }
}
