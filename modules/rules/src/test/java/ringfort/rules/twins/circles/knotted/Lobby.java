package ringfort.rules.twins.circles.knotted;

/** Knows the kitchen by a field; its nested type is what the hall knows. */
public final class Lobby {
    private final Kitchen kitchen = new Kitchen();

    Kitchen kitchen() {
        return kitchen;
    }

    /** Counts as the lobby. */
    static final class Desk {}
}
