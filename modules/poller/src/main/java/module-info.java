import org.jspecify.annotations.NullMarked;

/**
 * epoll and timerfd, and a sweep over deadlines that is silent when there are none.
 *
 * <p>The module stands alone: a program with an event loop of its own needs this module and the two it requires, not
 * the server. Its only package is exported. {@code ringfort.sys} comes along, because a program opens, reads and writes
 * the watched descriptors with it ({@link ringfort.sys.EventFd} wakes a loop from another thread).
 * {@code ringfort.timers} comes along, because the entries of a {@link ringfort.poller.Sweep} are of a type of that
 * module. Grant the native access to {@code ringfort.sys}, which makes all calls:
 * {@code --enable-native-access=ringfort.sys}.
 */
@NullMarked
module ringfort.poller {
    requires static org.jspecify;
    requires transitive ringfort.sys;
    requires transitive ringfort.timers;

    exports ringfort.poller;
}
