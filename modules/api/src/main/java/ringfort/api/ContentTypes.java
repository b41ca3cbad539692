package ringfort.api;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Media types of files by extension: what websites, downloads and documents are made of, by the registry of IANA where it
 * knows them. No look at the content, and none at the machine's table, so that the same file is the same everywhere.
 * {@code .ts} is left out: it is as often TypeScript as video.
 */
final class ContentTypes {
    private static final String UNKNOWN = "application/octet-stream";
    private static final Map<String, String> BY_EXTENSION = new HashMap<>();

    static {
        put("text/html; charset=utf-8", "html", "htm");
        put("application/xhtml+xml", "xhtml");
        put("text/css; charset=utf-8", "css");
        put("text/javascript; charset=utf-8", "js", "mjs", "cjs");
        put("text/plain; charset=utf-8", "txt", "text", "log", "conf", "ini", "properties");
        put("text/markdown; charset=utf-8", "md", "markdown");
        put("text/csv; charset=utf-8", "csv");
        put("text/tab-separated-values; charset=utf-8", "tsv");
        put("text/calendar; charset=utf-8", "ics");
        put("text/vcard; charset=utf-8", "vcf");
        put("text/vtt; charset=utf-8", "vtt");
        put("application/yaml", "yaml", "yml");
        put("application/toml", "toml");
        put("application/json", "json", "map");
        put("application/ld+json", "jsonld");
        put("application/geo+json", "geojson");
        put("application/jsonl", "jsonl", "ndjson");
        put("application/manifest+json", "webmanifest");
        put("application/schema+json", "schema");
        put("application/xml", "xml", "xsd");
        put("application/xslt+xml", "xsl", "xslt");
        put("application/atom+xml", "atom");
        put("application/rss+xml", "rss");
        put("application/gpx+xml", "gpx");
        put("application/vnd.google-earth.kml+xml", "kml");
        put("application/pdf", "pdf");
        put("application/rtf", "rtf");
        put("application/epub+zip", "epub");
        put("application/wasm", "wasm");
        put("application/sql", "sql");
        put("application/zip", "zip");
        put("application/gzip", "gz", "tgz");
        put("application/zstd", "zst");
        put("application/x-bzip2", "bz2");
        put("application/x-xz", "xz");
        put("application/x-7z-compressed", "7z");
        put("application/vnd.rar", "rar");
        put("application/x-tar", "tar");
        put("application/java-archive", "jar", "war");
        put("application/vnd.android.package-archive", "apk");
        put("application/vnd.debian.binary-package", "deb");
        put("application/x-rpm", "rpm");
        put("application/msword", "doc");
        put("application/vnd.ms-excel", "xls");
        put("application/vnd.ms-powerpoint", "ppt");
        put("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx");
        put("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx");
        put("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx");
        put("application/vnd.oasis.opendocument.text", "odt");
        put("application/vnd.oasis.opendocument.spreadsheet", "ods");
        put("application/vnd.oasis.opendocument.presentation", "odp");
        put("application/vnd.apple.mpegurl", "m3u8");
        put("application/dash+xml", "mpd");
        put("application/pkcs7-mime", "p7m", "p7c");
        put("application/pgp-signature", "sig", "asc");
        put("application/x-x509-ca-cert", "crt", "der");
        put("application/x-pem-file", "pem");
        put("image/svg+xml", "svg");
        put("image/png", "png");
        put("image/apng", "apng");
        put("image/jpeg", "jpg", "jpeg");
        put("image/gif", "gif");
        put("image/webp", "webp");
        put("image/avif", "avif");
        put("image/jxl", "jxl");
        put("image/heic", "heic");
        put("image/tiff", "tif", "tiff");
        put("image/bmp", "bmp");
        put("image/x-icon", "ico");
        put("font/woff", "woff");
        put("font/woff2", "woff2");
        put("font/ttf", "ttf");
        put("font/otf", "otf");
        put("font/collection", "ttc");
        put("application/vnd.ms-fontobject", "eot");
        put("audio/mpeg", "mp3");
        put("audio/mp4", "m4a");
        put("audio/aac", "aac");
        put("audio/ogg", "ogg", "oga", "opus");
        put("audio/flac", "flac");
        put("audio/wav", "wav");
        put("audio/midi", "mid", "midi");
        put("audio/webm", "weba");
        put("video/mp4", "mp4", "m4v");
        put("video/webm", "webm");
        put("video/ogg", "ogv");
        put("video/mpeg", "mpeg", "mpg");
        put("video/quicktime", "mov");
        put("video/x-matroska", "mkv");
        put("video/x-msvideo", "avi");
        put("video/mp2t", "m2ts");
        put("model/gltf+json", "gltf");
        put("model/gltf-binary", "glb");
        put("model/stl", "stl");
    }

    private ContentTypes() {}

    private static void put(String type, String... extensions) {
        for (String extension : extensions) {
            BY_EXTENSION.put(extension, type);
        }
    }

    static String of(Path path) {
        return of(path, Map.of());
    }

    /** By the application's types first; the keys are extensions in lower case. */
    static String of(Path path, Map<String, String> own) {
        Path name = path.getFileName();
        String text = name == null ? "" : name.toString();
        int dot = text.lastIndexOf('.');
        if (dot < 0) {
            return UNKNOWN;
        }
        String extension = text.substring(dot + 1).toLowerCase(Locale.ROOT);
        String type = own.get(extension);
        return type != null ? type : BY_EXTENSION.getOrDefault(extension, UNKNOWN);
    }
}
