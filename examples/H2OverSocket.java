// HTTP/2 by prior knowledge on plain blocking sockets with nothing but ringfort.h2 and the two modules that it requires: the
// state machine says what the bytes mean, what to send next and when the peer is late; this file moves the bytes and has
// the clock.
//
//   java --module-path modules/h2/target/classes:modules/message/target/classes:modules/budget/target/classes \
//       --add-modules ringfort.h2 examples/H2OverSocket.java [--selftest]
//
//   curl --http2-prior-knowledge -d content http://localhost:8080/

import module java.base;
import ringfort.budget.*;
import ringfort.h2.*;
import ringfort.message.*;

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

/**
 * One connection on one virtual thread, which gives each blocking read the time that is left. All streams are answered on
 * it, so that nothing is shared. A write that blocks holds the deadlines up; a server writes without blocking.
 */
static final class Connection implements DeadlineSlot {
    static final long SECOND = 1_000_000_000L;
    // Short, for the sake of the self-test: the preface and a head have two seconds.
    static final H2Timeouts TIMEOUTS = new H2Timeouts(
            new Timeouts(
                    2 * SECOND,
                    60 * SECOND,
                    5 * SECOND,
                    240,
                    0,
                    60 * SECOND,
                    5 * SECOND,
                    240,
                    60 * SECOND,
                    SECOND / 2),
            10 * SECOND,
            30 * SECOND,
            1024,
            SECOND,
            10 * SECOND);
    static final int ROUND_BYTES = 64 * 1024;

    final Socket socket;
    final H2State h2 = new H2State(H2Limits.DEFAULT, TIMEOUTS, this);
    final ByteSink out = new ByteSink(1024);
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
            socket.setTcpNoDelay(true);
            h2.accepted(System.nanoTime());
            byte[] buffer = new byte[32 * 1024];
            while (open) {
                write();
                int count = open ? read(buffer) : 0;
                if (count < 0) {
                    open = h2.inputClosed(System.nanoTime()); // all that was complete has been answered as it came
                    write();
                    open = false;
                } else {
                    received(buffer, count);
                }
            }
        } catch (IOException e) {
            // the peer is gone
        } finally {
            h2.closed();
        }
    }

    /** Writes rounds until nothing is left, then FIN when that was the end. */
    void write() throws IOException {
        while (h2.hasOutput()) {
            out.reset();
            h2.write(out, ROUND_BYTES, System.nanoTime());
            socket.getOutputStream().write(out.array(), 0, out.length());
            h2.writeProgress(out.length(), System.nanoTime());
        }
        while (h2.nextTaken() != null) {
            // this program lends each array once
        }
        if (h2.isClosing() && !socket.isOutputShutdown()) {
            socket.shutdownOutput();
            h2.closing(System.nanoTime()); // reads on, and drops, until the peer closes or the linger deadline
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
        while (true) {
            switch (h2.expired(System.nanoTime())) {
                case NOT_DUE, CLOSE -> {
                    return 0;
                }
                case ANSWER -> refuse(h2.stream());
                case RESET -> h2.handlerReturned(h2.stream(), System.nanoTime());
                case ABORT -> {
                    open = false;
                    return 0;
                }
            }
        }
    }

    void received(byte[] buffer, int count) {
        int at = 0;
        while (true) {
            H2State.Event event = h2.next(buffer, at, count, System.nanoTime());
            at = h2.position();
            switch (event) {
                case NEED_INPUT, CLOSE -> {
                    return;
                }
                case REQUEST -> request(h2.stream());
                case DATA -> {
                    H2Stream stream = h2.stream();
                    if (stream.attachment() instanceof long[] length) {
                        length[0] += h2.dataTo() - h2.dataFrom(); // a real program would keep the content until it is read
                    }
                    h2.consumed(stream, h2.dataTo() - h2.dataFrom(), System.nanoTime());
                }
                case END -> answer(h2.stream());
                case REFUSED -> refuse(h2.stream());
                case RESET -> h2.handlerReturned(h2.stream(), System.nanoTime());
            }
        }
    }

    void request(H2Stream stream) {
        stream.attach(new long[1]);
        if (stream.awaitsContinue()) {
            h2.respond(stream, ResponseHead.of(100), false, System.nanoTime());
        }
    }

    void answer(H2Stream stream) {
        H2RequestHead head = stream.head();
        long length = stream.attachment() instanceof long[] counted ? counted[0] : 0;
        respond(stream, 200, head.method() + " " + head.target() + " with " + length + " bytes\n", head.isHead());
    }

    void refuse(H2Stream stream) {
        Refusal refusal = Objects.requireNonNull(stream.refusal());
        respond(stream, refusal.status(), refusal.reason() + "\n", stream.hasHead() && stream.head().isHead());
    }

    void respond(H2Stream stream, int status, String text, boolean isHead) {
        long now = System.nanoTime();
        if (!stream.responseStarted()) {
            byte[] content = text.getBytes(StandardCharsets.ISO_8859_1);
            ResponseHead head = ResponseHead.of(status)
                    .field("content-type", "text/plain")
                    .field("content-length", String.valueOf(content.length));
            h2.respond(stream, head, isHead, now);
            if (!isHead) {
                h2.send(stream, content, 0, content.length, now);
                h2.end(stream, null, now);
            }
        }
        h2.handlerReturned(stream, now);
    }
}

