package ringfort.server.simulation;

/** What a collaborator of the server does wrong on purpose, to show that the simulation notices. */
enum Break {
    /** Nothing. */
    NONE(""),
    /** The timekeeper does not arm one deadline in four. */
    DEADLINE_NOT_ARMED("has passed and is not enforced"),
    /** A connection that was accepted is counted twice. */
    ACCEPTED_TWICE("accepted - closed"),
    /** A deadline is counted as armed that never was. */
    ARMED_TOO_MUCH("armed - cleared - expired"),
    /** A deadline is counted as cleared and was not. */
    CLEARED_TOO_MUCH("armed - cleared - expired"),
    /** The transport loses the last byte of a send. */
    BYTE_LOST("of the content for request"),
    /** The transport sends a byte twice. */
    BYTE_TWICE("of the content for request"),
    /** Memory to send from is written with an offset. */
    BYTES_MIXED_UP("of the content for request"),
    /** The pool of send buffers hands out memory that it has handed out before. */
    BUFFER_GIVEN_TWICE("a send buffer was given back twice"),
    /** The pool of protocol state gets one object twice. */
    STATE_GIVEN_TWICE("in the pool twice"),
    /** The transport does not tell the connection that a send has ended. */
    COMPLETION_LOST("did not get all its responses"),
    /** The transport closes while the kernel still has an operation of the connection. */
    CLOSED_TOO_EARLY("is closed with an operation in flight"),
    /** The transport says that the peer has taken everything. */
    ALL_TAKEN("a reset destroys"),
    /** The server has no deadline for heads although its options name one. */
    NO_HEADER_DEADLINE("is open and has no deadline"),
    /** A handler is started a second time while the first of its connection still runs. */
    TWO_HANDLERS("two exchanges at once"),
    /** A look at what waits in a socket finds nothing. */
    BLIND("had come in time"),
    /** A wake-up from another thread is lost. */
    WAKE_UP_LOST("was not woken");

    private final String says;

    Break(String says) {
        this.says = says;
    }

    /** What the simulation says of it, among other things. */
    String says() {
        return says;
    }
}
