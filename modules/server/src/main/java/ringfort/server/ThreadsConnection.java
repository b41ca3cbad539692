package ringfort.server;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.h1.H1State;
import ringfort.h1.RequestHead;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;

/**
 * A connection of the threads engine: one virtual thread reads, parses, runs the handler and writes, all blocking.
 *
 * <p>Policy is {@link H1State}'s, as on every engine. Each read gets what is left until the slot's deadline; a write or
 * a handler that passes it is ended from outside by {@link #enforce}, a late handler by a {@link LateAnswer} beside it:
 * what it returns later is dropped.
 */
final class ThreadsConnection implements Runnable, HeadSource.Ends {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int WRITE_BYTES = 64 * 1024;
    private static final int LINGER_BYTES = 256 * 1024;

    /**
     * A read that has not noticed its own deadline this long after it has no carrier to notice on: under load a thread
     * whose time is over queues behind all that have something to do.
     */
    private static final long STARVED_NANOS = 2_000_000L;

    private static final Refusal REQUEST_LATE = new Refusal(408, "request too late");
    private static final Refusal HANDLER_LATE = new Refusal(503, "handler too late");

    private final ThreadsEngine.Running engine;
    private final ServerContext context;
    private final Socket socket;
    private final InetSocketAddress peer;
    private final Thread thread;
    final H1State h1;
    final ByteSink sink = new ByteSink(1024);
    private final ThreadsResponder responder;
    final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int limit;
    private boolean inputEnded;
    private volatile boolean served;
    private CloseReason reason = CloseReason.PEER;
    private final long acceptedNanos;
    private volatile long receivedBytes; // read by the sweep

    private final SharedSlot slot;
    final ReentrantLock output = new ReentrantLock(); // for what is written while a handler runs
    private final AtomicBoolean left = new AtomicBoolean();
    private volatile boolean reading; // a read enforces the deadline by itself
    private volatile boolean headRequest; // the request in the handler's hands is HEAD
    private volatile @Nullable LateAnswer lateAnswer;
    private volatile boolean handling; // from the handler's start until its response begins
    private volatile boolean tunnelling;
    private boolean lingering;
    private boolean last; // the peer said that it sends nothing behind the request just answered

    /** For {@link #h1} where two threads may use it: of a tunnel, one reads while the other writes. */
    private final ReentrantLock protocol = new ReentrantLock();

    ThreadsConnection(ThreadsEngine.Running engine, Socket socket, InetSocketAddress peer) {
        this.engine = engine;
        this.context = engine.context;
        this.socket = socket;
        this.peer = peer;
        this.slot = new SharedSlot(engine.counters);
        this.h1 = new H1State(context.limits, context.timeouts, new SweptSlot());
        this.responder = new ThreadsResponder(this, context, engine.counters);
        this.acceptedNanos = context.ticker.nanos();
        this.thread = Thread.ofVirtual().unstarted(this);
    }

    void start() {
        thread.start();
    }

    Thread thread() {
        return thread;
    }

    @Override
    public InetSocketAddress peer() {
        return peer;
    }

    // From outside.

    private void expired(Phase phase, long lateNanos) {
        context.expired(engine.counters, phase, peer, now() - acceptedNanos, lateNanos, receivedBytes);
    }

    /** Ends what has passed its deadline and cannot notice; the sweep's thread, which must not wait for anybody. */
    void enforce(long nowNanos) {
        LateAnswer answer = lateAnswer;
        if (answer != null) {
            if (answer.isLate(nowNanos)) {
                force();
            }
            return;
        }
        SharedSlot.Armed due = slot.armed();
        long lateNanos = due == null ? -1 : nowNanos - due.deadlineNanos();
        if (due == null || lateNanos < 0) {
            return;
        }
        if (due.phase() == Phase.WRITE) { // in a tunnel another thread may be reading
            if (slot.take(due)) {
                expired(due.phase(), lateNanos);
                force();
            }
        } else if (reading) {
            if (lateNanos > STARVED_NANOS && !hasUnread()) {
                endStarved(due, lateNanos);
            }
        } else if (due.phase() == Phase.HANDLER && slot.takeAnswer(due)) {
            expired(due.phase(), lateNanos);
            answerLate(HANDLER_LATE);
            if (!reading) { // an interrupt would close the socket under a read, which looks at the slot before it
                // begins
                thread.interrupt();
            }
        }
    }

