package ringfort.server.tls;

import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.server.exchange.Exchange;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.Protocols;
import ringfort.sys.OnWorker;

/**
 * The protocol within an encrypted connection: which one was agreed on, and its state while something is under way. Its worker
 * only.
 */
@OnWorker
final class Within {
    private final TlsHost host;
    private final TlsSlot slot;
    private @Nullable Protocols lender; // once the handshake has finished
    private @Nullable Protocol current; // while something is under way

    Within(TlsHost host, TlsSlot slot) {
        this.host = host;
        this.slot = slot;
    }

    /** The handshake has finished, and this is what it has agreed on. */
    void agreed(Protocols protocols) {
        lender = protocols;
    }

    /** Whether the handshake has finished. */
    boolean isAgreed() {
        return lender != null;
    }

    /** Its state; null while nothing is under way. */
    @Nullable Protocol current() {
        return current;
    }

    /** Its state, lent if there was none. */
    Protocol engage() {
        Protocol present = current;
        if (present == null) {
            Protocols from = lender;
            if (from == null) {
                throw new IllegalStateException("plaintext before the handshake has finished");
            }
            present = from.take(host, !host.isServed(), slot.phase(), slot.dueNanos());
            current = present;
        }
        return present;
    }

    void giveBack() {
        Protocol present = current;
        Protocols from = lender;
        current = null;
        if (present != null && from != null) {
            from.give(present);
        }
    }

    boolean takesInput() {
        return current == null || current.takesInput();
    }

    boolean canAdvance() {
        return current != null && current.canAdvance();
    }

    void advance() {
        if (current != null) {
            current.advance();
        }
    }

    /** Whether the handshake has finished, and nothing is under way. */
    boolean isAtRest() {
        return isAgreed() && (current == null || current.isAtRest());
    }

    boolean waitsForRequest() {
        return isAgreed() && (current == null ? host.isServed() : current.waitsForRequest());
    }

    boolean dropsRest() {
        return current == null || current.dropsRest();
    }

    boolean awaitsHandler() {
        return current != null && current.awaitsHandler();
    }

    void giveUp(Predicate<? super Thread> handlers) {
        if (current != null) {
            current.giveUp(handlers);
        }
    }

    boolean isMidway() {
        return current != null && current.isMidway();
    }

    long heldBytes() {
        return current == null ? 0 : current.heldBytes();
    }

    void acknowledged(long bytes) {
        if (current != null) {
            current.acknowledged(bytes);
        }
    }

    void stopReading() {
        if (current != null) {
            current.stopReading();
        }
    }

    void abandon(IOException cause) {
        if (current != null) {
            current.abandon(cause);
        }
    }

    void end(@Nullable IOException cause) {
        if (current != null) {
            current.end(cause);
        }
    }

    boolean shed() {
        return current != null && current.shed();
    }

    @Nullable Exchange awaitedExchange() {
        return current == null ? null : current.awaitedExchange();
    }

    long lateNanos(Phase phase, long nowNanos) {
        return current == null ? slot.lateNanos(phase, nowNanos) : current.lateNanos(phase, nowNanos);
    }
}
