package ringfort.rules;

/** What is said of a type, a method or a parameter by {@code @OnWorker} and {@code @OffWorker}, known by their names. */
enum Mark {
    NONE,
    ON,
    OFF;

    /** The mark that an annotation stands for, given its descriptor. */
    static Mark of(String annotationDescriptor) {
        return switch (annotationDescriptor) {
            case "Lringfort/sys/OnWorker;" -> ON;
            case "Lringfort/sys/OffWorker;" -> OFF;
            default -> NONE;
        };
    }

    Mark orElse(Mark other) {
        return this == NONE ? other : this;
    }
}
