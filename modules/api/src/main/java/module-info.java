import org.jspecify.annotations.NullMarked;

/**
 * The face of Ringfort: what an application compiles against, and nothing of how bytes travel.
 *
 * <p>Engines and the JSON codec are found through {@link java.util.ServiceLoader}, so that an application that names
 * only this module still runs on whichever engine the machine offers.
 */
@NullMarked
module ringfort.api {
    requires static org.jspecify;

    exports ringfort.api;
    exports ringfort.api.spi;

    uses ringfort.api.spi.Engine;
    uses ringfort.api.spi.JsonCodec;
}
