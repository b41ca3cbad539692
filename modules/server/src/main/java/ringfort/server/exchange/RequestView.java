package ringfort.server.exchange;

import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.api.Headers;
import ringfort.api.TlsPeer;
import ringfort.api.spi.RequestSource;
import ringfort.message.FieldSection;
import ringfort.message.Fields;
import ringfort.message.MessageHead;

/**
 * A parsed head as an application sees it: the same bytes, strings made when asked for. An extended CONNECT is seen as what
 * HTTP/1.1 has in its place: a GET without content that asks for an upgrade.
 */
final class RequestView implements RequestSource {
    private final MessageHead head;
    private @Nullable InputStream body;
    private final Endpoints endpoints;
    private final Asked asked;
    private volatile Fields trailers = Fields.EMPTY;

    /** What a request asks of the exchange that it belongs to. */
    interface Asked {
        /** As {@link RequestSource#inform}, to peers whose protocol has interim responses. */
        void inform(int status, Headers fields);

        /** As {@link RequestSource#onGone}. */
        void onGone(Runnable action);
    }

    /** @param body the content; null when there is none */
    RequestView(MessageHead head, @Nullable InputStream body, Endpoints endpoints, Asked asked) {
        this.head = head;
        this.body = body;
        this.endpoints = endpoints;
        this.asked = asked;
    }

    /** Called when the body has ended, before its reader learns of that. */
    void trailers(Fields fields) {
        trailers = fields;
    }

    @Override
    public String method() {
        return head.isExtendedConnect() ? "GET" : head.method();
    }

    @Override
    public String target() {
        return head.target();
    }

    @Override
    public String pathAndQuery() {
        return head.pathAndQuery();
    }

    @Override
    public String protocol() {
        return head.protocol();
    }

    @Override
    public Headers headers() {
        return new View(head.fields());
    }

    @Override
    public InputStream body() {
        InputStream content = body;
        if (content == null) {
            content = InputStream.nullInputStream();
            body = content;
        }
        return content;
    }

    @Override
    public long contentLength() {
        return head.hasBody() && !head.isExtendedConnect() ? head.contentLength() : 0;
    }

    @Override
    public Headers trailers() {
        return new View(trailers);
    }

    @Override
    public InetSocketAddress peer() {
        return endpoints.peer();
    }

    @Override
    public InetSocketAddress local() {
        return endpoints.local();
    }

    @Override
    public @Nullable String authority() {
        return head.authority();
    }

    @Override
    public boolean secure() {
        return endpoints.secure();
    }

    @Override
    public @Nullable TlsPeer tls() {
        return endpoints.tls();
    }

    @Override
    public @Nullable String upgrade() {
        if (head.isExtendedConnect()) {
            return head.upgrade();
        }
        boolean asked = head.upgrade() != null && !head.hasBody() && !head.isHead();
        return asked ? String.join(",", headers().all("Upgrade")) : null;
    }

    @Override
    public void inform(int status, Headers fields) {
        if (head.knowsInterim()) {
            asked.inform(status, fields);
        }
    }

    @Override
    public void onGone(Runnable action) {
        asked.onGone(action);
    }

    private record View(FieldSection fields) implements Headers {
        @Override
        public int size() {
            return fields.fieldCount();
        }

        @Override
        public String name(int index) {
            return fields.name(index);
        }

        @Override
        public String value(int index) {
            return fields.value(index);
        }

        @Override
        public @Nullable String first(String name) {
            return fields.first(name);
        }

        @Override
        public List<String> all(String name) {
            List<String> values = new ArrayList<>(2);
            for (int i = fields.indexOf(name, 0); i >= 0; i = fields.indexOf(name, i + 1)) {
                values.add(fields.value(i));
            }
            return List.copyOf(values);
        }

        @Override
        public boolean contains(String name) {
            return fields.indexOf(name, 0) >= 0;
        }
    }
}
