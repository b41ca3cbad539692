import org.jspecify.annotations.NullMarked;

/**
 * What a service puts around its handlers. Each filter is a plain function of {@code ringfort.api}; nobody who does not use them
 * pays for them. Time comes from {@code ringfort.timers}, so that tests can move it.
 */
@NullMarked
module ringfort.filters {
    requires static org.jspecify;
    requires transitive ringfort.api;
    requires transitive ringfort.timers;

    exports ringfort.filters;
}
