import org.jspecify.annotations.NullMarked;

/** The ringfort program. */
@NullMarked
module ringfort.app {
    requires static transitive org.jspecify;
    requires ringfort.api;
    requires ringfort.server;
    requires ringfort.json;
}