/** Talks to itself: two requests at once, content, a malformed request, a peer that is late, and one that speaks HTTP/1. */
void selftest(int port) throws IOException {
    var requests = new ByteSink(512);
    FrameWriter.preface(requests);
    FrameWriter.settings(requests);
    var encoder = new HpackEncoder();
    headers(requests, encoder, 1, true, ":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "a");
    headers(requests, encoder, 3, false, ":method", "POST", ":scheme", "http", ":path", "/b", ":authority", "a");
    headers(requests, encoder, 5, true, ":method", "GET", ":scheme", "http", ":path", "/c", "connection", "close");
    FrameWriter.data(requests, 3, true, new byte[] {1, 2, 3}, 0, 3);
    FrameWriter.goAway(requests, 0, ErrorCode.NO_ERROR, new byte[0]);
    expect(
            talk(port, requests.toByteArray()),
            "GET /a with 0 bytes\n",
            "POST /b with 3 bytes\n",
            "RST_STREAM 5 PROTOCOL_ERROR",
            "GOAWAY NO_ERROR");
    expect(talk(port, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)), "GOAWAY PROTOCOL_ERROR");
    var late = new ByteSink(64);
    FrameWriter.preface(late);
    FrameWriter.settings(late);
    FrameWriter.header(late, 100, Frame.HEADERS, Frame.END_HEADERS, 1); // and nothing of its payload
    expect(talk(port, late.toByteArray()), "GOAWAY PROTOCOL_ERROR");
}

void headers(ByteSink out, HpackEncoder encoder, int stream, boolean end, String... fields) {
    var block = new ByteSink(128);
    encoder.begin(block);
    for (int i = 0; i < fields.length; i += 2) {
        encoder.field(block, fields[i], fields[i + 1], false);
    }
    FrameWriter.headers(out, stream, end, block.array(), 0, block.length(), Frame.LEAST_MAX_SIZE);
}

/** What the server sends until it closes: content as it is, some frames by their names. */
String talk(int port, byte[] octets) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(octets);
        byte[] answer = socket.getInputStream().readAllBytes();
        var reader = new FrameReader();
        var text = new StringBuilder();
        int at = 0;
        while (true) {
            FrameReader.Found found = reader.next(answer, at, answer.length);
            at = reader.position();
            switch (found) {
                case MORE -> {
                    return text.toString();
                }
                case HEADER -> reader.gather();
                case PAYLOAD -> text.append(frame(reader)).append(' ');
            }
        }
    }
}

String frame(FrameReader reader) {
    byte[] payload = Arrays.copyOfRange(reader.payload(), reader.payloadFrom(), reader.payloadTo());
    return switch (reader.type()) {
        case Frame.DATA -> new String(payload, StandardCharsets.ISO_8859_1);
        case Frame.RST_STREAM -> "RST_STREAM " + reader.stream() + " " + ErrorCode.of(payload[3]);
        case Frame.GOAWAY -> "GOAWAY " + ErrorCode.of(payload[7]);
        default -> "";
    };
}

void expect(String answer, String... parts) {
    for (String part : parts) {
        if (!answer.contains(part)) {
            throw new AssertionError("no \"" + part.strip() + "\" in: " + answer);
        }
    }
}
