// HTTPS on plain blocking sockets with nothing but ringfort.tls: the state of a connection says what the bytes mean and what
// to send; this file moves the bytes and has the clock. The certificate is made in memory, for localhost.
//
//   java --module-path modules/tls/target/classes --add-modules ringfort.tls examples/TlsOverSocket.java [--selftest]
//   curl --insecure https://localhost:8443/

import module java.base;
import ringfort.tls.*;

static final ServerCertificate CERTIFICATE = SelfSigned.forLocalhost(Instant.now());
static final TlsContext CONTEXT = new TlsContext(TlsOptions.DEFAULT, new CertificateSet(List.of(CERTIFICATE)));

/** Handshakes are expensive: at most as many at a time as there are processors. The others wait, their deadline runs. */
static final Semaphore HANDSHAKES = new Semaphore(Runtime.getRuntime().availableProcessors(), true);

void main(String... arguments) throws Exception {
    boolean selftest = List.of(arguments).contains("--selftest");
    try (var server = new ServerSocket(selftest ? 0 : 8443, 128, InetAddress.getLoopbackAddress())) {
        Thread.ofVirtual().start(() -> accept(server));
        if (selftest) {
            selftest(server.getLocalPort());
            IO.println("ok");
        } else {
            IO.println("https://localhost:" + server.getLocalPort() + "  SHA-256 " + CERTIFICATE.fingerprint());
            Thread.currentThread().join();
        }
    }
}

void accept(ServerSocket server) {
    try {
        while (true) {
            Socket socket = server.accept();
            Thread.ofVirtual().start(() -> new Connection(socket).run());
        }
    } catch (IOException e) {
        // closed: the end of the program
    }
}

/** One connection on one virtual thread. */
static final class Connection {
    static final long HANDSHAKE_NANOS = 10_000_000_000L; // from accept until it has finished, all waiting included
    static final long IDLE_NANOS = 60_000_000_000L;
    static final int MOST_HEAD_BYTES = 16 * 1024;

    final Socket socket;
    final ByteArrayOutputStream toPeer = new ByteArrayOutputStream();
    final ByteArrayOutputStream request = new ByteArrayOutputStream();
    final TlsState tls = new TlsState(
            CONTEXT.newEngine(),
            TlsLimits.DEFAULT,
            new TlsBuffers(), // a server whose threads have many connections each would have one for each thread
            (array, from, to) -> toPeer.write(array, from, to - from));
    long deadlineNanos = System.nanoTime() + HANDSHAKE_NANOS;
    boolean open = true;

    Connection(Socket socket) {
        this.socket = socket;
    }

    void run() {
        try (socket) {
            byte[] buffer = new byte[17 * 1024];
            while (open) {
                long leftNanos = deadlineNanos - System.nanoTime();
                if (leftNanos <= 0) {
                    return;
                }
                socket.setSoTimeout((int) Math.ceilDiv(leftNanos, 1_000_000));
                int count = socket.getInputStream().read(buffer);
                if (count < 0) {
                    tls.inputClosed(); // says whether something was cut off; a request without its end is dropped here anyway
                    return;
                }
                received(buffer, count);
                send();
            }
            socket.shutdownOutput(); // a FIN behind the last record; closing at once could destroy it by a reset
        } catch (IOException | InterruptedException e) {
            // the peer is gone, or late
        } finally {
            tls.abandon();
        }
    }

    void received(byte[] buffer, int count) throws IOException, InterruptedException {
        int at = 0;
        while (true) {
            TlsState.Event event = tls.next(buffer, at, count, System.nanoTime());
            at = tls.position();
            switch (event) {
                case NEED_INPUT -> {
                    return;
                }
                case NEED_TASK -> runTask();
                case FINISHED -> deadlineNanos = System.nanoTime() + IDLE_NANOS;
                case PLAINTEXT -> plaintext(tls.data(), tls.dataFrom(), tls.dataTo());
                case CLOSE_NOTIFY -> {
                    tls.closeOutput();
                    open = false;
                    return;
                }
                case FAILED -> {
                    failed(tls.failure());
                    return;
                }
            }
        }
    }

    void runTask() throws InterruptedException {
        if (!HANDSHAKES.tryAcquire(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            tls.abandon();
            open = false;
            return;
        }
        try {
            TlsTask task = tls.task();
            task.run();
            tls.taskDone(task);
        } finally {
            HANDSHAKES.release();
        }
    }

    /** A toy of HTTP: every head ends with an empty line, and has no content. ringfort.h1 has the real thing. */
    void plaintext(byte[] data, int from, int to) {
        request.write(data, from, to - from);
        String text = request.toString(StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            open = open && text.length() <= MOST_HEAD_BYTES;
            return;
        }
        String content = text.lines().findFirst().orElse("") + " over " + tls.session().protocol() + "\n";
        byte[] answer = ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + content.length() + "\r\n\r\n" + content)
                .getBytes(StandardCharsets.ISO_8859_1);
        tls.send(answer, 0, answer.length);
        tls.closeOutput();
        open = false;
    }

    void failed(TlsFailure failure) {
        if (failure.kind() == TlsFailure.Kind.PLAIN_HTTP) {
            String answer = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 23\r\n\r\nthis port speaks HTTPS\n";
            toPeer.writeBytes(answer.getBytes(StandardCharsets.ISO_8859_1));
        }
        open = false;
    }

    void send() throws IOException {
        socket.getOutputStream().write(toPeer.toByteArray());
        toPeer.reset();
    }
}

/** Talks to itself: with a client of the JDK that trusts this certificate alone, and in plain. */
void selftest(int port) throws Exception {
    var trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("localhost", CERTIFICATE.chain().getFirst());
    var managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(trust);
    var client = SSLContext.getInstance("TLS");
    client.init(null, managers.getTrustManagers(), null);
    for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
        try (var socket = (SSLSocket) client.getSocketFactory().createSocket("localhost", port)) {
            socket.setEnabledProtocols(new String[] {protocol});
            expect(talk(socket, "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 200 OK\r\n", "over " + protocol);
        }
    }
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        expect(talk(socket, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 400 Bad Request\r\n", "HTTPS");
    }
}

String talk(Socket socket, String request) throws IOException {
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
}

void expect(String answer, String... parts) {
    for (String part : parts) {
        if (!answer.contains(part)) {
            throw new AssertionError("no \"" + part.strip() + "\" in: " + answer);
        }
    }
}
