import org.jspecify.annotations.NullMarked;

/**
 * Measurements: JMH benchmarks of parts, and rigs that drive the whole server as a process of its own. Exports nothing;
 * JMH finds its benchmarks on the class path.
 */
@NullMarked
module ringfort.bench {
    requires HdrHistogram;
    requires java.net.http;
    requires jdk.jfr;
    requires jmh.core;
    requires ringfort.api;
    requires ringfort.h1;
    requires ringfort.ring;
    requires ringfort.sys;
    requires ringfort.timers;
    requires static org.jspecify;
}
