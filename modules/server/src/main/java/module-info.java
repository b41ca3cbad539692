import org.jspecify.annotations.NullMarked;

/** The engines: ring, poll and threads. */
@NullMarked
module ringfort.server {
    requires static transitive org.jspecify;
    requires ringfort.api;
    requires ringfort.timers;
    requires ringfort.h1;
    requires ringfort.sys;
    requires ringfort.ring;
    requires ringfort.poller;
}
