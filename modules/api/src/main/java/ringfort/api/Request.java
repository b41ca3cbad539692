package ringfort.api;

import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.RequestSource;
import ringfort.api.spi.RouteMatch;
import ringfort.api.syntax.AcceptHeader;
import ringfort.api.syntax.CookieHeader;
import ringfort.api.syntax.Fields;
import ringfort.api.syntax.MediaType;

/**
 * A request: in a server a view over what the engine received, in a test what {@link #builder} made. Nothing is parsed,
 * copied or decoded before it is asked for. One thread at a time, usually the handler's.
 */
public final class Request {
    /** Parameters a query may have; {@code max-request-line} bounds its length. */
    public static final int QUERY_PARAMETERS = 1_000;

    private final RequestSource source;
    private final RouteMatch match;
    private @Nullable RequestContent content;
    private @Nullable Parameters query;
    private @Nullable Map<String, String> cookies;
    private @Nullable Map<String, Object> attributes;

    /**
     * For engines: the view over a request that was routed.
     *
     * @param source what was received
     * @param match what the table found for it
     */
    public Request(RequestSource source, RouteMatch match) {
        this.source = Objects.requireNonNull(source, "source");
        this.match = Objects.requireNonNull(match, "match");
    }

    /**
     * Makes a request in memory, to call handlers and filters without a server.
     *
     * @param method the method
     * @param target path and query as a client would send them, encoded
     * @return a builder
     */
    public static RequestBuilder builder(String method, String target) {
        return new RequestBuilder(method, target);
    }

    RequestSource source() {
        return source;
    }

    RouteMatch match() {
        return match;
    }

    private RequestContent content() {
        RequestContent present = content;
        if (present == null) {
            present = new RequestContent(source);
            content = present;
        }
        return present;
    }

    /**
     * The method.
     *
     * @return the method token, case as sent
     */
    public String method() {
        return source.method();
    }

    /**
     * The target of the request line.
     *
     * @return the target as sent; untrusted text, still encoded
     */
    public String target() {
        return source.target();
    }

    /**
     * The path: percent-decoded once, dot segments resolved after that, encoded slashes kept as {@code %2F}, empty
     * segments kept.
     *
     * @return the path routes were matched against
     */
    public String path() {
        return match.path();
    }

    /**
     * The pattern of the route, for logs and metrics.
     *
     * @return such as {@code /users/{id}}; a name in parentheses when no route matched
     */
    public String pattern() {
        return match.mount().pattern();
    }

    /**
     * A path parameter.
     *
     * @param name name in the pattern
     * @return its value, decoded as {@link #path()} is
     * @throws IllegalArgumentException when the pattern has no such parameter
     */
    public String path(String name) {
        String value = match.parameter(name);
        if (value == null) {
            throw new IllegalArgumentException("pattern " + pattern() + " has no parameter " + Fields.quote(name));
        }
        return value;
    }

    /**
     * A path parameter as a number.
     *
     * @param name name in the pattern
     * @return its value
     * @throws HttpException 400 when it is not a decimal int
     * @throws IllegalArgumentException when the pattern has no such parameter
     */
    public int pathInt(String name) {
        try {
            return Integer.parseInt(path(name));
        } catch (NumberFormatException _) {
            throw HttpException.badRequest("Path parameter " + name + " is not a whole number that fits");
        }
    }

    /**
     * A path parameter as a number.
     *
     * @param name name in the pattern
     * @return its value
     * @throws HttpException 400 when it is not a decimal long
     * @throws IllegalArgumentException when the pattern has no such parameter
     */
    public long pathLong(String name) {
        try {
            return Long.parseLong(path(name));
        } catch (NumberFormatException _) {
            throw HttpException.badRequest("Path parameter " + name + " is not a whole number that fits");
        }
    }

    /**
     * All path parameters.
     *
     * @return values by name, in the order of the pattern
     */
    public Map<String, String> pathParameters() {
        return match.parameters();
    }

