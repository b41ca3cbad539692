package ringfort.app;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;

/** As much of an HTTP client as a launch test needs, from java.base: the module reads no other. */
final class Http {
    private static final int BOUND_MILLIS = 10_000;

    private Http() {}

    /** Returns the status of an answer. */
    static int status(URI uri) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(BOUND_MILLIS);
        connection.setReadTimeout(BOUND_MILLIS);
        return connection.getResponseCode();
    }

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
