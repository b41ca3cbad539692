package ringfort.rules.twins.circles.straight;

import ringfort.rules.twins.circles.knotted.Lobby;

/** Depends on another package. */
final class Lower {
    static Object lobby() {
        return new Lobby();
    }
}
