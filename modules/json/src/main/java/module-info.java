import org.jspecify.annotations.NullMarked;

/** JSON for handlers, by Jackson. */
@NullMarked
module ringfort.json {
    requires static transitive org.jspecify;
    requires ringfort.api;
}
