import org.jspecify.annotations.NullMarked;

/** HTTP/1.1 without input or output. */
@NullMarked
module ringfort.h1 {
    requires static transitive org.jspecify;

    exports ringfort.h1;
}
