import org.jspecify.annotations.NullMarked;

/** The DSL an application compiles against. */
@NullMarked
module ringfort.api {
    requires static transitive org.jspecify;
}