    /** When the sweep has to look at this connection again, if that is before {@code latest}, else {@code latest}. */
    long sweepBefore(long latest, long nowNanos) {
        if (lateAnswer != null) {
            return nowNanos;
        }
        SharedSlot.Armed armed = slot.armed();
        if (armed == null) {
            return latest;
        }
        long look = sweepAt(armed.phase(), armed.deadlineNanos());
        return look - latest < 0 ? look : latest;
    }

    /** A read ends by itself unless it is starved; nothing in the JDK limits the time of a write or of a handler. */
    private static long sweepAt(Phase phase, long deadlineNanos) {
        boolean read = phase != Phase.WRITE && phase != Phase.HANDLER;
        return read ? deadlineNanos + STARVED_NANOS : deadlineNanos;
    }

    /** The slot, as the protocol sees it: what it arms, the sweep is to see in time. */
    private final class SweptSlot implements DeadlineSlot {
        @Override
        public void arm(Phase phase, long deadlineNanos) {
            slot.arm(phase, deadlineNanos);
            engine.sweepBy(sweepAt(phase, deadlineNanos));
        }

        @Override
        public void clear() {
            slot.clear();
        }
    }

    /** Ends a read that is late and has no carrier to notice on. */
    private void endStarved(SharedSlot.Armed due, long lateNanos) {
        boolean partial = due.phase() == Phase.BODY ? handling : due.phase() == Phase.HEADER && receivedBytes > 0;
        if (partial ? !slot.takeAnswer(due) : !slot.take(due)) {
            return;
        }
        engine.counters.interventions.add(1);
        expired(due.phase(), lateNanos);
        if (partial) {
            answerLate(REQUEST_LATE);
        } else {
            force(false);
        }
    }

    private boolean hasUnread() {
        try {
            return socket.getInputStream().available() > 0;
        } catch (IOException _) {
            return false; // closed
        }
    }

    /** Answers in place of the handler, which may never return; who calls has won the slot. */
    private void answerLate(Refusal refusal) {
        var answer = new LateAnswer(context, socket, refusal, headRequest, output, () -> {
            force(false);
            leave(CloseReason.DEADLINE);
        });
        lateAnswer = answer;
        engine.answer(answer);
    }

