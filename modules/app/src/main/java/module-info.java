import org.jspecify.annotations.NullMarked;

/**
 * The ringfort program: its command line, the application it serves to try things out, and the doctor. Exports nothing:
 * it is run, not called.
 */
@NullMarked
module ringfort.app {
    requires static org.jspecify;
    requires ringfort.api;
    requires ringfort.server;
    requires ringfort.json;
    requires ringfort.filters;
    requires ringfort.websocket;

    uses ringfort.api.spi.Engine;
}
