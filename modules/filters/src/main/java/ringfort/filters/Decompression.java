package ringfort.filters;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.Headers;
import ringfort.api.HttpException;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.spi.RequestSource;

/**
 * Decompresses content of requests that comes by gzip, up to a limit: a kilobyte can become a megabyte. Other codings are 415
 * with {@code Accept-Encoding} (RFC 9110, 15.5.16). Immutable; any thread.
 */
public final class Decompression implements Filter {
    private final long limit;

    private Decompression(long limit) {
        this.limit = limit;
    }

    /**
     * Decompresses gzip.
     *
     * @param bytes the largest content accepted, decompressed; more is 413
     * @return the filter
     */
    public static Decompression upTo(long bytes) {
        return new Decompression(bytes);
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        String coding = request.header("Content-Encoding");
        if (coding == null || coding.equalsIgnoreCase("identity")) {
            return next.handle(request);
        }
        String named = coding.toLowerCase(Locale.ROOT);
        if (!named.equals("gzip") && !named.equals("x-gzip")) {
            throw new HttpException(
                    415, "Content may be compressed by gzip only", Headers.of("Accept-Encoding", "gzip"), null);
        }
        Inflated[] inflated = new Inflated[1];
        Request plain = request.with(source -> {
            inflated[0] = new Inflated(source.body());
            return new Plain(source, new LimitedInput(inflated[0], limit));
        });
        boolean goesOn = false;
        try {
            Response response = next.handle(plain);
            if (response.body() instanceof Body.Streaming streamed) {
                goesOn = true; // its writer may read the request
                return response.body(new Body.Streaming(
                        streamed.length(),
                        out -> {
                            try (InputStream _ = inflated[0]) {
                                streamed.writer().writeTo(out);
                            }
                        },
                        streamed.trailers()));
            }
            return response;
        } finally {
            if (!goesOn) {
                inflated[0].close();
            }
        }
    }

    /** The request as if it had come without a coding. */
    private static final class Plain extends BodySource {
        private final Headers headers;

        Plain(RequestSource source, InputStream body) {
            super(source, body, -1);
            List<String> left = new ArrayList<>();
            source.headers().forEach((name, value) -> {
                if (!name.equalsIgnoreCase("Content-Encoding") && !name.equalsIgnoreCase("Content-Length")) {
                    left.add(name);
                    left.add(value);
                }
            });
            headers = Headers.of(left.toArray(String[]::new));
        }

        @Override
        public Headers headers() {
            return headers;
        }
    }

    /** Reads nothing before it is read: reading is what asks the client to go on. One thread. */
    private static final class Inflated extends InputStream {
        private final InputStream source;
        private @Nullable GZIPInputStream gzip;

        Inflated(InputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            try {
                GZIPInputStream in = gzip;
                if (in == null) {
                    in = new GZIPInputStream(source);
                    gzip = in;
                }
                return in.read(target, offset, length);
            } catch (ZipException | EOFException e) {
                throw new HttpException(400, "The content is not what gzip makes", Headers.empty(), e);
            }
        }

        /** Gives native memory back; the request itself is not closed. */
        @Override
        public void close() throws IOException {
            GZIPInputStream in = gzip;
            if (in != null) {
                in.close();
            }
        }
    }
}
