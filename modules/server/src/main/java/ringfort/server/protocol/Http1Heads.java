package ringfort.server.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import ringfort.api.Headers;
import ringfort.api.Response;
import ringfort.api.ServerOptions;
import ringfort.api.Trailer;
import ringfort.api.Upgrade;
import ringfort.api.spi.ResponseAccess;
import ringfort.h1.ResponseEncoder;
import ringfort.message.ByteSink;
import ringfort.message.MessageHead;
import ringfort.message.Refusal;
import ringfort.server.exchange.Contents;
import ringfort.server.exchange.ServerContext;

/** Turns responses of the API into heads on the wire. Not shared between threads. */
public final class Http1Heads {

    /** As the API writes it; an application cannot set it by itself. */
    private static final String UPGRADE = "Upgrade";

    private static final byte[] NONE = {};

    /** Stands at fields that were sent once: most are made for one response, and need no other form. */
    private static final Object SEEN = new Object();

    /** Fields as they are sent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Encoded(byte[] octets) {}

    private final ResponseEncoder encoder = new ResponseEncoder();
    private final ServerContext context;
    private final byte[] keepAlive11; // empty when it is not said
    private final byte[] keepAlive10;

    /** What was decided with the head. */
    public record Head(ResponseEncoder.Framing framing, boolean keepAlive) {}

    /** Writes heads for the server of this context. */
    public Http1Heads(ServerContext context) {
        this.context = context;
        keepAlive11 = keepAlive(context.options(), "Connection: keep-alive\r\n");
        keepAlive10 = keepAlive(context.options(), "");
    }

    /**
     * A second less than the server waits: a peer that believes it does not send when the server is about to close. The field is
     * hop-by-hop, so Connection names it (RFC 9112, C.2.2); to HTTP/1.0 the encoder says keep-alive by itself.
     */
    private static byte[] keepAlive(ServerOptions options, String connection) {
        long seconds = options.idleTimeout().toSeconds() - 1;
        return options.keepAliveHeader() && seconds > 0
                ? (connection + "Keep-Alive: timeout=" + seconds + "\r\n").getBytes(StandardCharsets.US_ASCII)
                : NONE;
    }

    /**
     * Writes the head of {@code response}.
     *
     * @param length of the body, -1 when it is streamed and not known
     */
    Head head(ByteSink out, MessageHead request, Response response, long length, boolean keepAlive, long nowNanos) {
        boolean close = !keepAlive || response.isClosing() || (length < 0 && !request.knowsTrailers());
        ResponseEncoder.Framing framing = encoder.begin(
                out,
                response.status(),
                request.knowsInterim() ? 1 : 0,
                request.isHead(),
                length,
                !close,
                context.date(nowNanos));
        fields(out, response);
        if (!close) {
            out.bytes(request.knowsInterim() ? keepAlive11 : keepAlive10);
        }
        if (framing == ResponseEncoder.Framing.CHUNKED) {
            announce(out, Contents.trailers(response));
        }
        encoder.end(out);
        return new Head(framing, !close);
    }

    /** Writes the fields; those of a response that comes again, by its first bytes. */
    private void fields(ByteSink out, Response response) {
        Object form = ResponseAccess.attached(response);
        if (form instanceof Encoded encoded) {
            out.bytes(encoded.octets);
            return;
        }
        int start = out.length();
        Headers headers = response.headers();
        for (int i = 0, n = headers.size(); i < n; i++) {
            if (headers.name(i).equals(UPGRADE)) {
                encoder.upgrade(out, headers.value(i));
            } else {
                encoder.field(out, headers.name(i), headers.value(i));
            }
        }
        ResponseAccess.attach(
                response, form == null ? SEEN : new Encoded(Arrays.copyOfRange(out.array(), start, out.length())));
    }

    private void announce(ByteSink out, List<Trailer> trailers) {
        if (!trailers.isEmpty()) {
            encoder.field(out, "Trailer", trailers.stream().map(Trailer::name).collect(Collectors.joining(", ")));
        }
    }

    /** Writes the head of a response that switches protocols, which is the whole of it. */
    static void switching(ByteSink out, Response response, Upgrade upgrade) {
        Headers headers = response.withoutHeader(UPGRADE).headers();
        String[] namesAndValues = new String[2 * headers.size() + 2];
        namesAndValues[0] = UPGRADE;
        namesAndValues[1] = upgrade.protocol();
        for (int i = 0, n = headers.size(); i < n; i++) {
            namesAndValues[2 * i + 2] = headers.name(i);
            namesAndValues[2 * i + 3] = headers.value(i);
        }
        ResponseEncoder.interim(out, 101, namesAndValues);
    }

    /** Writes a whole response that says why a message is not served, and that the connection ends. */
    public void refusal(ByteSink out, Refusal refusal, boolean isHead) {
        byte[] text = (refusal.reason() + "\n").getBytes(StandardCharsets.US_ASCII);
        ResponseEncoder.Framing framing = encoder.begin(
                out,
                refusal.status(),
                1,
                isHead,
                text.length,
                false,
                context.date(context.ticker().nanos()));
        encoder.field(out, "Content-Type", "text/plain; charset=utf-8");
        encoder.end(out);
        if (framing != ResponseEncoder.Framing.NONE) {
            out.bytes(text, 0, text.length);
        }
    }
}
