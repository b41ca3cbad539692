package ringfort.server.metrics;

/** Why a connection was given up for others, in the order in which that is done. */
public enum Shed {
    /** All places were taken, and it had been idle for the longest time. */
    PLACE,
    /** Memory was short, and it was idle. */
    IDLE,
    /** Memory was short, and its peer was nearly too slow in reading its response or in sending its content. */
    SLOW,
    /** Memory was short, and it held a large part of a request head. */
    HEAD,
    /** Memory was used up, and its handler did not read the content that had come. */
    UNREAD
}
