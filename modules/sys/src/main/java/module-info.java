import org.jspecify.annotations.NullMarked;

/** Bindings to libc. */
@NullMarked
module ringfort.sys {
    requires static transitive org.jspecify;
}
