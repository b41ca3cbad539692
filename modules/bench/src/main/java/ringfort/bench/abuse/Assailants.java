package ringfort.bench.abuse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What each attack's peers do. */
final class Assailants {
    /** A field value without an end, a little below what servers accept as a whole head. */
    static final int HEAD_BYTES = 32_600;

    /** What one peer of {@link AttackKind#CHUNKS} sends, then it stays. */
    static final int SMALL_CHUNKS_BYTES = 2 << 20;

    /** How long a handler runs before its peer resets. */
    static final int RESET_MILLIS = 30;

    private static final long SECOND = 1_000_000_000L;
    private static final long DRIP_NANOS = 2 * SECOND;
    private static final long SIP_NANOS = SECOND / 4;
    private static final long NEARLY_NEVER_NANOS = 5 * SECOND;
    private static final long FILL_NANOS = 2 * SECOND;
    private static final long FAIL_NANOS = SECOND / 50;
    private static final int SIP_BYTES = 1 << 10;
    private static final int READER_BUFFER_BYTES = 4 << 10;
    private static final int PIPELINED = 64;

    private static final ByteBuffer ENDLESS_HEAD =
            text("GET /plaintext HTTP/1.1\r\nHost: abuse\r\nX: " + "a".repeat(HEAD_BYTES));
    private static final ByteBuffer ONE_OCTET = text("a");
    private static final ByteBuffer CHUNKS = text("1\r\nx\r\n".repeat(4 << 10));
    private static final ByteBuffer PLAINTEXT = get("/plaintext", 1);

    private Assailants() {}

    /** As many as one process of that attack has. */
    static List<Assailant> of(AttackKind kind) {
        List<Assailant> all = new ArrayList<>(kind.connections());
        for (int i = 0; i < kind.connections(); i++) {
            boolean even = i % 2 == 0;
            all.add(
                    switch (kind) {
                        case NONE -> throw new IllegalArgumentException("nothing attacks");
                        case HEADS -> new UnfinishedHead(even);
                        case CHUNKS -> new Chunks(even ? "/unread" : "/echo", SMALL_CHUNKS_BYTES);
                        case FLOOD -> new Chunks("/echo", Long.MAX_VALUE);
                        case READERS -> new SlowReader(even);
                        case RESETS -> new Resetting();
                        case PIPELINE -> new Pipelining();
                        case STOP -> new HalfHead();
                        case FILL -> new Asking(get("/fill?ms=300", 1), FILL_NANOS);
                        case LOG -> new Asking(get("/fail", 1), FAIL_NANOS);
                        case IDLE -> new Asking(PLAINTEXT, Long.MAX_VALUE);
                    });
        }
        return all;
    }

    private static ByteBuffer text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
        return buffer.put(bytes).flip().asReadOnlyBuffer();
    }

    private static ByteBuffer get(String path, int times) {
        return text(("GET " + path + " HTTP/1.1\r\nHost: abuse\r\n\r\n").repeat(times));
    }

    private static final class UnfinishedHead extends Assailant {
        private final boolean drips;

        UnfinishedHead(boolean drips) {
            this.drips = drips;
        }

        @Override
        void connected(long now) throws IOException {
            send(ENDLESS_HEAD, now);
        }

        @Override
        void sent(long now) {
            if (drips) {
                wakeAt(now + DRIP_NANOS);
            }
        }

        @Override
        void due(long now) throws IOException {
            send(ONE_OCTET, now);
        }
    }

    private static final class Chunks extends Assailant {
        private final ByteBuffer head;
        private final long mostBytes;

        Chunks(String path, long mostBytes) {
            this.head = text("POST " + path + " HTTP/1.1\r\nHost: abuse\r\nTransfer-Encoding: chunked\r\n\r\n");
            this.mostBytes = mostBytes;
        }

        @Override
        void connected(long now) throws IOException {
            send(head, now);
        }

        @Override
        void sent(long now) {
            if (sentBytes() < mostBytes) {
                sendLater(CHUNKS);
            }
        }
    }

    private static final class SlowReader extends Assailant {
        private static final ByteBuffer LARGE = get("/large", 1);

        private final ByteBuffer sip;
        private final long pauseNanos;

        SlowReader(boolean steady) {
            sip = ByteBuffer.allocate(steady ? SIP_BYTES : 1);
            pauseNanos = steady ? SIP_NANOS : NEARLY_NEVER_NANOS;
        }

        @Override
        boolean reads() {
            return false;
        }

        @Override
        int receiveBufferBytes() {
            return READER_BUFFER_BYTES;
        }

        @Override
        void connected(long now) throws IOException {
            send(LARGE, now);
        }

        @Override
        void sent(long now) {
            wakeAt(now + pauseNanos);
        }

        @Override
        void due(long now) throws IOException {
            if (read(sip.clear()) < 0) {
                throw new IOException("closed");
            }
            wakeAt(now + pauseNanos);
        }
    }

    private static final class Resetting extends Assailant {
        private static final ByteBuffer SLOW = get("/slow?ms=2000", 1);

        @Override
        void connected(long now) throws IOException {
            send(SLOW, now);
        }

        @Override
        void sent(long now) {
            wakeAt(now + RESET_MILLIS * 1_000_000L);
        }

        @Override
        void due(long now) throws IOException {
            reset();
        }
    }

    private static final class Pipelining extends Assailant {
        private static final ByteBuffer MANY = get("/plaintext", PIPELINED);

        @Override
        void connected(long now) throws IOException {
            send(MANY, now);
        }

        @Override
        void sent(long now) {
            sendLater(MANY);
        }
    }

    /** Sends half of a head, and the rest while the server is stopped: it was in time, and is to be answered. */
    private static final class HalfHead extends Assailant {
        private static final ByteBuffer BEGIN = text("GET /plaintext HTTP/1.1\r\nHost: ab");
        private static final ByteBuffer REST = text("use\r\n\r\n");

        private boolean begun;

        @Override
        void connected(long now) throws IOException {
            begun = false;
            send(BEGIN, now);
        }

        @Override
        void sent(long now) {
            wakeAt(now + 2 * SECOND);
        }

        @Override
        void due(long now) throws IOException {
            begun = !begun;
            send(begun ? REST : BEGIN, now);
        }
    }

    /** Asks over and over, or once. */
    private static final class Asking extends Assailant {
        private final ByteBuffer request;
        private final long pauseNanos;

        Asking(ByteBuffer request, long pauseNanos) {
            this.request = request;
            this.pauseNanos = pauseNanos;
        }

        @Override
        void connected(long now) throws IOException {
            send(request, now);
        }

        @Override
        void sent(long now) {
            if (pauseNanos != Long.MAX_VALUE) {
                wakeAt(now + pauseNanos);
            }
        }

        @Override
        void due(long now) throws IOException {
            send(request, now);
        }
    }
}
