package ringfort.server.http2;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.h1.H1State;
import ringfort.message.ByteSink;
import ringfort.server.exchange.Exchange;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.protocol.Protocols;
import ringfort.server.wire.BufferPool;
import ringfort.server.wire.Outbox;
import ringfort.sys.OnWorker;

/**
 * A connection of which a part of the preface of HTTP/2 has come, and nothing else: fewer than 24 octets, which are kept until
 * the next decides. Where HTTP/1.1 may ask for HTTP/2, a part of its first head is kept as well. Whatever else happens to it decides for HTTP/1, which such a beginning may still be. From then on this
 * object stands before the protocol that was chosen, until the connection has nothing under way. One worker only.
 */
@OnWorker
final class Undecided implements Protocol {
    private final Protocols http1;
    private final Protocols http2;
    private final ProtocolHost host;
    private final @Nullable Phase armed;
    private final long deadlineNanos;
    private final Outbox nothing; // to be sent before a protocol is chosen
    private final boolean preface; // whether HTTP/2 may begin with its preface
    private final @Nullable H1State probe; // reads a head that may ask for HTTP/2; null where none may
    private byte[] begun = new byte[Preface.BYTES];
    private int count;
    private int read; // of these, by the reader of a head
    private @Nullable Protocol chosen;
    private @Nullable Protocols lender; // of the chosen one

    Undecided(
            Protocols http1,
            Protocols http2,
            ProtocolHost host,
            BufferPool buffers,
            @Nullable Phase armed,
            long deadlineNanos,
            boolean preface,
            @Nullable H1State probe) {
        this.preface = preface;
        this.probe = probe;
        this.nothing = new Outbox(buffers);
        this.http1 = http1;
        this.http2 = http2;
        this.host = host;
        this.armed = armed;
        this.deadlineNanos = deadlineNanos;
    }

    private Protocol choose(Protocols from) {
        Protocol taken = from.take(host, true, armed, deadlineNanos);
        lender = from;
        chosen = taken;
        if (count > 0) {
            taken.received(begun, 0, count);
        }
        return taken;
    }

    /** The chosen protocol; HTTP/1 when there was none yet. */
    private Protocol decided() {
        return chosen != null ? chosen : choose(http1);
    }

    /** Gives back what was chosen. */
    void giveBack() {
        if (lender != null && chosen != null) {
            lender.give(chosen);
        }
    }

    @Override
    public void received(byte[] buffer, int from, int to) {
        if (chosen != null) {
            chosen.received(buffer, from, to);
            return;
        }
        int taken = Math.min(to - from, Preface.BYTES - count);
        boolean matches = preface && Preface.matches(buffer, from, to, count) && Preface.matches(begun, 0, count, 0);
        if (!matches && probe != null) {
            readHead(probe, buffer, from, to);
            return;
        }
        if (matches) {
            System.arraycopy(buffer, from, begun, count, taken);
            count += taken;
            if (count < Preface.BYTES) {
                return;
            }
        }
        Protocol next = choose(matches ? http2 : http1);
        int at = matches ? from + taken : from;
        if (at < to && host.isOpen()) {
            next.received(buffer, at, to);
        }
    }

    /** Reads on in a head of HTTP/1, and looks, when it is complete, whether it asks for HTTP/2. */
    private void readHead(H1State reader, byte[] buffer, int from, int to) {
        int before = count;
        keep(buffer, from, to);
        // From where it stands: octets that could be a preface were not given to it. It has no deadline, so any time
        // will do.
        H1State.Event event = reader.next(begun, read, count, deadlineNanos);
        if (event == H1State.Event.NEED_INPUT) {
            read = count;
            return;
        }
        H2cUpgrade upgrade = event == H1State.Event.HEAD ? H2cUpgrade.of(reader.head()) : null;
        if (upgrade == null) {
            count = before;
            Protocol next = choose(http1);
            if (host.isOpen()) {
                next.received(buffer, from, to);
            }
        } else if (http2.take(host, true, armed, deadlineNanos) instanceof Http2 next) {
            lender = http2;
            chosen = next;
            next.upgraded(upgrade);
            if (reader.position() < count && host.isOpen()) {
                next.received(begun, reader.position(), count);
            }
        }
    }

    private void keep(byte[] buffer, int from, int to) {
        if (to - from > begun.length - count) {
            begun = Arrays.copyOf(begun, Math.max(2 * begun.length, count + to - from));
        }
        System.arraycopy(buffer, from, begun, count, to - from);
        count += to - from;
    }

    @Override
    public Outbox out() {
        return chosen == null ? nothing : chosen.out();
    }

    @Override
    public boolean takesInput() {
        return chosen == null || chosen.takesInput();
    }

    @Override
    public void sent(int bytes, long progress) {
        decided().sent(bytes, progress);
    }

    @Override
    public void sendWaits(boolean waits) {
        decided().sendWaits(waits);
    }

    @Override
    public void acknowledged(long bytes) {
        decided().acknowledged(bytes);
    }

    @Override
    public void advance() {
        if (chosen != null || host.isInputEnded()) {
            decided().advance();
        }
    }

    @Override
    public boolean canAdvance() {
        return chosen != null && chosen.canAdvance();
    }

    @Override
    public long heldBytes() {
        int headBytes = probe == null ? 0 : probe.heldBytes();
        return begun.length + headBytes + (chosen == null ? 0 : chosen.heldBytes());
    }

    @Override
    public boolean shed() {
        return decided().shed();
    }

    @Override
    public Verdict expired(long nowNanos) {
        return decided().expired(nowNanos);
    }

    @Override
    public void answerLate() {
        decided().answerLate();
    }

    @Override
    public boolean isAtRest() {
        return chosen != null && chosen.isAtRest();
    }

    @Override
    public boolean waitsForRequest() {
        return chosen != null && chosen.waitsForRequest();
    }

    @Override
    public boolean dropsRest() {
        return chosen != null && chosen.dropsRest();
    }

    @Override
    public boolean awaitsHandler() {
        return chosen != null && chosen.awaitsHandler();
    }

    @Override
    public void giveUp(Predicate<? super Thread> handlers) {
        if (chosen != null) {
            chosen.giveUp(handlers);
        }
    }

    @Override
    public void drain() {
        if (chosen != null) {
            chosen.drain();
        }
    }

    @Override
    public void stopReading() {
        if (chosen != null) {
            chosen.stopReading();
        }
    }

    @Override
    public void abandon(IOException cause) {
        if (chosen != null) {
            chosen.abandon(cause);
        }
    }

    @Override
    public void end(@Nullable IOException cause) {
        if (chosen != null) {
            chosen.end(cause);
        }
    }

    @Override
    public @Nullable Exchange awaitedExchange() {
        return chosen == null ? null : chosen.awaitedExchange();
    }

    @Override
    public long lateNanos(Phase phase, long nowNanos) {
        if (chosen != null) {
            return chosen.lateNanos(phase, nowNanos);
        }
        return phase == armed ? Math.max(-1, nowNanos - deadlineNanos) : -1;
    }

    @Override
    public boolean completesHead(byte[] pending, int pendingCount) {
        if (chosen != null) {
            return chosen.completesHead(pending, pendingCount);
        }
        byte[] all = Arrays.copyOf(begun, count + pendingCount);
        System.arraycopy(pending, 0, all, count, pendingCount);
        return http1.completesHead(all, all.length);
    }

    @Override
    public boolean isMidway() {
        return chosen != null && chosen.isMidway();
    }

    @Override
    public boolean lastWord(ByteSink sink) {
        return chosen != null && chosen.lastWord(sink);
    }
}