    private void leave(CloseReason why) {
        if (left.compareAndSet(false, true)) {
            engine.gone(this, why);
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
        if (tunnelling) {
            return false;
        }
        SharedSlot.Armed armed = slot.armed();
        Phase phase = armed == null ? null : armed.phase();
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
        } catch (Expired _) {
            // whoever found that out has said why
        } catch (IOException e) {
            if (reason == CloseReason.PEER) {
                reason = CloseReason.RESET;
            }
        } catch (Throwable e) {
            reason = CloseReason.DEFECT;
            engine.counters.defects.add(1);
            context.notices.defect("a connection failed and is closed", e);
        } finally {
            boolean cut = slot.isTaken();
            h1.closed();
            if (!slot.isAnswered()) {
                force(false);
                leave(cut && !lingering ? CloseReason.DEADLINE : reason);
            }
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

    long now() {
        return context.ticker.nanos();
    }

    /** A deadline passed and nobody is to be answered, or somebody else answers. */
    private static final class Expired extends IOException {
        private static final long serialVersionUID = 1L;

        Expired() {
            super("the deadline passed");
        }
    }

    /** A deadline passed, or a message is refused, and the peer is told. */
    static final class Refused extends IOException {
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

    H1State.Event step() {
        H1State.Event event = h1.next(buffer, at, limit, now());
        at = h1.position();
        return event;
    }

    /** Reads once, until the slot's deadline at the latest; false at the end of the input. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    boolean fill() throws IOException {
        if (inputEnded) {
            return false;
        }
        while (true) {
            reading = true;
            try {
                checkMine();
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
        SharedSlot.Armed armed = slot.armed();
        if (armed == null) {
            return 0;
        }
        long nanos = armed.deadlineNanos() - now();
        return Math.clamp((nanos + 999_999) / 1_000_000, 1, Integer.MAX_VALUE);
    }

    /** A read has run into the slot's deadline. */
    private void expire() throws IOException {
        SharedSlot.Armed due = slot.armed();
        long now = now();
        if (due == null || due.deadlineNanos() - now > 0 || !slot.expire(due)) {
            return; // the next round of the read looks again
        }
        expired(due.phase(), now - due.deadlineNanos());
        if (!lingering) {
            reason = CloseReason.DEADLINE;
        }
        H1State.Expiry expiry;
        protocol.lock();
        try {
            expiry = h1.expired(now);
        } finally {
            protocol.unlock();
        }
        switch (expiry) {
            case ANSWER_408, ANSWER_503 -> {
                if (handling) {
                    slot.answered(); // a handler may catch what it is told, and stay
                    answerLate(h1.refusal());
                    throw new Expired();
                }
                throw new Refused(h1.refusal());
            }
            case ABORT -> {
                force();
                throw new Expired();
            }
            case CLOSE_SILENT, LINGER_OVER, NOT_DUE -> throw new Expired();
        }
    }

    void peerEndsMidway() {
        reason = CloseReason.PEER_MIDWAY;
    }

    private boolean serve(RequestHead head) throws IOException {
        return switch (new ThreadsExchange(this, context, responder, head).serve()) {
            case KEEP_ALIVE, DRAIN_BODY -> true;
            case CLOSE -> {
                reason = CloseReason.FINISHED;
                yield false;
            }
        };
    }

    @Override
    public InetSocketAddress local() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    void handlerBegins(boolean isHead) {
        headRequest = isHead;
        handling = true;
    }

    /** Whether the final response has not begun. */
    boolean isHandling() {
        return handling;
    }

    boolean mayKeepAlive() {
        return h1.keepAlive() && !engine.isDraining();
    }

    /** The connection now speaks another protocol. */
    void detach(long idleNanos) {
        h1.detach(idleNanos);
        tunnelling = true;
    }

    /** Throws when somebody else has answered, or cut the connection. */
    void checkMine() throws IOException {
        if (slot.isTaken()) {
            throw new Expired();
        }
    }

    /** The handler's time is over, one way or the other: the response is this thread's to send, or it is dropped. */
    void responseBegins(boolean keepAlive) throws IOException {
        handling = false;
        h1.responseHead(keepAlive, now());
        checkMine();
    }

    /** The handler failed midway: the peer must be able to tell, so the connection is cut and not ended. */
    void cut() {
        reason = CloseReason.HANDLER;
        force(true);
    }

    private void refuse(Refusal refusal, boolean isHead) throws IOException {
        if (reason == CloseReason.PEER) {
            reason = CloseReason.REFUSED;
        }
        responder.refuse(refusal, isHead);
    }

    /** Writes in slices, so that progress is seen; the sweep ends a write that stalls. */
    void write(byte[] bytes, int from, int length) throws IOException {
        OutputStream out = socket.getOutputStream();
        writeOutstanding(length > 0, 0);
        for (int end = from + length; from < end; ) {
            int count = Math.min(WRITE_BYTES, end - from);
            out.write(bytes, from, count);
            from += count;
            engine.counters.sentBytes.add(count);
            writeOutstanding(from < end, count);
        }
    }

    private void writeOutstanding(boolean waiting, int sentBytes) {
        protocol.lock();
        try {
            long now = now();
            if (sentBytes > 0) {
                h1.writeProgress(sentBytes, now);
            }
            h1.writeOutstanding(waiting, now);
        } finally {
            protocol.unlock();
        }
    }

    // Tunnels.

    /** Waits for bytes of the peer that are not HTTP; false at the end of what it sends. */
    boolean fillTunnel() throws IOException {
        readOutstanding(true);
        try {
            return fill();
        } finally {
            readOutstanding(false);
        }
    }

    private void readOutstanding(boolean waiting) {
        protocol.lock();
        try {
            h1.readOutstanding(waiting, now());
        } finally {
            protocol.unlock();
        }
    }

    /** Moves received bytes that are not HTTP; 0 when there are none. */
    int take(byte[] target, int offset, int length) {
        int count = Math.min(length, limit - at);
        System.arraycopy(buffer, at, target, offset, count);
        at += count;
        return count;
    }

    /** Ends our side. */
    void halfClose() throws IOException {
        if (!socket.isOutputShutdown()) {
            socket.shutdownOutput();
        }
    }

    /** Whether the request that was just answered was whole, and said that it is the last. */
    void last(boolean isLast) {
        last = isLast;
    }

    /**
     * FIN first, then a bounded wait for the peer's: closing with bytes unread would reset what was just sent. Not behind a
     * last request with which all was read.
     */
    private void linger() throws IOException {
        if (last && at == limit && socket.getInputStream().available() == 0) {
            return;
        }
        halfClose();
        if (context.timeouts.lingerNanos() == 0) {
            return; // off means no linger, not one without an end
        }
        lingering = true;
        h1.closing(now());
        int discarded = 0;
        while (!inputEnded && discarded < LINGER_BYTES && fill()) {
            discarded += limit;
        }
    }
}