    /**
     * The query as sent.
     *
     * @return the text after the question mark, encoded; null when there is none
     */
    public @Nullable String rawQuery() {
        return match.rawQuery();
    }

    /**
     * The query, decoded; plus is a space.
     *
     * @return its parameters
     * @throws HttpException 400 when an escape or its UTF-8 is malformed, or there are more than
     *     {@link #QUERY_PARAMETERS}
     */
    public Parameters query() {
        Parameters parsed = query;
        if (parsed == null) {
            String raw = rawQuery();
            parsed = raw == null ? Parameters.NONE : Parameters.ofQuery(raw);
            query = parsed;
        }
        return parsed;
    }

    /**
     * The first value of a query parameter.
     *
     * @param name decoded name
     * @return its value, or null when it is absent
     * @throws HttpException 400 when the query is malformed
     */
    public @Nullable String query(String name) {
        return query().first(name);
    }

    /**
     * All values of a query parameter.
     *
     * @param name decoded name
     * @return its values in order, empty when it is absent
     * @throws HttpException 400 when the query is malformed
     */
    public List<String> queryAll(String name) {
        return query().all(name);
    }

    /**
     * The header section.
     *
     * @return its fields
     */
    public Headers headers() {
        return source.headers();
    }

    /**
     * The first value of a header field.
     *
     * @param name field name in any case
     * @return its value, or null when it is absent
     */
    public @Nullable String header(String name) {
        return source.headers().first(name);
    }

    /**
     * The value of a cookie; as sent, quotes included, nothing decoded.
     *
     * @param name its name, case-sensitive
     * @return its value, or null when it is absent
     */
    public @Nullable String cookie(String name) {
        return cookies().get(name);
    }

    /**
     * The cookies. Of two with the same name the first counts, which browsers send for the more specific path; pairs
     * that are none are left out.
     *
     * @return values by name, in the order sent; unmodifiable
     */
    public Map<String, String> cookies() {
        Map<String, String> parsed = cookies;
        if (parsed == null) {
            parsed = CookieHeader.parse(headers().all("Cookie"));
            cookies = parsed;
        }
        return parsed;
    }

    /**
     * The content as a stream, read as it arrives: blocks while the peer is slow. The first read is what asks the peer
     * to go on when it waits for {@code 100 Continue}. Empty once {@link #bytes()} and its kin have read the content.
     *
     * @return the same stream each time; its reads throw IOException when the peer is gone or its deadline passed, and
     *     {@link HttpException} 413 when there is more than the route accepts
     */
    public InputStream body() {
        return source.body();
    }

    /**
     * The whole content; read at the first call, the same array afterwards.
     *
     * @return the content, not a copy
     * @throws HttpException 413 above the limit of the route, 400 when the peer left before its end
     */
    public byte[] bytes() {
        return content().bytes(RequestContent.ANY_SIZE);
    }

    /**
     * The whole content, if it is not too large; read at the first call, the same array afterwards.
     *
     * @param limitBytes the largest content accepted
     * @return the content, not a copy
     * @throws HttpException 413 above the limit, 400 when the peer left before its end
     */
    public byte[] bytes(int limitBytes) {
        return content().bytes(limitBytes);
    }

    /**
     * The whole content as text in the charset of its {@code Content-Type}, by default UTF-8.
     *
     * @return the text
     * @throws HttpException as {@link #bytes()}; 400 when it is malformed, 415 when the charset is unknown
     */
    public String text() {
        return content().text(RequestContent.ANY_SIZE);
    }

    /**
     * The whole content as text, if it is not too large.
     *
     * @param limitBytes the largest content accepted
     * @return the text
     * @throws HttpException as {@link #bytes(int)}; 400 when it is malformed, 415 when the charset is unknown
     */
    public String text(int limitBytes) {
        return content().text(limitBytes);
    }

