package ringfort.server.loop;

import ringfort.server.metrics.CloseReason;

/**
 * How far a connection has come with ending: what our side has done, what the peer has done, and why it ends. A value; each
 * step gives another. All values are made once, so that a connection has one without an object of its own.
 *
 * <pre>
 *  ours            meaning                                              from here
 *  OPEN            requests are read and answered                       closing, halfClosing, gone
 *  HALF_CLOSING    a tunnel's output has ended; our FIN follows it      finSent → HALF_CLOSED, closing → CLOSING, gone
 *  HALF_CLOSED     our FIN is out, the tunnel still reads               closing → LINGERING, gone
 *  CLOSING         the last bytes are queued; nothing more is read      finSent → LINGERING, gone
 *  LINGERING       our FIN is out; what comes is dropped                gone
 *  FAILING         the last bytes are queued; a reset follows them      gone
 *  GONE            the transport cancels what is in flight and closes   –
 *
 *  theirs          meaning
 *  OPEN            the peer may send
 *  SAID_LAST       it has said that its last request is the last, and nothing came behind it
 *  ENDED           it has sent its FIN
 *
 *  what is next     ours                          and
 *  SEND_FIN         CLOSING, HALF_CLOSING         everything is sent; in CLOSING, the peer is OPEN
 *  CLOSE            CLOSING, LINGERING            everything is sent, and the peer has SAID_LAST or ENDED
 *  RESET            FAILING                       everything is sent: the reset follows once the peer has taken it
 *  WAIT             else
 * </pre>
 */
final class Ending {
    /** What our side has done. */
    enum Ours {
        OPEN,
        HALF_CLOSING,
        HALF_CLOSED,
        CLOSING,
        LINGERING,
        FAILING,
        GONE
    }

    /** What the peer has done. */
    enum Theirs {
        OPEN,
        SAID_LAST,
        ENDED
    }

    /** What is to be done. */
    enum Next {
        WAIT,
        SEND_FIN,
        CLOSE,
        RESET
    }

    private static final Ours[] OURS = Ours.values();
    private static final Theirs[] THEIRS = Theirs.values();
    private static final CloseReason[] REASONS = CloseReason.values();
    private static final Ending[] ALL = new Ending[OURS.length * THEIRS.length * REASONS.length];

    static {
        for (Ours ours : OURS) {
            for (Theirs theirs : THEIRS) {
                for (CloseReason reason : REASONS) {
                    ALL[index(ours, theirs, reason)] = new Ending(ours, theirs, reason);
                }
            }
        }
    }

    /** Of a new connection. */
    static final Ending NONE = of(Ours.OPEN, Theirs.OPEN, CloseReason.PEER);

    private final Ours ours;
    private final Theirs theirs;
    private final CloseReason reason;

    private Ending(Ours ours, Theirs theirs, CloseReason reason) {
        this.ours = ours;
        this.theirs = theirs;
        this.reason = reason;
    }

    @SuppressWarnings("EnumOrdinal") // the index never leaves this class
    private static int index(Ours ours, Theirs theirs, CloseReason reason) {
        return (ours.ordinal() * THEIRS.length + theirs.ordinal()) * REASONS.length + reason.ordinal();
    }

    private static Ending of(Ours ours, Theirs theirs, CloseReason reason) {
        return ALL[index(ours, theirs, reason)];
    }

    // What happened.

    /** Nothing more is read, and what is queued is the last. The first reason is the one that counts. */
    Ending closing(CloseReason why) {
        return switch (ours) {
            case OPEN, HALF_CLOSING -> of(Ours.CLOSING, theirs, why);
            case HALF_CLOSED -> of(Ours.LINGERING, theirs, why);
            case CLOSING, LINGERING, FAILING, GONE -> this;
        };
    }

    /** Nothing more is read, what is queued is the last, and the peer must be able to tell that it is not whole. */
    Ending failing(CloseReason why) {
        return isOpen() ? of(Ours.FAILING, theirs, why) : this;
    }

    /** A tunnel's handler has ended its output. */
    Ending halfClosing() {
        return ours == Ours.OPEN ? of(Ours.HALF_CLOSING, theirs, reason) : this;
    }

    /** Our FIN is out. */
    Ending finSent() {
        return switch (ours) {
            case HALF_CLOSING -> of(Ours.HALF_CLOSED, theirs, reason);
            case CLOSING -> of(Ours.LINGERING, theirs, reason);
            case OPEN, HALF_CLOSED, LINGERING, FAILING, GONE -> this;
        };
    }

    /** The connection has ended; a reason why it was closing stays, unless that did not come about. */
    Ending gone(CloseReason why) {
        boolean ending = ours == Ours.CLOSING || ours == Ours.LINGERING || ours == Ours.FAILING;
        return of(Ours.GONE, theirs, ending ? reason : why);
    }

    /** As {@link #gone}, for a connection that was to close in order and is cut instead. */
    Ending cut(CloseReason why) {
        return of(Ours.GONE, theirs, why);
    }

    /** The peer has said that it sends nothing more, or has sent something all the same. */
    Ending saidLast(boolean last) {
        return theirs == Theirs.ENDED ? this : of(ours, last ? Theirs.SAID_LAST : Theirs.OPEN, reason);
    }

    /** The peer has sent its FIN. */
    Ending inputEnded() {
        return of(ours, Theirs.ENDED, reason);
    }

    // What follows.

    /** What is to be done, when there is or is not something left to send. */
    Next next(boolean outputLeft) {
        if (outputLeft) {
            return Next.WAIT;
        }
        return switch (ours) {
            case OPEN, HALF_CLOSED, GONE -> Next.WAIT;
            case HALF_CLOSING -> Next.SEND_FIN;
            case FAILING -> Next.RESET;
            case CLOSING -> theirs == Theirs.OPEN ? Next.SEND_FIN : Next.CLOSE;
            case LINGERING -> theirs == Theirs.OPEN ? Next.WAIT : Next.CLOSE;
        };
    }

    /** Whether requests, or a tunnel's bytes, are still read. */
    boolean isOpen() {
        return ours == Ours.OPEN || ours == Ours.HALF_CLOSING || ours == Ours.HALF_CLOSED;
    }

    /** Whether our FIN is out and what the peer still sends is dropped. */
    boolean isLingering() {
        return ours == Ours.LINGERING;
    }

    /** Whether a reset is to follow what is queued. */
    boolean isFailing() {
        return ours == Ours.FAILING;
    }

    /** Whether the connection has ended. */
    boolean isGone() {
        return ours == Ours.GONE;
    }

    /** Whether the peer has sent its FIN. */
    boolean isInputEnded() {
        return theirs == Theirs.ENDED;
    }

    /** Why the connection ends; meaningful once it does. */
    CloseReason reason() {
        return reason;
    }

    @Override
    public String toString() {
        return ours + "/" + theirs + "/" + reason;
    }
}
