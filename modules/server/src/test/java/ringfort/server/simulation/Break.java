package ringfort.server.simulation;

/** What a collaborator of the server does wrong on purpose, to show that the simulation notices. */
enum Break {
    /** Nothing. */
    NONE,
    /** The timekeeper does not arm one deadline in four. */
    DEADLINE_NOT_ARMED,
    /** A connection that was accepted is counted twice. */
    ACCEPTED_TWICE,
    /** A deadline is counted as armed that never was. */
    ARMED_TOO_MUCH,
    /** A deadline is counted as cleared and was not. */
    CLEARED_TOO_MUCH,
    /** The transport loses the last byte of a send. */
    BYTE_LOST,
    /** The transport sends a byte twice. */
    BYTE_TWICE,
    /** Memory to send from is written with an offset. */
    BYTES_MIXED_UP,
    /** The pool of send buffers hands out memory that it has handed out before. */
    BUFFER_GIVEN_TWICE,
    /** The pool of protocol state gets one object twice. */
    STATE_GIVEN_TWICE,
    /** The transport does not tell the connection that a send has ended. */
    COMPLETION_LOST,
    /** The transport closes while the kernel still has an operation of the connection. */
    CLOSED_TOO_EARLY,
    /** The server has no deadline for heads although its options name one. */
    NO_HEADER_DEADLINE,
    /** A handler is started a second time while the first of its connection still runs. */
    TWO_HANDLERS,
    /** A wake-up from another thread is lost. */
    WAKE_UP_LOST,
}
