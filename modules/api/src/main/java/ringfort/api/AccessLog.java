package ringfort.api;

import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import ringfort.api.spi.Application;
import ringfort.api.spi.LogQueue;

/** One line per request in the Common Log Format; see {@link Filters#accessLog()}. Any thread; never blocks. */
final class AccessLog implements Filter, Application.Refusals {
    private static final System.Logger LOGGER = System.getLogger("ringfort.access");
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneId.systemDefault());

    private final LogQueue queue;

    AccessLog(LogQueue queue) {
        this.queue = queue;
    }

    /** What a line is made of; text is made of it on the thread that writes it. */
    record Line(
            InetSocketAddress peer,
            String method,
            String target,
            String version,
            int status,
            long length,
            long epochMillis) {
        String text() {
            return address(peer) + " - - [" + DATE.format(Instant.ofEpochMilli(epochMillis)) + "] \"" + method + ' '
                    + visible(target) + ' ' + version + "\" " + status + ' ' + (length < 0 ? "-" : length);
        }
    }

    /** A request that the engine refused, of which there may be no more than a piece of a line, or nothing. */
    record Refused(InetSocketAddress peer, String requestLine, int status, long epochMillis) {
        private static final int MOST_CHARACTERS = 1_000;

        String text() {
            String line =
                    requestLine.length() > MOST_CHARACTERS ? requestLine.substring(0, MOST_CHARACTERS) : requestLine;
            String request = line.isEmpty() ? "-" : visible(line).replace("\\x20", " ");
            return address(peer) + " - - [" + DATE.format(Instant.ofEpochMilli(epochMillis)) + "] \"" + request + "\" "
                    + status + " -";
        }
    }

    private static String address(InetSocketAddress peer) {
        return peer.getAddress() == null
                ? peer.getHostString()
                : peer.getAddress().getHostAddress();
    }

    /** A peer cannot forge a line: quotes, backslashes, controls and non-ASCII are escaped. */
    private static String visible(String sent) {
        StringBuilder text = new StringBuilder(sent.length());
        for (int i = 0; i < sent.length(); i++) {
            char c = sent.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '"' || c == '\\') {
                text.append(String.format("\\x%02x", (int) c));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    /** Logs a request that no filter sees. */
    @Override
    public void refused(InetSocketAddress peer, String requestLine, int status) {
        try {
            Refused refused = new Refused(peer, requestLine, status, System.currentTimeMillis());
            queue.offer(() -> LOGGER.log(Level.INFO, refused::text));
        } catch (Throwable _) {
            queue.lost(); // no memory for the line is no reason to fail the request
        }
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        try {
            Response response = next.handle(request);
            boolean head = request.method().equals("HEAD");
            log(request, response.status(), head ? 0 : response.body().length());
            return response;
        } catch (Throwable failure) {
            log(request, failure instanceof HttpException http ? http.status() : 500, -1);
            throw failure;
        }
    }

    private void log(Request request, int status, long length) {
        try {
            Line line = new Line(
                    request.peer(),
                    request.method(),
                    request.target(),
                    request.version(),
                    status,
                    length,
                    System.currentTimeMillis());
            queue.offer(() -> LOGGER.log(Level.INFO, line::text));
        } catch (Throwable _) {
            queue.lost(); // no memory for the line is no reason to fail the request
        }
    }
}
