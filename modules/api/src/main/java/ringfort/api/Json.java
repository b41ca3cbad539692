package ringfort.api;

import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.JsonCodec;

/** The JSON codec, looked for when a server starts or at first use. Any thread; two threads may look at the same time and find the same. */
final class Json {
    private static volatile @Nullable JsonCodec found;

    private Json() {}

    static JsonCodec codec() {
        JsonCodec codec = found;
        if (codec == null) {
            codec = installed();
            found = codec;
        }
        return codec;
    }

    /** Makes the codec ready before there are requests; without a codec there is nothing to do. */
    static void prepare() {
        try {
            Optional<JsonCodec> installed = find();
            if (found == null && installed.isPresent()) {
                installed.get().prepare();
                found = installed.get();
            }
        } catch (RuntimeException | ServiceConfigurationError | LinkageError e) {
            System.getLogger("ringfort").log(Level.WARNING, "The JSON codec could not be made ready", e);
        }
    }

    private static JsonCodec installed() {
        return find().orElseThrow(() -> new IllegalStateException(
                Engines.missing("JSON codec", JsonCodec.class, "org.ringfort:ringfort-json (module ringfort.json)")
                        + "; or provide ringfort.api.spi.JsonCodec"));
    }

    private static Optional<JsonCodec> find() {
        Optional<JsonCodec> codec = ServiceLoader.load(JsonCodec.class, JsonCodec.class.getClassLoader())
                .findFirst();
        return codec.isPresent() ? codec : ServiceLoader.load(JsonCodec.class).findFirst();
    }
}
