package ringfort.api.spi;

import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.api.Headers;
import ringfort.api.TlsPeer;

/**
 * A request that is another one but for what a subclass overrides: for filters, by {@link ringfort.api.Request#with}. Called on
 * the handler's thread only.
 */
public abstract class ForwardingSource implements RequestSource {
    private final RequestSource source;

    /**
     * Makes a source.
     *
     * @param source what is asked for everything that the subclass does not override
     */
    protected ForwardingSource(RequestSource source) {
        this.source = Objects.requireNonNull(source, "source");
    }

    @Override
    public String method() {
        return source.method();
    }

    @Override
    public String target() {
        return source.target();
    }

    @Override
    public String pathAndQuery() {
        return source.pathAndQuery();
    }

    @Override
    public String protocol() {
        return source.protocol();
    }

    @Override
    public Headers headers() {
        return source.headers();
    }

    @Override
    public InputStream body() {
        return source.body();
    }

    @Override
    public long contentLength() {
        return source.contentLength();
    }

    @Override
    public Headers trailers() {
        return source.trailers();
    }

    @Override
    public InetSocketAddress peer() {
        return source.peer();
    }

    @Override
    public InetSocketAddress local() {
        return source.local();
    }

    @Override
    public @Nullable String authority() {
        return source.authority();
    }

    @Override
    public boolean secure() {
        return source.secure();
    }

    @Override
    public @Nullable TlsPeer tls() {
        return source.tls();
    }

    @Override
    public @Nullable String upgrade() {
        return source.upgrade();
    }

    @Override
    public void inform(int status, Headers fields) {
        source.inform(status, fields);
    }

    @Override
    public void onGone(Runnable action) {
        source.onGone(action);
    }
}
