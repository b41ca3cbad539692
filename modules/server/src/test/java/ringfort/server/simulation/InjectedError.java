package ringfort.server.simulation;

/** What the simulation throws inside a step of the server: each kind that a step can meet without a fault of its own. */
interface InjectedError {
    /** As on a machine without memory. */
    final class NoMemory extends OutOfMemoryError implements InjectedError {
        private static final long serialVersionUID = 1;

        NoMemory(String where) {
            super("injected in " + where);
        }
    }

    /** As behind a recursion of the application's. */
    final class NoStack extends StackOverflowError implements InjectedError {
        private static final long serialVersionUID = 1;

        NoStack(String where) {
            super("injected in " + where);
        }
    }

    /** As with a class that cannot be loaded. */
    final class NoClass extends LinkageError implements InjectedError {
        private static final long serialVersionUID = 1;

        NoClass(String where) {
            super("injected in " + where);
        }
    }

    /** As by a mistake of ours. */
    final class Mistake extends IllegalStateException implements InjectedError {
        private static final long serialVersionUID = 1;

        Mistake(String where) {
            super("injected in " + where);
        }
    }

    /** Throws one of them. */
    static void raise(int kind, String where) {
        switch (kind) {
            case 0 -> throw new NoStack(where);
            case 1 -> throw new NoClass(where);
            case 2 -> throw new Mistake(where);
            default -> throw new NoMemory(where);
        }
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