    /**
     * The whole content read as JSON.
     *
     * @param <T> type of the value
     * @param type type of the value
     * @return the value
     * @throws HttpException as {@link #bytes()}; 400 when it is not JSON of that shape, 415 when the content claims to
     *     be something else ({@code application/json} and {@code +json} are taken, and no type at all)
     * @throws IllegalStateException when there is no codec; {@code ringfort.json} brings one
     */
    public <T> T json(Class<T> type) {
        String media = MediaType.essence(contentType());
        if (!media.isEmpty() && !media.equals("application/json") && !media.endsWith("+json")) {
            throw HttpException.unsupportedMediaType("The content must be application/json");
        }
        return Json.codec().read(bytes(), type);
    }

    /**
     * The content as a form within {@link FormLimits#HELD}.
     *
     * @return its fields
     * @throws HttpException as {@link #form(FormLimits)}
     */
    public Parameters form() {
        return form(FormLimits.HELD);
    }

    /**
     * The content as a form, {@code application/x-www-form-urlencoded} or {@code multipart/form-data} without files;
     * read at the first call, the same fields afterwards. It is parsed as it arrives and not kept besides:
     * {@link #bytes()} after it finds nothing. {@link #parts} takes files.
     *
     * @param limits how much is accepted
     * @return its fields
     * @throws HttpException 415 when the content is of another type or has a file, 413 above a limit, 400 when it is
     *     malformed
     */
    public Parameters form(FormLimits limits) {
        return content().form(limits);
    }

    /**
     * The parts of a {@code multipart/form-data}, within {@link FormLimits#STREAMED}.
     *
     * @return the parts
     * @throws HttpException as {@link #parts(FormLimits)}
     */
    public Parts parts() {
        return parts(FormLimits.STREAMED);
    }

    /**
     * The parts of a {@code multipart/form-data} (RFC 7578), read as they arrive, once.
     *
     * @param limits how much is accepted
     * @return the parts; going to the next one blocks while the peer is slow
     * @throws HttpException 415 when the content is of another type, 413 above a limit, 400 without a proper boundary
     */
    public Parts parts(FormLimits limits) {
        return content().parts(limits);
    }

    /**
     * Chooses a media type by {@code Accept} (RFC 9110, section 12.5.1): the heaviest weight wins, the first offer
     * among equals. Elements that are malformed count as not sent. Say {@link Response#vary vary("Accept")} in the
     * response, and {@link HttpException#notAcceptable} where there is no other way out.
     *
     * @param offers what there is, the preferred type first
     * @return one of the offers, the first when there is no such field; null when none is acceptable
     * @throws IllegalArgumentException when an offer is not a media type
     */
    public @Nullable String accepts(String... offers) {
        return AcceptHeader.mediaType(headers().all("Accept"), List.of(offers));
    }

    /**
     * Chooses a language by {@code Accept-Language} (RFC 9110, section 12.5.4): by basic filtering, and by lookup where
     * that finds nothing (RFC 4647), so that {@code de-CH} finds {@code de}. Say
     * {@link Response#vary vary("Accept-Language")} in the response.
     *
     * @param offers language tags, the preferred one first
     * @return one of the offers, the first when there is no such field; null when none is acceptable
     */
    public @Nullable String acceptsLanguage(String... offers) {
        return AcceptHeader.language(headers().all("Accept-Language"), List.of(offers));
    }

    /**
     * Chooses a content coding by {@code Accept-Encoding} (RFC 9110, section 12.5.3). Say
     * {@link Response#vary vary("Accept-Encoding")} in the response.
     *
     * @param offers codings such as {@code br} and {@code gzip}, the preferred one first
     * @return one of the offers; {@code identity} when none of them is acceptable or asked for; null when even that is
     *     refused
     */
    public @Nullable String acceptsEncoding(String... offers) {
        return AcceptHeader.coding(headers().all("Accept-Encoding"), List.of(offers));
    }

