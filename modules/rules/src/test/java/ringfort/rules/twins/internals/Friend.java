package ringfort.rules.twins.internals;

import ringfort.rules.twins.internals.internal.Secret;

/** May ask. */
public final class Friend {
    private Friend() {}

    /** Asks. */
    public static String ask() {
        return Secret.tell();
    }
}
