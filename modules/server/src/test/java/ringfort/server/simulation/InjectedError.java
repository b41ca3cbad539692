package ringfort.server.simulation;

/** An error that the simulation throws inside a step of the server, as a machine without memory would. */
final class InjectedError extends OutOfMemoryError {
    private static final long serialVersionUID = 1;

    InjectedError(String where) {
        super("injected in " + where);
    }

    /** Whether {@code cause}, or what it was caused by, was injected. */
    static boolean isBehind(Throwable cause) {
        for (Throwable next = cause; next != null; next = next.getCause()) {
            if (next instanceof InjectedError) {
                return true;
            }
        }
        return false;
    }
}
