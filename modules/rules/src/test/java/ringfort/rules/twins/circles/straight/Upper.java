package ringfort.rules.twins.circles.straight;

/** Depends on what is below it, and knows its own nested types, which know it: that is one type. */
final class Upper {
    private final Part part = new Part(this);

    String name(Lower lower) {
        return part.owner().getClass().getName() + (lower == null);
    }

    /** Knows its owner. */
    record Part(Upper owner) {}
}
