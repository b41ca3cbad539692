import org.jspecify.annotations.NullMarked;

/**
 * JSON for handlers, by Jackson: {@code Response.json} and {@code Request.json} find it when it is on the module path.
 *
 * <p>Exports nothing: applications speak to {@code ringfort.api}. A modular application opens the packages of the
 * records it sends and receives to {@code tools.jackson.databind}.
 */
@NullMarked
module ringfort.json {
    requires static org.jspecify;
    requires ringfort.api;
    requires tools.jackson.databind;

    provides ringfort.api.spi.JsonCodec with
            ringfort.json.JacksonCodec;
}
