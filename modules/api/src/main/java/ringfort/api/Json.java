package ringfort.api;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.JsonCodec;

/** The JSON codec, looked for at first use. Any thread; two threads may look at the same time and find the same. */
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

    private static JsonCodec installed() {
        return ServiceLoader.load(JsonCodec.class, JsonCodec.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No JSON codec is on the module or class path; add"
                        + " org.ringfort:ringfort-json (module ringfort.json), or provide ringfort.api.spi.JsonCodec"));
    }
}
