package ringfort.api;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.RequestSource;
import ringfort.api.spi.RouteMatch;
import ringfort.api.syntax.Fields;

/**
 * Makes a {@link Request} in memory, so that a test can call handlers, filters or {@link Server#answer} without a
 * server. One thread.
 */
public final class RequestBuilder {
    private final String method;
    private final String target;
    private final Map<String, String> pathParameters = new LinkedHashMap<>();
    private FieldList headers = FieldList.NONE;
    private FieldList trailers = FieldList.NONE;
    private InputStream body = InputStream.nullInputStream();
    private long contentLength;
    private InetSocketAddress peer = new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
    private InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080);
    private boolean secure;
    private @Nullable TlsPeer tls;
    private String protocol = "HTTP/1.1";
    private BiConsumer<Integer, Headers> interim = (_, _) -> {};

    RequestBuilder(String method, String target) {
        if (!Fields.isToken(method)) {
            throw new IllegalArgumentException("method " + Fields.quote(method) + " is not a token");
        }
        this.method = method;
        this.target = Objects.requireNonNull(target, "target");
    }

    /**
     * Adds a header field.
     *
     * @param name a token
     * @param value one line of text
     * @return this builder
     */
    public RequestBuilder header(String name, String value) {
        headers = headers.plus(Fields.requireName(name), Fields.requireValue(name, value));
        return this;
    }

    /**
     * Adds a trailer field.
     *
     * @param name a token
     * @param value one line of text
     * @return this builder
     */
    public RequestBuilder trailer(String name, String value) {
        trailers = trailers.plus(Fields.requireName(name), Fields.requireValue(name, value));
        return this;
    }

    /**
     * Sets the content.
     *
     * @param text the content, sent as UTF-8
     * @return this builder
     */
    public RequestBuilder body(String text) {
        return body(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sets the content.
     *
     * @param bytes the content
     * @return this builder
     */
    public RequestBuilder body(byte[] bytes) {
        body = new ByteArrayInputStream(bytes);
        contentLength = bytes.length;
        return this;
    }

    /**
     * Sets the content to a stream of unknown length, as a chunked request has.
     *
     * @param stream the content
     * @return this builder
     */
    public RequestBuilder body(InputStream stream) {
        body = Objects.requireNonNull(stream, "stream");
        contentLength = -1;
        return this;
    }

    /**
     * Sets a path parameter, for a handler called directly.
     *
     * @param name name in the pattern
     * @param value decoded value
     * @return this builder
     */
    public RequestBuilder path(String name, String value) {
        pathParameters.put(name, value);
        return this;
    }

    /**
     * Sets the other end of the connection.
     *
     * @param address its address
     * @return this builder
     */
    public RequestBuilder peer(InetSocketAddress address) {
        peer = address;
        return this;
    }

    /**
     * Sets this end of the connection.
     *
     * @param address its address
     * @return this builder
     */
    public RequestBuilder local(InetSocketAddress address) {
        local = address;
        return this;
    }

    /**
     * Sets whether the connection is encrypted.
     *
     * @param encrypted true for TLS
     * @return this builder
     */
    public RequestBuilder secure(boolean encrypted) {
        secure = encrypted;
        return this;
    }

    /**
     * Sets what the TLS handshake has agreed on, and that the connection is encrypted.
     *
     * @param agreed what was agreed on
     * @return this builder
     */
    public RequestBuilder tls(TlsPeer agreed) {
        tls = Objects.requireNonNull(agreed, "agreed");
        secure = true;
        return this;
    }

    /**
     * Makes it an HTTP/1.0 request.
     *
     * @return this builder
     */
    public RequestBuilder http10() {
        protocol = "HTTP/1.0";
        return this;
    }

    /**
     * Sets who is told of interim responses, which go nowhere otherwise.
     *
     * @param listener gets status and fields
     * @return this builder
     */
    public RequestBuilder onInform(BiConsumer<Integer, Headers> listener) {
        interim = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Makes the request.
     *
     * @return the request
     */
    public Request build() {
        RequestSource source = new InMemory(
                method, target, protocol, headers, body, contentLength, trailers, peer, local, secure, tls, interim);
        return new Request(source, RouteMatch.unrouted(target, pathParameters));
    }

    private record InMemory(
            String method,
            String target,
            String protocol,
            Headers headers,
            InputStream body,
            long contentLength,
            Headers trailers,
            InetSocketAddress peer,
            InetSocketAddress local,
            boolean secure,
            @Nullable TlsPeer tls,
            BiConsumer<Integer, Headers> interim)
            implements RequestSource {
        @Override
        public String pathAndQuery() {
            return target;
        }

        @Override
        public @Nullable String authority() {
            return headers.first("Host");
        }

        @Override
        public @Nullable String upgrade() {
            return UpgradeField.asked(method, isHttp10() ? 0 : 1, headers, contentLength);
        }

        @Override
        public void inform(int status, Headers fields) {
            if (!isHttp10()) {
                interim.accept(status, fields);
            }
        }

        private boolean isHttp10() {
            return protocol.equals("HTTP/1.0");
        }

        /** No peer is there that could go. */
        @Override
        public void onGone(Runnable action) {}
    }
}
