package ringfort.server.metrics;

/** Why a connection ended, as the metrics count it. */
public enum CloseReason {
    /** The peer closed between requests. */
    PEER,
    /** The peer closed in the middle of a request. */
    PEER_MIDWAY,
    /** The socket failed, by a reset as a rule. */
    RESET,
    /** The response said {@code Connection: close}. */
    FINISHED,
    /** The request was refused. */
    REFUSED,
    /** A deadline passed. */
    DEADLINE,
    /** The handler failed in the middle of its response. */
    HANDLER,
    /** The server was stopping. */
    DRAINED,
    /** The drain deadline passed. */
    FORCED,
    /** The server was short of memory or of places for connections. */
    SHED,
    /** A defect in the server closed this one connection. */
    DEFECT
}
