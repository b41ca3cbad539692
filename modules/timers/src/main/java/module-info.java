import org.jspecify.annotations.NullMarked;

/** A clock that can be injected and a wheel of deadlines. */
@NullMarked
module ringfort.timers {
    requires static transitive org.jspecify;

    exports ringfort.timers;
}
