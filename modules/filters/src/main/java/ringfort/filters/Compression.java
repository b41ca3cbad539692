package ringfort.filters;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;

/**
 * Compresses content by gzip where the client takes it ({@code Accept-Encoding}): text, JSON, XML, scripts, SVG, WebAssembly, of
 * 1 KiB or more, in memory or streamed. Streams are flushed where their writer flushes, so that events arrive at once. Pictures
 * and other compressed types, files, ranges and what says {@code no-transform} are left as they are.
 *
 * <p>A page that holds a secret and repeats text of the request should not be compressed: the length tells an observer how much
 * of his guess was right (the attack called BREACH). Leave such routes out, or mask the secret.
 *
 * <p>Immutable; any thread.
 */
public final class Compression implements Filter {
    private static final int LEAST_BYTES = 1024;
    private static final int BUFFER_BYTES = 4096;
    private static final int LEVEL = 5;

    private static final Set<String> TYPES = Set.of(
            "application/json",
            "application/xml",
            "application/javascript",
            "application/wasm",
            "application/x-ndjson",
            "application/manifest+json",
            "image/svg+xml",
            "image/bmp");

    private Compression() {}

    /**
     * Compresses by gzip.
     *
     * @return the filter; further out than {@link WebFilters#etag} and {@link ringfort.api.Filters#conditional}
     */
    public static Compression gzip() {
        return new Compression();
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        Response response = next.handle(request);
        if (!isEligible(response)) {
            return response;
        }
        Response varied = response.vary("Accept-Encoding");
        return "gzip".equals(request.acceptsEncoding("gzip"))
                ? compressed(varied, request.method().equals("HEAD"))
                : varied;
    }

    private static boolean isEligible(Response response) {
        Body body = response.body();
        boolean large = body instanceof Body.Streaming streamed
                ? streamed.length() < 0 || streamed.length() >= LEAST_BYTES
                : body instanceof Body.Bytes(byte[] bytes) && bytes.length >= LEAST_BYTES;
        return large
                && response.status() != 206
                && !response.headers().contains("Content-Encoding")
                && isCompressible(response.header("Content-Type"))
                && !says(response.header("Cache-Control"), "no-transform");
    }

    private static boolean says(@Nullable String field, String directive) {
        return field != null && field.toLowerCase(Locale.ROOT).contains(directive);
    }

    private static boolean isCompressible(@Nullable String type) {
        if (type == null) {
            return false;
        }
        int semicolon = type.indexOf(';');
        String media =
                (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        return media.startsWith("text/") || TYPES.contains(media) || media.endsWith("+json") || media.endsWith("+xml");
    }

    private static Response compressed(Response response, boolean head) throws IOException {
        Response coded = response.header("Content-Encoding", "gzip").withoutHeader("Accept-Ranges");
        String tag = coded.header("ETag");
        if (tag != null && !tag.startsWith("W/")) {
            coded = coded.header("ETag", "W/" + tag); // other bytes, same meaning (RFC 9110, 8.8.1)
        }
        if (response.body() instanceof Body.Streaming streamed) {
            return coded.body(new Body.Streaming(
                    -1,
                    out -> {
                        try (Gzip gzip = new Gzip(out)) {
                            streamed.writer().writeTo(gzip);
                            gzip.finish();
                        }
                    },
                    streamed.trailers()));
        }
        if (head || !(response.body() instanceof Body.Bytes(byte[] bytes))) {
            return coded.body(new Body.Streaming(-1, _ -> {})); // HEAD: the length is not worth compressing for
        }
        ByteArrayOutputStream target = new ByteArrayOutputStream(bytes.length / 3 + 64);
        try (Gzip gzip = new Gzip(target)) {
            gzip.write(bytes, 0, bytes.length);
            gzip.finish();
        }
        return coded.body(new Body.Bytes(target.toByteArray()));
    }

    /** Closing it gives its native memory back and writes nothing: content that failed must not look complete. */
    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream out) throws IOException {
            super(out, BUFFER_BYTES, true);
            def.setLevel(LEVEL);
        }

        @Override
        public void close() {
            def.end();
        }
    }
}
