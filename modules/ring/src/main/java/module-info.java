import org.jspecify.annotations.NullMarked;

/** io_uring. */
@NullMarked
module ringfort.ring {
    requires static transitive org.jspecify;
    requires ringfort.sys;
}
