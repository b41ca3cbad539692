package ringfort.api;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Media types of files by extension: the types of the web, no look at the content and none at the machine's table. */
final class ContentTypes {
    private static final String UNKNOWN = "application/octet-stream";
    private static final Map<String, String> BY_EXTENSION = new HashMap<>();

    static {
        put("text/html; charset=utf-8", "html", "htm");
        put("text/css; charset=utf-8", "css");
        put("text/javascript; charset=utf-8", "js", "mjs");
        put("text/plain; charset=utf-8", "txt", "md", "log");
        put("text/csv; charset=utf-8", "csv");
        put("application/json", "json", "map");
        put("application/manifest+json", "webmanifest");
        put("application/xml", "xml");
        put("application/pdf", "pdf");
        put("application/wasm", "wasm");
        put("application/zip", "zip");
        put("application/gzip", "gz");
        put("image/svg+xml", "svg");
        put("image/png", "png");
        put("image/jpeg", "jpg", "jpeg");
        put("image/gif", "gif");
        put("image/webp", "webp");
        put("image/avif", "avif");
        put("image/x-icon", "ico");
        put("font/woff", "woff");
        put("font/woff2", "woff2");
        put("font/ttf", "ttf");
        put("audio/mpeg", "mp3");
        put("audio/ogg", "ogg");
        put("audio/wav", "wav");
        put("video/mp4", "mp4");
        put("video/webm", "webm");
    }

    private ContentTypes() {}

    private static void put(String type, String... extensions) {
        for (String extension : extensions) {
            BY_EXTENSION.put(extension, type);
        }
    }

    static String of(Path path) {
        Path name = path.getFileName();
        String text = name == null ? "" : name.toString();
        int dot = text.lastIndexOf('.');
        return dot < 0
                ? UNKNOWN
                : BY_EXTENSION.getOrDefault(text.substring(dot + 1).toLowerCase(Locale.ROOT), UNKNOWN);
    }
}