    /**
     * Whether the preconditions of the request hold (RFC 9110, section 13.2.2), to be asked before the method is
     * performed: a PUT that would overwrite what its sender has not seen, a GET whose answer is costly to make. OPTIONS
     * has none. A malformed {@code If-None-Match} is left out for GET and HEAD; otherwise a malformed list fails.
     *
     * @param current what is there now
     * @return null to go on; otherwise what to answer: 304 for GET and HEAD, to which the {@code Cache-Control} and
     *     {@code Vary} of the 200 belong as well, or 412
     */
    public @Nullable Response preconditions(Validators current) {
        return Conditional.check(this, current);
    }

    /**
     * The announced length of the content.
     *
     * @return bytes; 0 without content, -1 when it is chunked
     */
    public long contentLength() {
        return source.contentLength();
    }

    /**
     * The media type of the content.
     *
     * @return value of {@code Content-Type}, or null
     */
    public @Nullable String contentType() {
        return header("Content-Type");
    }

    /**
     * The other end of the connection. Never taken from header fields such as {@code X-Forwarded-For}.
     *
     * @return its address
     */
    public InetSocketAddress peer() {
        return source.peer();
    }

    /**
     * This end of the connection.
     *
     * @return its address
     */
    public InetSocketAddress local() {
        return source.local();
    }

    /**
     * Whether the client's connection is encrypted: the server speaks TLS on it, or a balancer that is trusted says by the PROXY
     * protocol that it does.
     *
     * @return true for TLS
     */
    public boolean secure() {
        return source.secure();
    }

    /**
     * What the TLS handshake of the connection has agreed on: version, suite, name, certificates of the client.
     *
     * @return what was agreed on; null where this server speaks no TLS on the connection
     */
    public @Nullable TlsPeer tls() {
        return source.tls();
    }

    /**
     * The authority the client asked for; untrusted.
     *
     * @return host and optional port, or null when an HTTP/1.0 client named none
     */
    public @Nullable String host() {
        return source.authority();
    }

    /**
     * The protocol that the peer speaks.
     *
     * @return {@code HTTP/1.0}, {@code HTTP/1.1} or {@code HTTP/2}
     */
    public String version() {
        return source.protocol();
    }

    /**
     * The trailer section.
     *
     * @return its fields, once the content was read to its end; empty before that
     */
    public Headers trailers() {
        return source.trailers();
    }

    /**
     * Whether the client would rather speak another protocol on this connection, and may be taken at its word: in
     * HTTP/1.1, where {@code Connection} names {@code Upgrade}, without content, and not for HEAD; in HTTP/2, where an
     * extended CONNECT (RFC 8441) names one protocol, and its {@link #method()} is GET. Nobody has to care: what does not answer with {@link Response#upgrade(Request, String, Tunnel)} serves the request as if it had not
     * asked.
     *
     * @param protocol name of the protocol, perhaps with {@code /} and a version; in any case
     * @return true when it is among those asked for
     */
    public boolean asksForUpgrade(String protocol) {
        return UpgradeField.names(source.upgrade(), protocol);
    }

    /**
     * Sends an interim response at once, in front of the final one (RFC 9110, section 15.2). Nothing is sent to HTTP/1.0,
     * which knows none, nor to a peer that is gone or does not read.
     *
     * @param status 102 to 199; or 100, which asks a client that waits with its content to send it now, before it is read
     * @param fields its fields
     * @throws IllegalArgumentException for another status, 101 among them ({@link Response#upgrade(Request, String,
     *     Tunnel)} is for that), and for fields that a response must not have either
     * @throws IllegalStateException when the final response has begun
     */
    public void inform(int status, Headers fields) {
        if (status < 100 || status > 199 || status == 101) {
            throw new IllegalArgumentException("status " + status + " is not that of an interim response");
        }
        fields.forEach((name, value) -> Fields.requireValue(Fields.requireOwnName(name), value));
        source.inform(status, fields);
    }

