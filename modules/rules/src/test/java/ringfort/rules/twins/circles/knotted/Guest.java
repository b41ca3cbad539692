package ringfort.rules.twins.circles.knotted;

/** Uses the knot and is not in it. */
final class Guest {
    Kitchen enter(Lobby lobby) {
        return lobby.kitchen();
    }
}
