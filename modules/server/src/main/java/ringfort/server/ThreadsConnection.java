package ringfort.server;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.spi.Mount;
import ringfort.api.spi.RouteMatch;
import ringfort.h1.ByteSink;
import ringfort.h1.ChunkedEncoder;
import ringfort.h1.DeadlineSlot;
import ringfort.h1.H1State;
import ringfort.h1.Phase;
import ringfort.h1.Refusal;
import ringfort.h1.RequestHead;
import ringfort.h1.ResponseEncoder;

/**
 * A connection of the threads engine: one virtual thread reads, parses, runs the handler and writes, all blocking.
 *
 * <p>Policy is {@link H1State}'s, as on every engine. Each read gets what is left until the slot's deadline; a write or
 * a handler that passes it is ended from outside by {@link #enforce}.
 */
final class ThreadsConnection implements Runnable, DeadlineSlot {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int WRITE_BYTES = 64 * 1024;
    private static final int LINGER_BYTES = 256 * 1024;

    private final ThreadsEngine.Running engine;
    private final ServerContext context;
    private final Socket socket;
    private final InetSocketAddress peer;
    private final Thread thread;
    private final H1State h1;
    private final ResponseContent content;
    private final ByteSink sink = new ByteSink(1024);
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int limit;
    private boolean inputEnded;
    private volatile boolean served;
    private CloseReason reason = CloseReason.PEER;
    private final long acceptedNanos;
    private volatile long receivedBytes; // read by the sweep

    // The slot, written by this connection's thread and read by the sweep.
    private volatile @Nullable Phase armedPhase;
    private volatile long armedNanos;
    private volatile boolean cut; // the sweep ended a write
    private volatile boolean reading; // a read enforces the deadline by itself
    private final Object handlerLock = new Object();
    private boolean handling; // guarded by handlerLock: the thread is in a handler, which may be interrupted

    ThreadsConnection(ThreadsEngine.Running engine, Socket socket, InetSocketAddress peer) {
        this.engine = engine;
        this.context = engine.context;
        this.socket = socket;
        this.peer = peer;
        this.h1 = new H1State(context.limits, context.timeouts, this);
        this.content = new ResponseContent(context);
        this.acceptedNanos = context.ticker.nanos();
        this.thread = Thread.ofVirtual().unstarted(this);
    }

    void start() {
        thread.start();
    }

    Thread thread() {
        return thread;
    }

    InetSocketAddress peer() {
        return peer;
    }

    /** Turns a connection away that a limit keeps out. */
    static void reject(Socket socket) throws IOException {
        try (socket) {
            socket.getOutputStream().write(Admission.REJECTION);
        }
    }

    // The slot.

    @Override
    public void arm(Phase phase, long deadlineNanos) {
        armedNanos = deadlineNanos;
        count(phase);
    }

    @Override
    public void clear() {
        count(null);
    }

    private void count(@Nullable Phase next) {
        Phase last = armedPhase;
        armedPhase = next;
        if (last != next) {
            if (last != null) {
                engine.counters.phase(last).cleared.add(1);
            }
            if (next != null) {
                engine.counters.phase(next).armed.add(1);
            }
        }
    }

    private void expired(Phase phase, long lateNanos) {
        context.expired(engine.counters, phase, peer, now() - acceptedNanos, lateNanos, receivedBytes);
    }

    /** Ends a write or a handler whose deadline has passed; the sweep's thread. */
    void enforce(long nowNanos) {
        Phase phase = armedPhase;
        if (phase == null || reading || armedNanos - nowNanos > 0) {
            return;
        }
        if (phase == Phase.WRITE && !cut) {
            cut = true;
            expired(phase, nowNanos - armedNanos);
            force();
        } else if (phase == Phase.HANDLER) {
            interruptHandler();
        }
    }

    /** Once, and only within the handler: an interrupt that reached a read or write would close the socket. */
    private void interruptHandler() {
        synchronized (handlerLock) {
            if (handling) {
                handling = false;
                thread.interrupt();
            }
        }
    }

    /**
     * Ends a connection that waits for nothing of ours; the stopping thread. One that is about to wait sees by itself
     * that the server is draining: each side publishes, then looks at the other's field.
     *
     * @param silentToo also one that has not asked anything yet
     */
    void drain(boolean silentToo) {
        if (reading && waitsForRequest(silentToo)) {
            shutdownInput();
        }
    }

