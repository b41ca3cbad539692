import org.jspecify.annotations.NullMarked;

/**
 * io_uring for Java, without native code of its own.
 *
 * <p>{@code ringfort.ring} is exported as a library of its own: a {@link ringfort.ring.Ring} is the kernel's pair of
 * queues and knows nothing of servers, connections or HTTP. See the package page for a first program.
 * {@code ringfort.sys} comes along, because a program opens descriptors with it and names error numbers with it. Grant
 * native access to both: {@code --enable-native-access=ringfort.sys,ringfort.ring}.
 */
@NullMarked
module ringfort.ring {
    requires static org.jspecify;
    requires transitive ringfort.sys;

    exports ringfort.ring;
}
