package ringfort.server.http2;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import ringfort.api.Headers;
import ringfort.api.Response;
import ringfort.api.Trailer;
import ringfort.api.spi.ResponseAccess;
import ringfort.h2.ResponseHead;
import ringfort.message.FieldRules;
import ringfort.message.StatusCodes;
import ringfort.server.exchange.Contents;
import ringfort.server.exchange.ServerContext;
import ringfort.sys.OnWorker;

/** Turns responses of the API into heads of HTTP/2. One worker only. */
@OnWorker
final class Http2Heads {
    /** Names that handlers write otherwise, in lower case; beyond this number they are made each time. */
    private static final int MOST_NAMES = 256;

    private static final byte[] NONE = {};

    /** Stands at fields that were sent once: most are made for one response, and need no other form. */
    private static final Object SEEN = new Object();

    private final ServerContext context;
    private final Map<String, String> lowerCase = new HashMap<>();
    private byte[] dateOctets = NONE;
    private String date = "";

    /** Names, in lower case, and values in turn, without what belongs to a connection. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Fields(String[] namesAndValues) {}

    Http2Heads(ServerContext context) {
        this.context = context;
    }

    /**
     * The head of a final response.
     *
     * @param length of the content; -1 when it is streamed and not known
     */
    ResponseHead head(Response response, long length, long nowNanos) {
        int status = response.status();
        ResponseHead head = ResponseHead.of(status).field("date", date(nowNanos));
        if (status == 205 || (length >= 0 && !StatusCodes.forbidsContent(status))) {
            head.field("content-length", String.valueOf(status == 205 ? 0 : length));
        }
        String[] fields = fields(response);
        for (int i = 0; i < fields.length; i += 2) {
            head.field(fields[i], fields[i + 1]);
        }
        if (length < 0) {
            List<Trailer> trailers = Contents.trailers(response);
            if (!trailers.isEmpty()) {
                head.field("trailer", trailers.stream().map(Trailer::name).collect(Collectors.joining(", ")));
            }
        }
        return head;
    }

    /** The head behind which the stream of an extended CONNECT is a tunnel: 200, where HTTP/1.1 has 101 (RFC 8441, 5). */
    ResponseHead switching(Response response, long nowNanos) {
        ResponseHead head = ResponseHead.of(200).field("date", date(nowNanos));
        String[] fields = fields(response);
        for (int i = 0; i < fields.length; i += 2) {
            head.field(fields[i], fields[i + 1]);
        }
        return head;
    }

    /** The head of an interim response. */
    ResponseHead interim(int status, Headers headers) {
        ResponseHead head = ResponseHead.of(status);
        String[] fields = lowered(headers);
        for (int i = 0; i < fields.length; i += 2) {
            head.field(fields[i], fields[i + 1]);
        }
        return head;
    }

    /** The head of a response that says why a request is not served. */
    ResponseHead refusal(int status, int length, long nowNanos) {
        return ResponseHead.of(status)
                .field("date", date(nowNanos))
                .field("content-length", String.valueOf(length))
                .field("content-type", "text/plain; charset=utf-8");
    }

    /** Trailers, of names and values in turn. */
    ResponseHead trailers(String[] namesAndValues) {
        ResponseHead trailers = ResponseHead.trailers();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            trailers.field(lower(namesAndValues[i]), namesAndValues[i + 1].strip());
        }
        return trailers;
    }

    /** The fields of a response; those of one that comes again are not made again. */
    private String[] fields(Response response) {
        Object form = ResponseAccess.attached(response);
        if (form instanceof Fields known) {
            return known.namesAndValues;
        }
        String[] made = lowered(response.headers());
        ResponseAccess.attach(response, form == null ? SEEN : new Fields(made));
        return made;
    }

    private String[] lowered(Headers headers) {
        int count = headers.size();
        List<String> fields = new ArrayList<>(2 * count);
        for (int i = 0; i < count; i++) {
            String name = lower(headers.name(i));
            if (!isOfConnection(name)) {
                fields.add(name);
                fields.add(headers.value(i).strip());
            }
        }
        return fields.toArray(String[]::new);
    }

    /** Fields that HTTP/2 does not have (RFC 9113, 8.2.2), or that are decided here. */
    private static boolean isOfConnection(String name) {
        return switch (name) {
            case "upgrade", "keep-alive", "proxy-connection" -> true;
            default -> FieldRules.isFraming(name);
        };
    }

    private String lower(String name) {
        String known = lowerCase.get(name);
        if (known == null) {
            known = name.toLowerCase(Locale.ROOT);
            if (lowerCase.size() < MOST_NAMES) {
                lowerCase.put(name, known);
            }
        }
        return known;
    }

    @SuppressWarnings({"ArrayEquality", "ReferenceEquality"}) // the same array until the second is over
    private String date(long nowNanos) {
        byte[] octets = context.date(nowNanos);
        if (octets != dateOctets) {
            dateOctets = octets;
            date = new String(octets, StandardCharsets.US_ASCII);
        }
        return date;
    }
}
