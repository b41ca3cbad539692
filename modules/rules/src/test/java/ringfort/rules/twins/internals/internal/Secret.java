package ringfort.rules.twins.internals.internal;

/** For the package above and those below it only. */
public final class Secret {
    private Secret() {}

    /** Tells. */
    public static String tell() {
        return "secret";
    }
}
