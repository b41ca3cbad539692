import org.jspecify.annotations.NullMarked;

/**
 * The few libc calls a network server makes, bound through the Foreign Function and Memory API.
 *
 * <p>{@code ringfort.sys} is exported because every program that uses Linux descriptors from Java can use it:
 * {@link ringfort.sys.Libc} in the kernel's own style (negative error numbers, no exceptions, no allocation),
 * {@link ringfort.sys.Sockets} and {@link ringfort.sys.EventFd} one step above it, and {@link ringfort.sys.Downcall}
 * for rooms that bind more calls of their own. Grant it native access: {@code --enable-native-access=ringfort.sys}.
 */
@NullMarked
module ringfort.sys {
    requires static org.jspecify;

    exports ringfort.sys;
}
