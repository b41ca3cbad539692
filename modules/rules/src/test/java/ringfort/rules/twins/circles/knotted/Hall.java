package ringfort.rules.twins.circles.knotted;

/** Closes the circle by a type that is nested in the lobby. */
final class Hall {
    Object desks() {
        return new Lobby.Desk[2];
    }
}
