package ringfort.filters;

import java.io.InputStream;
import ringfort.api.spi.ForwardingSource;
import ringfort.api.spi.RequestSource;

/** A request with another content. */
class BodySource extends ForwardingSource {
    private final InputStream body;
    private final long length;

    BodySource(RequestSource source, InputStream body, long length) {
        super(source);
        this.body = body;
        this.length = length;
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public long contentLength() {
        return length;
    }
}