    private boolean waitsForRequest(boolean silentToo) {
        Phase phase = armedPhase;
        return served ? phase == Phase.IDLE : silentToo && phase == Phase.HEADER;
    }

    /** Closes at once, with a reset, whatever is under way; any thread. */
    void force() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It was closed already, which is what was asked for.
            reason = CloseReason.RESET;
        }
    }

    private void shutdownInput() {
        try {
            socket.shutdownInput();
        } catch (IOException e) {
            force();
        }
    }

    // The connection's thread.

    @Override
    public void run() {
        try {
            socket.setTcpNoDelay(true);
            h1.accepted(acceptedNanos);
            while (serveNext()) {
                served = true;
            }
            linger();
        } catch (Expired e) {
            reason = CloseReason.DEADLINE;
        } catch (IOException e) {
            if (reason == CloseReason.PEER) {
                reason = cut ? CloseReason.DEADLINE : CloseReason.RESET;
            }
        } catch (Throwable e) {
            reason = CloseReason.DEFECT;
            engine.counters.defects.add(1);
            context.notices.defect("a connection failed and is closed", e);
        } finally {
            h1.closed();
            force(false);
            engine.gone(this, reason);
        }
    }

    private void force(boolean reset) {
        try {
            if (reset) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            reason = CloseReason.RESET;
        }
    }

    private long now() {
        return context.ticker.nanos();
    }

    /** A deadline passed and nobody is to be answered. */
    private static final class Expired extends IOException {
        private static final long serialVersionUID = 1L;

        Expired() {
            super("the deadline passed");
        }
    }

    /** A deadline passed, or a message is refused, and the peer is told. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;
        final transient Refusal refusal;

        Refused(Refusal refusal) {
            super(refusal.reason());
            this.refusal = refusal;
        }
    }

    /** Serves one request; false when the connection ends. */
    private boolean serveNext() throws IOException {
        RequestHead head = null;
        try {
            head = readHead();
            if (head == null) {
                return false;
            }
            engine.counters.requests.add(1);
            return serve(head);
        } catch (Refused e) {
            refuse(e.refusal, head != null && head.isHead());
            return false;
        }
    }

    private @Nullable RequestHead readHead() throws IOException {
        while (true) {
            switch (step()) {
                case HEAD -> {
                    return h1.head();
                }
                case NEED_INPUT -> {
                    if (!fill()) {
                        h1.inputClosed(now());
                        return null;
                    }
                }
                case REFUSED -> throw new Refused(h1.refusal());
                case CLOSE, TUNNEL -> {
                    reason = CloseReason.REFUSED;
                    return null;
                }
                case BODY, END, BUSY -> {}
            }
        }
    }

    private H1State.Event step() {
        H1State.Event event = h1.next(buffer, at, limit, now());
        at = h1.position();
        return event;
    }

    /** Reads once, until the slot's deadline at the latest; false at the end of the input. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private boolean fill() throws IOException {
        if (inputEnded) {
            return false;
        }
        while (true) {
            reading = true;
            try {
                if (engine.isDraining() && waitsForRequest(false)) {
                    reason = CloseReason.DRAINED;
                    inputEnded = true;
                    return false;
                }
                socket.setSoTimeout(remainingMillis());
                int count = socket.getInputStream().read(buffer, 0, buffer.length);
                at = 0;
                limit = Math.max(0, count);
                inputEnded = count < 0;
                receivedBytes = receivedBytes + limit;
                engine.counters.receivedBytes.add(limit);
                return !inputEnded;
            } catch (SocketTimeoutException e) {
                expire();
            } finally {
                reading = false;
            }
        }
    }

    /** What is left of the slot's deadline in whole milliseconds, rounded up; 0, which means no limit, when disarmed. */
    private int remainingMillis() {
        if (armedPhase == null) {
            return 0;
        }
        long nanos = armedNanos - now();
        return Math.clamp((nanos + 999_999) / 1_000_000, 1, Integer.MAX_VALUE);
    }

    private void expire() throws IOException {
        Phase phase = armedPhase;
        long late = now() - armedNanos;
        H1State.Expiry expiry = h1.expired(now());
        if (expiry == H1State.Expiry.NOT_DUE) {
            return;
        }
        if (phase != null) {
            expired(phase, late);
        }
        switch (expiry) {
            case ANSWER_408, ANSWER_503 -> {
                reason = CloseReason.DEADLINE;
                throw new Refused(h1.refusal());
            }
            case CLOSE_SILENT, LINGER_OVER, ABORT -> throw new Expired();
            case NOT_DUE -> {}
        }
    }

    private boolean serve(RequestHead head) throws IOException {
        var body = new PulledBody();
        var source = new HeadSource(head, head.hasBody() ? body : InputStream.nullInputStream(), peer, local());
        RouteMatch match = context.match(source);
        body.source = source;
        Mount mount = match.mount();
        Refusal refusal = context.applySettings(h1, mount);
        if (refusal != null) {
            throw new Refused(refusal);
        }
        if (!head.hasBody()) {
            step(); // END
        }
        var request = new Request(source, match);
        Response response = handle(mount, request, body);
        if (armedPhase == Phase.HANDLER && armedNanos - now() <= 0) {
            expire(); // whatever it answers now
        }
        body.check();
        respond(head, request, response, body);
        return switch (h1.responseComplete(now())) {
            case KEEP_ALIVE, DRAIN_BODY -> true;
            case CLOSE -> {
                reason = CloseReason.FINISHED;
                yield false;
            }
        };
    }

    private InetSocketAddress local() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private Response handle(Mount mount, Request request, PulledBody body) throws IOException {
        synchronized (handlerLock) {
            handling = true;
        }
        try {
            return Objects.requireNonNull(mount.handler().handle(request), "the handler returned null");
        } catch (Throwable e) {
            body.check(); // the peer's doing is no fault of the handler's
            return context.failure(request, e);
        } finally {
            handled();
        }
    }

    @SuppressWarnings("CheckReturnValue") // clearing the flag is all that is wanted
    private void handled() {
        synchronized (handlerLock) {
            handling = false;
            Thread.interrupted();
        }
    }

    /** The request body, parsed as the handler reads. */
    private final class PulledBody extends InputStream {
        private @Nullable HeadSource source;
        private @Nullable IOException broken; // what ended the body early: a handler may catch it, we must not forget
        private int from;
        private int to;
        private boolean ended;
        private final byte[] single = new byte[1];

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
            System.arraycopy(buffer, from, target, offset, count);
            from += count;
            return count;
        }

        private void pull() throws IOException {
            if (h1.awaitsContinue()) {
                sink.reset();
                ResponseEncoder.interim(sink, 100);
                write(sink.array(), 0, sink.length());
                h1.continueSent(now());
            }
            switch (step()) {
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
                        h1.inputClosed(now());
                        reason = CloseReason.PEER_MIDWAY;
                        throw remember(new EOFException("the peer closed before the request body was complete"));
                    }
                }
                case REFUSED -> throw remember(new Refused(h1.refusal()));
                default -> ended = true;
            }
        }

        private boolean fillOrRemember() throws IOException {
            try {
                return fill();
            } catch (IOException e) {
                throw remember(e);
            }
        }

        private IOException remember(IOException e) {
            broken = e;
            return e;
        }

        /** Throws what ended the body early, if anything did. */
        private void check() throws IOException {
            if (broken != null) {
                throw broken;
            }
        }
    }

    // Responses.

    private void respond(RequestHead head, Request request, Response response, PulledBody body) throws IOException {
        boolean silent = head.isHead() || response.status() == 204 || response.status() == 304;
        boolean keepAlive = h1.keepAlive() && !engine.isDraining();
        engine.counters.responses.add(1);
        if (!silent && response.body() instanceof Body.Streaming streamed) {
            stream(head, request, response, body, streamed.length(), keepAlive, streamed.writer()::writeTo);
        } else if (!silent && response.body() instanceof Body.FileBody file) {
            stream(head, request, response, body, file.length(), keepAlive, out -> copy(file, out));
        } else {
            sink.reset();
            var written = content.head(sink, head, response, response.body().length(), keepAlive);
            h1.responseHead(written.keepAlive(), now());
            byte[] bytes = ResponseContent.bytes(response);
            if (written.framing() != ResponseEncoder.Framing.NONE && bytes.length <= BUFFER_BYTES) {
                sink.bytes(bytes, 0, bytes.length);
                bytes = new byte[0];
            }
            write(sink.array(), 0, sink.length());
            if (written.framing() != ResponseEncoder.Framing.NONE) {
                write(bytes, 0, bytes.length);
            }
        }
    }

    private interface Writer {
        void writeTo(OutputStream out) throws Exception;
    }

    private void stream(
            RequestHead head,
            Request request,
            Response response,
            PulledBody body,
            long length,
            boolean keepAlive,
            Writer writer)
            throws IOException {
        var out = new PushedBody(head, response, length, keepAlive);
        try {
            writer.writeTo(out);
            out.finish();
        } catch (Throwable e) {
            if (out.connectionFailed) {
                throw new IOException("the peer is gone", e);
            }
            if (!out.begun) {
                body.check();
            }
            if (out.begun) {
                if (body.broken == null) {
                    context.application.report(request, e);
                }
                reason = CloseReason.HANDLER;
                force(true); // cut, not ended: the peer must be able to tell
                throw new IOException("the response failed midway", e);
            }
            respond(head, request, ServerContext.held(context.failure(request, e)), body);
        }
    }

    private static void copy(Body.FileBody file, OutputStream out) throws IOException {
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ)) {
            channel.position(file.offset());
            ByteBuffer bytes = ByteBuffer.allocate(WRITE_BYTES);
            long left = file.length();
            while (left > 0) {
                bytes.clear().limit((int) Math.min(left, bytes.capacity()));
                int count = channel.read(bytes);
                if (count < 0) {
                    throw new IOException(file.path() + " became shorter while it was sent");
                }
                out.write(bytes.array(), 0, count);
                left -= count;
            }
        }
    }

    /** A streamed response body: gathered, framed, written as it fills. */
    private final class PushedBody extends OutputStream {
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

        PushedBody(RequestHead head, Response response, long declaredLength, boolean keepAlive) {
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

        void finish() throws IOException {
            if (declaredLength >= 0 && written + filled != declaredLength) {
                throw new IOException(
                        "the response announced " + declaredLength + " bytes and wrote " + (written + filled));
            }
            if (!begun) {
                begin(filled);
            }
            post();
            if (framing == ResponseEncoder.Framing.CHUNKED) {
                sink.reset();
                ChunkedEncoder.last(sink);
                send(sink.array(), sink.length());
            }
        }

        private void begin(long length) throws IOException {
            begun = true;
            sink.reset();
            var decided = content.head(sink, head, response, length, keepAlive);
            framing = decided.framing();
            h1.responseHead(decided.keepAlive(), now());
            send(sink.array(), sink.length());
        }

        private void post() throws IOException {
            if (!begun) {
                begin(declaredLength);
            }
            if (filled == 0) {
                return;
            }
            if (framing == ResponseEncoder.Framing.CHUNKED) {
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
                ThreadsConnection.this.write(bytes, 0, length);
            } catch (IOException e) {
                connectionFailed = true;
                throw e;
            }
        }
    }

    private void refuse(Refusal refusal, boolean isHead) throws IOException {
        if (reason == CloseReason.PEER) {
            reason = CloseReason.REFUSED;
        }
        sink.reset();
        content.refusal(sink, refusal, isHead);
        h1.responseHead(false, now());
        write(sink.array(), 0, sink.length());
    }

    /** Writes in slices, so that progress is seen; the sweep ends a write that stalls. */
    private void write(byte[] bytes, int from, int length) throws IOException {
        OutputStream out = socket.getOutputStream();
        h1.writeOutstanding(true, now());
        for (int end = from + length; from < end; ) {
            int count = Math.min(WRITE_BYTES, end - from);
            out.write(bytes, from, count);
            from += count;
            engine.counters.sentBytes.add(count);
            h1.writeProgress(count, now());
        }
        h1.writeOutstanding(false, now());
    }

    /** FIN first, then a bounded wait for the peer's: closing with bytes unread would reset what was just sent. */
    private void linger() throws IOException {
        socket.shutdownOutput();
        h1.closing(now());
        int discarded = 0;
        try {
            while (!inputEnded && discarded < LINGER_BYTES && fill()) {
                discarded += limit;
            }
        } catch (Expired e) {
            inputEnded = true; // the peer had its time; why the connection ended was decided before
        }
    }
}
