package ringfort.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.Fields;
import ringfort.api.syntax.Location;
import ringfort.api.syntax.Status;

/**
 * A response: status, header fields, content. Immutable: methods that seem to change it return another, so a constant
 * may be shared by all requests. Any thread.
 *
 * <p>How the content is framed is the engine's business alone. {@code Content-Length}, {@code Transfer-Encoding},
 * {@code Connection}, {@code Date} and the other fields of the connection are refused here: two opinions on where a
 * message ends are how responses get smuggled.
 */
public final class Response {
    private static final Response OK = new Response(200, FieldList.NONE, Body.EMPTY, false, null);
    private static final Response NO_CONTENT = new Response(204, FieldList.NONE, Body.EMPTY, false, null);
    private static final FieldList TEXT = type("text/plain; charset=utf-8");
    private static final FieldList HTML = type("text/html; charset=utf-8");
    private static final FieldList JSON = type("application/json");

    private final int status;
    private final FieldList headers;
    private final Body body;
    private final boolean closing;
    private final @Nullable Upgrade upgrade;

    private Response(int status, FieldList headers, Body body, boolean closing, @Nullable Upgrade upgrade) {
        boolean isSwitch = status == 101 && upgrade != null;
        if ((status < 200 || status > 599) && !isSwitch) {
            throw new IllegalArgumentException("status " + status
                    + " is not final; a handler's response is 200 to 599, Request.inform sends interim ones, and"
                    + " Response.upgrade switches protocols");
        }
        if ((isSwitch || Status.forbidsContent(status)) && !(body instanceof Body.Empty)) {
            throw new IllegalArgumentException(
                    "a " + status + " response has no content (RFC 9110, section 15); drop the body or the status");
        }
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.closing = closing;
        this.upgrade = isSwitch ? upgrade : null;
    }

    private static Response of(int status, FieldList headers, Body body) {
        return new Response(status, headers, body, false, null);
    }

    private Response with(FieldList newHeaders) {
        return new Response(status, newHeaders, body, closing, upgrade);
    }

    private static FieldList type(String contentType) {
        return FieldList.NONE.plus("Content-Type", contentType);
    }

    private static FieldList checkedType(String contentType) {
        return type(Fields.requireValue("Content-Type", contentType));
    }

    /**
     * 200 without content.
     *
     * @return the response
     */
    public static Response ok() {
        return OK;
    }

    /**
     * Any final status, without content.
     *
     * @param status 200 to 599
     * @return the response
     */
    public static Response of(int status) {
        return OK.status(status);
    }

