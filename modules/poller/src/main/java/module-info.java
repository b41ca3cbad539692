import org.jspecify.annotations.NullMarked;

/**
 * epoll and timerfd, and a sweep over deadlines that is silent when there are none.
 *
 * <p>The module stands alone: an event loop of one's own needs it and what it requires, not the server. Its only package
 * is exported. Both modules below it come along: {@code ringfort.sys}, because what one watches is opened, read, written
 * and signalled with it ({@link ringfort.sys.EventFd} wakes a loop from another thread), and {@code ringfort.timers},
 * because the entries of a {@link ringfort.poller.Sweep} are its type. Grant the native access to
 * {@code ringfort.sys}, which makes all calls: {@code --enable-native-access=ringfort.sys}.
 */
@NullMarked
module ringfort.poller {
    requires static org.jspecify;
    requires transitive ringfort.sys;
    requires transitive ringfort.timers;

    exports ringfort.poller;
}
