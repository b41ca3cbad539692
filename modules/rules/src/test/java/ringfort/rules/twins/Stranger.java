package ringfort.rules.twins;

import ringfort.rules.twins.internals.internal.Secret;

/** May not ask. */
public final class Stranger {
    private Stranger() {}

    /** Asks. */
    public static String ask() {
        return Secret.tell();
    }
}
