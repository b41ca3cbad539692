package ringfort.proof;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;

/** As much of an HTTP client as these tests need. */
final class Http {
    private static final int BOUND_MILLIS = 10_000;

    private Http() {}

    /** Returns the content of a successful answer. */
    static String get(URI uri) throws IOException {
        URLConnection connection = uri.toURL().openConnection();
        connection.setConnectTimeout(BOUND_MILLIS);
        connection.setReadTimeout(BOUND_MILLIS);
        try (InputStream body = connection.getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
