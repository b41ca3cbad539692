package ringfort.server.tls;

import org.jspecify.annotations.Nullable;
import ringfort.message.ByteSink;
import ringfort.server.protocol.Protocol;
import ringfort.server.wire.Outbox;
import ringfort.sys.OnWorker;
import ringfort.tls.TlsOutput;
import ringfort.tls.TlsState;

/**
 * Takes what the protocol within wants to send, has it encrypted, and keeps the records until the transport has sent them. Its
 * worker only.
 *
 * <p>While less than {@link #AHEAD_BYTES} of records wait, more is encrypted. So when all records are sent, all plaintext is, and
 * close_notify stands behind the last of it before the connection can think of its FIN.
 */
@OnWorker
final class RecordOutput implements TlsOutput {
    /** Plaintext is encrypted while fewer bytes of records than this wait to be sent. */
    static final int AHEAD_BYTES = 64 * 1024;

    private static final int LAST_WORD_BYTES = 1024;

    private final Outbox out;
    private final byte[] plaintext;
    private @Nullable ByteSink outside; // while the watchdog speaks
    private boolean filling;
    private boolean ends; // close_notify follows what is to be sent
    private boolean broken; // the engine has refused plaintext

    RecordOutput(TlsRoom room) {
        out = new Outbox(room.worker().buffers());
        plaintext = room.plaintext();
    }

    /** The records that are still to be sent. */
    Outbox out() {
        return out;
    }

    @Override
    public void send(byte[] array, int from, int to) {
        ByteSink sink = outside;
        if (sink != null) {
            sink.bytes(array, from, to);
        } else {
            out.expect(to - from);
            out.append(array, from, to);
        }
    }

    /** Bytes that are not encrypted. */
    void inClear(byte[] bytes) {
        out.append(bytes, 0, bytes.length);
    }

    /** Nothing is sent behind what is there, but close_notify. */
    void end() {
        ends = true;
    }

    /** Whether nothing more is to be sent than what is there. */
    boolean isEnding() {
        return ends;
    }

    /** Whether the engine has refused plaintext, so that the response is not whole. */
    boolean isBroken() {
        return broken;
    }

    /** Encrypts what there is, as far as there is room; {@code within} is null when it has nothing under way. */
    void fill(TlsState tls, @Nullable Protocol within) {
        if (filling) {
            return; // called by what is taken: the loop goes on with it
        }
        filling = true;
        try {
            while (within != null && !broken && tls.canSend() && out.queuedBytes() < AHEAD_BYTES) {
                int count = within.out().copyTo(plaintext);
                if (count == 0) {
                    break;
                }
                broken = !tls.send(plaintext, 0, count);
                within.sent(count, 0); // what the peer has taken of it is told by the transport
            }
        } finally {
            filling = false;
        }
        if (ends && (within == null || within.out().isEmpty())) {
            tls.closeOutput();
        }
    }

    /** Has close_notify written into {@code sink}. */
    void farewell(TlsState tls, ByteSink sink) {
        outside = sink;
        try {
            tls.closeOutput();
        } finally {
            outside = null;
        }
    }

    /** Has a whole answer encrypted into {@code sink}, and close_notify behind it; false when it would come behind other bytes. */
    boolean lastWord(TlsState tls, Protocol within, ByteSink sink) {
        var answer = new ByteSink(LAST_WORD_BYTES);
        if (!out.isEmpty() || !tls.canSend() || !within.lastWord(answer)) {
            return false;
        }
        outside = sink;
        try {
            boolean sent = tls.send(answer.array(), 0, answer.length());
            tls.closeOutput();
            return sent;
        } finally {
            outside = null;
        }
    }
}
