package ringfort.api;

/** Where the handlers of a route run. The meaning of a handler is the same in all three; only its cost differs. */
public enum Placement {
    /**
     * On a virtual thread carried by the worker that read the request: no hop to another thread. The default. A route
     * seen to hold its worker is moved to {@link #OFFLOADED} by itself.
     */
    CARRIED,
    /** In the worker's completion loop itself. For handlers that never block and finish within microseconds. */
    INLINE,
    /**
     * On a virtual thread of the JDK's scheduler. For handlers that sit in file I/O, name look-up, native code or long
     * computation, for which the JDK adds threads and a worker cannot.
     */
    OFFLOADED
}
