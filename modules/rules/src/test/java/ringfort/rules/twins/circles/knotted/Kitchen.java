package ringfort.rules.twins.circles.knotted;

/** Names the hall in a cast, and nowhere else. */
final class Kitchen {
    Object ask(Object room) {
        return (Hall) room;
    }
}