    /**
     * 200 with plain text in UTF-8.
     *
     * @param text the content
     * @return the response
     */
    public static Response text(String text) {
        return of(200, TEXT, new Body.Bytes(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * 200 with HTML in UTF-8.
     *
     * @param html the content
     * @return the response
     */
    public static Response html(String html) {
        return of(200, HTML, new Body.Bytes(html.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * 200 with bytes.
     *
     * @param bytes the content; not copied, so it must not change any more
     * @param contentType their media type
     * @return the response
     */
    public static Response bytes(byte[] bytes, String contentType) {
        return of(200, checkedType(contentType), new Body.Bytes(bytes));
    }

    /**
     * 200 with a value as JSON, written at once by the codec found through {@link java.util.ServiceLoader}.
     *
     * @param value the value
     * @return the response
     * @throws IllegalStateException when there is no codec; {@code ringfort.json} brings one
     * @throws IllegalArgumentException when the value cannot be written
     */
    public static Response json(Object value) {
        return of(200, JSON, new Body.Bytes(Json.codec().write(value)));
    }

    /**
     * 200 with content of unknown length, written while it is sent.
     *
     * @param contentType media type
     * @param writer writes the content
     * @return the response
     */
    public static Response stream(String contentType, BodyWriter writer) {
        return stream(contentType, -1, writer);
    }

    /**
     * 200 with content of known length, written while it is sent.
     *
     * @param contentType media type
     * @param length exact number of bytes; writing fewer makes the engine close the connection, writing more throws
     * @param writer writes the content
     * @return the response
     */
    public static Response stream(String contentType, long length, BodyWriter writer) {
        return of(200, checkedType(contentType), new Body.Streaming(length, writer));
    }

    /**
     * 200 with a file, its type by its extension, {@code ETag} and {@code Last-Modified} by its attributes; the tag is
     * weak while the file is younger than two seconds. {@link #contentType} sets another type. Reads the
     * attributes now, the content when it is sent. Ranges and conditional requests are answered after
     * {@link #conditional}.
     *
     * @param path the file; the caller answers for where it points, {@link Routing#files} is for paths of clients
     * @return the response
     * @throws HttpException 404 when there is no such regular file
     * @throws UncheckedIOException when its attributes cannot be read
     */
    public static Response file(Path path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw HttpException.notFound();
            }
            return file(path, attributes);
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw new HttpException(404, "", Headers.empty(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Response file(Path path, BasicFileAttributes attributes) {
        return file(path, attributes, ContentTypes.of(path));
    }

    static Response file(Path path, BasicFileAttributes attributes, String type) {
        Instant now = Instant.now();
        FieldList fields = type(type)
                .plus("ETag", Validators.etag(attributes, now))
                .plus("Last-Modified", Validators.lastModified(attributes, now))
                .plus("Accept-Ranges", "bytes")
                .plus("X-Content-Type-Options", "nosniff");
        return of(200, fields, new Body.FileBody(path, 0, attributes.size()));
    }

    /**
     * 302 to another place.
     *
     * @param location an absolute http or https URI, or a path; must be encoded already
     * @return the response
     * @throws IllegalArgumentException as {@link #redirect(int, String)}
     */
    public static Response redirect(String location) {
        return redirect(302, location);
    }

    /**
     * A redirect.
     *
     * @param status 301, 302, 303, 307 or 308
     * @param location an absolute http or https URI, or a path; must be encoded already
     * @return the response
     * @throws IllegalArgumentException when the location holds white space, controls, non-ASCII or a backslash, has
     *     another scheme, or starts with two slashes (another host in disguise: name its scheme)
     */
    public static Response redirect(int status, String location) {
        if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) {
            throw new IllegalArgumentException("status " + status + " is not a redirect with a Location");
        }
        return of(status, FieldList.NONE.plus("Location", Location.require(location)), Body.EMPTY);
    }

    /**
     * 201 with the place of what was made.
     *
     * @param location its URI, as in {@link #redirect}
     * @return the response
     */
    public static Response created(String location) {
        return of(201, FieldList.NONE.plus("Location", Location.require(location)), Body.EMPTY);
    }

    /**
     * 204.
     *
     * @return the response
     */
    public static Response noContent() {
        return NO_CONTENT;
    }

    /**
     * 101, which hands the connection to another protocol (RFC 9110, section 7.8), if the request asks for that protocol
     * in a way that can be accepted ({@link Request#asksForUpgrade}); otherwise {@link #upgradeRequired}.
     *
     * <p>On HTTP/2 the request is an extended CONNECT (RFC 8441), the wire has 200 in place of 101, and the tunnel has a stream of
     * the connection. The handler is the same.
     *
     * <p>The tunnel ends when no byte has gone either way for the server's {@code idle-timeout} while it waits for the
     * peer: a peer that says nothing holds no connection, here as elsewhere.
     *
     * {@snippet :
     * Response echo(Request request) {
     *     return Response.upgrade(request, "echo", (in, out) -> {
     *         byte[] piece = new byte[8192];
     *         for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
     *             out.write(piece, 0, count);
     *             out.flush();
     *         }
     *     });
     * }
     * }
     *
     * @param request the request that is answered
     * @param protocol a token, perhaps with {@code /} and a version; compared without regard to case
     * @param tunnel speaks the protocol, once the 101 is on its way
     * @return the response; filters may add fields to it
     * @throws IllegalArgumentException when the protocol is malformed
     */
    public static Response upgrade(Request request, String protocol, Tunnel tunnel) {
        return upgrade(request, new Upgrade(protocol, tunnel, null));
    }

    /**
     * As {@link #upgrade(Request, String, Tunnel)}, with an idle timeout of its own.
     *
     * @param request the request that is answered
     * @param upgrade protocol, tunnel and idle timeout
     * @return the response
     */
    public static Response upgrade(Request request, Upgrade upgrade) {
        return request.asksForUpgrade(upgrade.protocol())
                ? new Response(101, FieldList.NONE.plus("Upgrade", upgrade.protocol()), Body.EMPTY, false, upgrade)
                : upgradeRequired(upgrade.protocol());
    }

    /**
     * 426, which says that this is served in another protocol only (RFC 9110, section 15.5.22).
     *
     * @param protocol the protocol, for the {@code Upgrade} field
     * @return the response
     * @throws IllegalArgumentException when the protocol is malformed
     */
    public static Response upgradeRequired(String protocol) {
        return of(426, FieldList.NONE.plus("Upgrade", UpgradeField.requireProtocol(protocol)), Body.EMPTY);
    }

    /**
     * The status.
     *
     * @return 200 to 599; 101 for {@link #upgrade(Request, String, Tunnel) an upgrade}
     */
    public int status() {
        return status;
    }

    /**
     * The header fields the application set; the engine adds its own.
     *
     * @return the fields
     */
    public Headers headers() {
        return headers;
    }

    /**
     * The first value of a header field.
     *
     * @param name field name in any case
     * @return its value, or null
     */
    public @Nullable String header(String name) {
        return headers.first(name);
    }

    /**
     * The content.
     *
     * @return the content
     */
    public Body body() {
        return body;
    }

    /**
     * This response with another status. One that switches protocols becomes an ordinary response, without its tunnel.
     *
     * @param newStatus 200 to 599
     * @return the response
     * @throws IllegalArgumentException when the status is not final, or forbids the content there is
     */
    public Response status(int newStatus) {
        return newStatus == status ? this : new Response(newStatus, headers, body, closing, upgrade);
    }

    /**
     * This response with other content; the fields stay.
     *
     * @param newBody the content
     * @return the response
     */
    public Response body(Body newBody) {
        return new Response(status, headers, Objects.requireNonNull(newBody, "body"), closing, upgrade);
    }

    /**
     * This response with a field set; fields of the same name are replaced.
     *
     * @param name a token
     * @param value one line of text
     * @return the response
     * @throws IllegalArgumentException when the name is not a token, the value holds CR, LF, NUL or another control,
     *     or the field belongs to the engine
     */
    public Response header(String name, String value) {
        return with(headers.with(Fields.requireOwnName(name), Fields.requireValue(name, value)));
    }

    /**
     * This response with one more field.
     *
     * @param name a token
     * @param value one line of text
     * @return the response
     * @throws IllegalArgumentException as {@link #header(String, String)}
     */
    public Response addHeader(String name, String value) {
        return with(headers.plus(Fields.requireOwnName(name), Fields.requireValue(name, value)));
    }

    /**
     * This response without a field.
     *
     * @param name field name in any case
     * @return the response
     */
    public Response withoutHeader(String name) {
        return with(headers.without(name));
    }

    /**
     * This response with a media type.
     *
     * @param contentType value of {@code Content-Type}
     * @return the response
     */
    public Response contentType(String contentType) {
        return header("Content-Type", contentType);
    }

    /**
     * This response with one more field behind its content, whose value is not known before: see {@link Trailer}.
     *
     * <p>It is announced in a {@code Trailer} field and sent to every HTTP/1.1 peer, whether or not that said
     * {@code TE: trailers}: who reads chunks can skip trailers, and proxies may drop them, so nothing may depend on
     * their arrival (RFC 9110, section 6.5.1). To HTTP/1.0 and for HEAD there are none.
     *
     * {@snippet :
     * Response export(Path table) {
     *     CRC32 sum = new CRC32();
     *     return Response.stream("text/csv", out -> Files.copy(table, new CheckedOutputStream(out, sum)))
     *             .trailer("CRC32", () -> Long.toHexString(sum.getValue()));
     * }
     * }
     *
     * @param name a token
     * @param value asked for once the content is written, on the thread that wrote it; null leaves the field out
     * @return the response
     * @throws IllegalArgumentException when the field must not be a trailer or belongs to the engine, or when this is not
     *     a stream of unknown length, which alone can have trailers
     */
    public Response trailer(String name, Supplier<? extends @Nullable String> value) {
        if (!(body instanceof Body.Streaming(long length, BodyWriter writer, List<Trailer> trailers))) {
            throw new IllegalArgumentException(
                    "only a streamed response has trailers (RFC 9112, section 7.1.2): make " + name + " a header");
        }
        List<Trailer> more = new ArrayList<>(trailers);
        more.add(new Trailer(name, value));
        return body(new Body.Streaming(length, writer, more));
    }

    /**
     * This response, and then the end of the connection: {@code Connection: close}, FIN, close. For a client that should
     * come back by a new connection, or not at all.
     *
     * @return the response
     */
    public Response closing() {
        return closing ? this : new Response(status, headers, body, true, upgrade);
    }

    /**
     * Whether the connection is to end behind this response whatever the client would like.
     *
     * @return true after {@link #closing()}
     */
    public boolean isClosing() {
        return closing;
    }

    /**
     * What the connection becomes.
     *
     * @return the protocol and who speaks it, when the status is 101; else null
     */
    public @Nullable Upgrade upgrade() {
        return upgrade;
    }

    /**
     * This response, said to depend on a field of the request (RFC 9110, section 12.5.5), so that caches keep what it
     * chose apart.
     *
     * @param fieldName such as {@code Accept}
     * @return the response; itself when its {@code Vary} names the field, or everything by {@code *}
     * @throws IllegalArgumentException when the name is not a token
     */
    public Response vary(String fieldName) {
        Fields.requireName(fieldName);
        List<String> lines = headers.all("Vary");
        for (String line : lines) {
            for (String name : line.split(",", -1)) {
                if (name.strip().equalsIgnoreCase(fieldName) || name.strip().equals("*")) {
                    return this;
                }
            }
        }
        String named = String.join(", ", lines);
        return header("Vary", named.isEmpty() ? fieldName : named + ", " + fieldName);
    }

    /**
     * This response with one more cookie.
     *
     * @param cookie the cookie
     * @return the response
     * @throws IllegalArgumentException when the cookie breaks the rules of its name prefix or of SameSite
     */
    public Response cookie(Cookie cookie) {
        return addHeader("Set-Cookie", cookie.toSetCookie());
    }

    /**
     * Answers a conditional or range request (RFC 9110, sections 13 and 14) from this complete response, by its
     * {@code ETag} and {@code Last-Modified}: 304, 412, 206, 416, or this response unchanged.
     *
     * <p>Asking for this is what makes ranges of content in memory available; {@code Accept-Ranges: none} in the
     * response keeps them away. Streams have none. Several ranges become {@code multipart/byteranges}, those that
     * overlap or nearly touch becoming one; of a file they are read by the handler's thread, so that an offloaded route
     * is the place for them, as {@link Routing#files} is. More than 16, or a malformed field, get the whole.
     *
     * @param request the request, whose method must be GET or HEAD for anything to change;
     *     {@link Request#preconditions} is for the others
     * @return what to answer
     */
    public Response conditional(Request request) {
        return Conditional.answer(request, this);
    }

    @Override
    public String toString() {
        return status + " " + Status.reason(status) + "\n" + headers + body;
    }
}
