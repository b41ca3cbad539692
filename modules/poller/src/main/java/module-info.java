import org.jspecify.annotations.NullMarked;

/** epoll, timerfd and eventfd. */
@NullMarked
module ringfort.poller {
    requires static transitive org.jspecify;
    requires ringfort.sys;
    requires ringfort.timers;
}
