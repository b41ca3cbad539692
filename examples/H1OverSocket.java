// HTTP/1.1 on plain blocking sockets with nothing but ringfort.h1 and what it requires: the state machine says what the bytes mean and when
// the peer is late; this file moves the bytes and has the clock.
//
//   java --module-path dist --add-modules ringfort.h1 examples/H1OverSocket.java [--selftest]

import module java.base;
import module ringfort.h1;

static final DateHeader DATE = new DateHeader();

void main(String... arguments) throws Exception {
    boolean selftest = List.of(arguments).contains("--selftest");
    try (var server = new ServerSocket(selftest ? 0 : 8080, 128, InetAddress.getLoopbackAddress())) {
        Thread.ofVirtual().start(() -> accept(server));
        if (selftest) {
            selftest(server.getLocalPort());
            IO.println("ok");
        } else {
            IO.println("http://localhost:" + server.getLocalPort());
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

/** One connection on one virtual thread, which gives each blocking read the time that is left. */
static final class Connection implements DeadlineSlot {
    // Shorter than anyone wants to wait in a self-test: a head has two seconds.
    static final Timeouts TIMEOUTS = new Timeouts(
            2_000_000_000L, // a head
            60_000_000_000L, // pauses within a body, at 240 bytes a second after five seconds
            5_000_000_000L,
            240,
            0,
            60_000_000_000L, // the same for responses
            5_000_000_000L,
            240,
            60_000_000_000L,
            500_000_000L);

    final Socket socket;
    final H1State h1 = new H1State(Limits.DEFAULT, TIMEOUTS, this);
    final ResponseEncoder encoder = new ResponseEncoder();
    final ByteSink out = new ByteSink(512);
    final ByteSink content = new ByteSink(0);
    boolean armed;
    long deadlineNanos;
    boolean open = true;

    Connection(Socket socket) {
        this.socket = socket;
    }

    @Override
    public void arm(Phase phase, long nanos) {
        armed = true;
        deadlineNanos = nanos;
    }

    @Override
    public void clear() {
        armed = false;
    }

    void run() {
        try (socket) {
            h1.accepted(System.nanoTime());
            byte[] buffer = new byte[16 * 1024];
            while (open) {
                int count = read(buffer);
                if (count < 0) {
                    open = false; // what came before was answered as it came
                } else {
                    received(buffer, count);
                }
            }
        } catch (IOException e) {
            // the peer is gone
        } finally {
            h1.closed();
        }
    }

    /** Reads until the deadline; 0 when it has passed and was dealt with. */
    int read(byte[] buffer) throws IOException {
        long leftNanos = armed ? deadlineNanos - System.nanoTime() : 0;
        if (!armed || leftNanos > 0) {
            try {
                socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(leftNanos, 1_000_000)));
                return socket.getInputStream().read(buffer);
            } catch (SocketTimeoutException e) {
                // now it is late
            }
        }
        switch (h1.expired(System.nanoTime())) {
            case NOT_DUE -> {}
            case ANSWER_408, ANSWER_503 -> refuse();
            case CLOSE_SILENT, ABORT, LINGER_OVER -> open = false;
        }
        return 0;
    }

    void received(byte[] buffer, int count) throws IOException {
        int at = 0;
        while (open) {
            H1State.Event event = h1.next(buffer, at, count, System.nanoTime());
            at = h1.position();
            switch (event) {
                case NEED_INPUT, BUSY -> {
                    return;
                }
                case HEAD -> head();
                case BODY -> content.bytes(buffer, h1.dataFrom(), h1.dataTo());
                case END -> answer();
                case REFUSED -> {
                    refuse();
                    return;
                }
                case CLOSE, TUNNEL -> open = false;
            }
        }
    }

    void head() throws IOException {
        content.reset();
        if (h1.awaitsContinue()) {
            out.reset();
            ResponseEncoder.interim(out, 100);
            send();
            h1.continueSent(System.nanoTime());
        }
    }

    void answer() throws IOException {
        RequestHead head = h1.head();
        String text = head.method() + " " + head.pathAndQuery() + " with " + content.length() + " bytes\n";
        respond(200, head.minorVersion(), head.isHead(), text, h1.keepAlive());
    }

    void refuse() throws IOException {
        respond(h1.refusal().status(), 1, false, h1.refusal().reason() + "\n", false);
    }

    void respond(int status, int minorVersion, boolean isHead, String text, boolean keepAlive) throws IOException {
        h1.responseHead(keepAlive, System.nanoTime());
        out.reset();
        byte[] date = DATE.value(Instant.now().getEpochSecond());
        var framing = encoder.begin(out, status, minorVersion, isHead, text.length(), keepAlive, date);
        encoder.field(out, "Content-Type", "text/plain");
        encoder.end(out);
        if (framing == ResponseEncoder.Framing.LENGTH) {
            out.latin1(text);
        }
        send();
        if (h1.responseComplete(System.nanoTime()) == H1State.After.CLOSE) {
            socket.shutdownOutput();
            h1.closing(System.nanoTime()); // reads on, and drops, until the peer closes or the linger deadline
        }
    }

    void send() throws IOException {
        socket.getOutputStream().write(out.array(), 0, out.length());
    }
}

/** Talks to itself: keep-alive and pipelining, content, a refusal, and a peer that is late. */
void selftest(int port) throws IOException {
    String get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
    String last = "POST /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    String both = talk(port, get + last);
    expect(both, "HTTP/1.1 200 OK\r\n", "GET /a with 0 bytes\n", "POST /b with 3 bytes\n", "Connection: close\r\n");
    expect(talk(port, "GET / HTTP/1.1\n"), "HTTP/1.1 400 Bad Request\r\n");
    expect(talk(port, "GET / HT"), "HTTP/1.1 408 Request Timeout\r\n");
}

String talk(int port, String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
}

void expect(String answer, String... parts) {
    for (String part : parts) {
        if (!answer.contains(part)) {
            throw new AssertionError("no \"" + part.strip() + "\" in: " + answer);
        }
    }
}