    /**
     * Sends {@code 103 Early Hints} (RFC 8297): what the final response will refer to, so that the client can fetch it
     * while that is being made. As {@link #inform}.
     *
     * {@snippet :
     * Response page(Request request) {
     *     request.earlyHints("</style.css>; rel=preload; as=style");
     *     return Response.html("<link rel=stylesheet href=/style.css>");
     * }
     * }
     *
     * @param links values of {@code Link} fields
     */
    public void earlyHints(String... links) {
        FieldList fields = FieldList.NONE;
        for (String link : links) {
            fields = fields.plus("Link", link);
        }
        inform(103, fields);
    }

    /**
     * Has an action run when the answer can no longer reach the peer: the peer has reset the connection, has broken off its
     * request, or has missed a deadline; the server has answered in the handler's place, or has ended the connection. A peer
     * that has sent its FIN may still read, and is not gone.
     *
     * <p>The action runs once, on a virtual thread of its own, also when it is registered after the peer has gone. It does not
     * run when the answer is complete, which it is once the server has all of its bytes. A handler that waits for something
     * other than its peer can end its wait so, an event stream for example:
     *
     * {@snippet :
     * Response events(Request request, BlockingQueue<String> news) {
     *     return Response.stream("text/event-stream", out -> {
     *         Thread writer = Thread.currentThread();
     *         request.onGone(writer::interrupt);
     *         try {
     *             while (true) {
     *                 out.write(("data: " + news.take() + "\n\n").getBytes(StandardCharsets.UTF_8));
     *                 out.flush();
     *             }
     *         } catch (InterruptedException gone) {
     *             return;
     *         }
     *     });
     * }
     * }
     *
     * <p>To be called on the handler's thread. What the action throws is reported as what a handler throws. For a request that
     * was {@linkplain RequestBuilder built} by a test the action never runs.
     *
     * @param action what to do
     */
    public void onGone(Runnable action) {
        source.onGone(Objects.requireNonNull(action, "action"));
    }

    /**
     * What a filter left for those after it.
     *
     * @param name name of the attribute
     * @return its value, or null
     */
    public @Nullable Object attribute(String name) {
        return attributes == null ? null : attributes.get(name);
    }

    /**
     * What a filter left for those after it, by its type.
     *
     * @param <T> type of the value
     * @param name name of the attribute
     * @param type type of the value
     * @return its value, or null
     * @throws ClassCastException when it is of another type
     */
    public <T> @Nullable T attribute(String name, Class<T> type) {
        Object value = attribute(name);
        return value == null ? null : type.cast(value);
    }

    /**
     * Leaves something for the filters and the handler after this one.
     *
     * @param name name of the attribute
     * @param value its value
     * @return this request
     */
    public Request setAttribute(String name, Object value) {
        if (attributes == null) {
            attributes = new HashMap<>();
        }
        attributes.put(name, Objects.requireNonNull(value, "value"));
        return this;
    }

    /**
     * This request, seen otherwise: for filters that hand on another content, another peer or other fields. Attributes are
     * shared. What routing has found, {@link #path()} for example, stays.
     *
     * {@snippet :
     * Filter upperCase = (request, next) -> next.handle(request.with(source -> new ForwardingSource(source) {
     *     @Override
     *     public String method() {
     *         return source.method().toUpperCase(Locale.ROOT);
     *     }
     * }));
     * }
     *
     * @param change takes what this request is a view of, and returns what the new one is to be a view of
     * @return the request to be handed on
     */
    public Request with(UnaryOperator<RequestSource> change) {
        Request changed = new Request(change.apply(source), match);
        if (attributes == null) {
            attributes = new HashMap<>();
        }
        changed.attributes = attributes;
        return changed;
    }

    /**
     * A query parameter as a value with a type and a range.
     *
     * {@snippet :
     * int limit(Request request) {
     *     return request.parameter("limit").asInt().from(1).to(100).orElse(20);
     * }
     * }
     *
     * @param name decoded name
     * @return its first value, or none
     * @throws HttpException 400 when the query is malformed
     */
    public Parameter<String> parameter(String name) {
        return new Parameter<>(name, query(name));
    }

    /** The method and the raw target, safe to show. */
    @Override
    public String toString() {
        return method() + " " + Fields.quote(target());
    }
}
