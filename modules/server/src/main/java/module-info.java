import org.jspecify.annotations.NullMarked;
import ringfort.api.spi.Engine;
import ringfort.server.NioEngine;
import ringfort.server.PollEngine;
import ringfort.server.RingEngine;

/**
 * The engines that serve what is written against {@code ringfort.api}: {@code ring} on io_uring, {@code poll} on epoll,
 * {@code nio} on the JDK's selectors.
 *
 * <p>Nothing is exported: an application compiles against the API, which finds the engines as services. At run time
 * {@code --add-opens java.base/java.lang=ringfort.server} lets handlers' virtual threads run on the workers themselves.
 */
@NullMarked
module ringfort.server {
    requires static jdk.jfr;
    requires static org.jspecify;
    requires ringfort.api;
    requires ringfort.budget;
    requires ringfort.h1;
    requires ringfort.h2;
    requires ringfort.message;
    requires ringfort.poller;
    requires ringfort.ring;
    requires ringfort.sys;
    requires ringfort.timers;
    requires ringfort.tls;

    provides Engine with
            RingEngine,
            PollEngine,
            NioEngine;
}
