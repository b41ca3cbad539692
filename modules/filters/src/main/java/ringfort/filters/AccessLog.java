package ringfort.filters;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.function.Consumer;
import ringfort.api.Body;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.HttpException;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.spi.Application;
import ringfort.api.spi.LogQueue;
import ringfort.timers.Ticker;

/**
 * Logs one line for each answer: when a stream has ended, with its length, and how long it took from the filter on. As a filter
 * of the whole server it also logs requests that the engine refuses before they reach a filter, with the status that says why.
 *
 * <p>Lines are made and written by a thread of their own from a bounded queue; a line that finds it full is dropped and counted
 * in {@code ringfort_log_lines_dropped_total}. The caller never waits. Any thread.
 */
public final class AccessLog implements Filter, Application.Refusals {
    private static final System.Logger LOGGER = System.getLogger("ringfort.access");

    private final LogFormat format;
    private final Consumer<String> sink;
    private final Ticker ticker;

    private AccessLog(LogFormat format, Consumer<String> sink, Ticker ticker) {
        this.format = Objects.requireNonNull(format, "format");
        this.sink = Objects.requireNonNull(sink, "sink");
        this.ticker = ticker;
    }

    /**
     * Logs to the {@link System.Logger} {@code ringfort.access}.
     *
     * @param format how lines look
     * @return the filter; the outermost but for {@link ForwardedHeaders} and {@link WebFilters#requestId}
     */
    public static AccessLog of(LogFormat format) {
        return to(line -> LOGGER.log(Level.INFO, line), format);
    }

    /**
     * Logs to whatever takes a line.
     *
     * @param sink called by the thread of the log, one line at a time; may block
     * @param format how lines look
     * @return the filter
     */
    public static AccessLog to(Consumer<String> sink, LogFormat format) {
        return new AccessLog(format, sink, Ticker.system());
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        long begun = ticker.nanos();
        Response response;
        try {
            response = next.handle(request);
        } catch (Throwable failure) {
            log(request, failure instanceof HttpException http ? http.status() : 500, -1, begun);
            throw failure;
        }
        boolean head = request.method().equals("HEAD");
        if (head || !(response.body() instanceof Body.Streaming streamed)) {
            log(request, response.status(), head ? 0 : response.body().length(), begun);
            return response;
        }
        return response.body(new Body.Streaming(
                streamed.length(),
                out -> {
                    Counting counting = new Counting(out);
                    try {
                        streamed.writer().writeTo(counting);
                    } finally {
                        log(request, response.status(), counting.bytes, begun);
                    }
                },
                streamed.trailers()));
    }

    @Override
    public void refused(InetSocketAddress peer, String requestLine, int status) {
        offer(new LogFormat.Entry(
                peer, requestLine, status, -1, -1, null, null, null, null, System.currentTimeMillis()));
    }

    private void log(Request request, int status, long bytes, long begun) {
        try {
            offer(new LogFormat.Entry(
                    request.peer(),
                    request.method() + " " + request.target() + " " + request.version(),
                    status,
                    bytes,
                    (ticker.nanos() - begun) / 1_000,
                    request.header("Referer"),
                    request.header("User-Agent"),
                    request.attribute(WebFilters.PRINCIPAL, String.class),
                    request.attribute(WebFilters.REQUEST_ID, String.class),
                    System.currentTimeMillis()));
        } catch (Throwable _) {
            LogQueue.shared().lost(); // no memory for the line is no reason to fail the request
        }
    }

    private void offer(LogFormat.Entry entry) {
        LogQueue.shared().offer(() -> sink.accept(format.line(entry)));
    }

    /** One thread. */
    private static final class Counting extends FilterOutputStream {
        private long bytes;

        Counting(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int octet) throws IOException {
            out.write(octet);
            bytes++;
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            out.write(source, offset, length);
            bytes += length;
        }
    }

    @Override
    public String toString() {
        return "access log, " + format;
    }
}
