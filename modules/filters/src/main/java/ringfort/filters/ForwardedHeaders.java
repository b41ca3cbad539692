package ringfort.filters;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.spi.ForwardingSource;
import ringfort.api.spi.Network;
import ringfort.api.spi.RequestSource;

/**
 * Behind proxies, has {@link Request#peer}, {@link Request#secure} and {@link Request#host} say what the proxies say of the
 * client. Only named proxies are believed: from anybody else the fields are a stranger's words, and are ignored. Of a chain the
 * addresses are read from its end, as far as they are proxies of yours; the first that is not is the client.
 *
 * <p>A proxy must overwrite the kind of field that is chosen here, or append to it; the other kind is not looked at. Put it
 * outside of filters that ask for the peer. Immutable; any thread.
 */
public final class ForwardedHeaders implements Filter {
    private static final int MOST_HOPS = 32;

    private final List<Network> proxies;
    private final boolean standard;

    private ForwardedHeaders(List<Network> proxies, boolean standard) {
        this.proxies = proxies;
        this.standard = standard;
        if (proxies.isEmpty()) {
            throw new IllegalArgumentException("name the networks of the proxies, such as 10.0.0.0/8");
        }
    }

    /**
     * Reads {@code X-Forwarded-For}, {@code X-Forwarded-Proto} and {@code X-Forwarded-Host}.
     *
     * @param proxies the networks that are believed, {@code 10.0.0.0/8,fd00::/8}
     * @return the filter
     */
    public static ForwardedHeaders xForwarded(String proxies) {
        return new ForwardedHeaders(Network.parse(proxies), false);
    }

    /**
     * Reads {@code Forwarded} (RFC 7239).
     *
     * @param proxies the networks that are believed
     * @return the filter
     */
    public static ForwardedHeaders forwarded(String proxies) {
        return new ForwardedHeaders(Network.parse(proxies), true);
    }

    /** What one proxy says of what it has received; null for what it does not say. */
    record Hop(
            @Nullable String from,
            @Nullable String proto,
            @Nullable String host) {}

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        if (!isProxy(request.peer().getAddress())) {
            return next.handle(request);
        }
        List<Hop> hops = standard ? standardHops(request) : customHops(request);
        return next.handle(hops.isEmpty() ? request : request.with(source -> seen(source, hops)));
    }

    /** From the end of the chain, which the nearest proxy wrote. */
    private RequestSource seen(RequestSource source, List<Hop> hops) {
        InetSocketAddress client = source.peer();
        boolean secure = source.secure();
        String host = source.authority();
        for (Hop hop : hops.reversed()) {
            InetSocketAddress from = hop.from == null ? null : address(hop.from);
            secure = hop.proto == null ? secure : hop.proto.equalsIgnoreCase("https");
            host = hop.host == null ? host : hop.host;
            if (from == null) {
                break; // unknown, hidden or malformed: what is before it cannot be believed
            }
            client = from;
            if (!isProxy(from.getAddress())) {
                break;
            }
        }
        return new Seen(source, client, secure, host);
    }

    private static List<Hop> customHops(Request request) {
        List<String> addresses = split(request, "X-Forwarded-For");
        List<String> protos = split(request, "X-Forwarded-Proto");
        List<String> hosts = split(request, "X-Forwarded-Host");
        List<Hop> hops = new ArrayList<>();
        for (int fromEnd = 1; fromEnd <= Math.max(1, addresses.size()); fromEnd++) {
            // A list of one is the same for the whole chain: proxies overwrite it more often than they append.
            hops.addFirst(new Hop(at(addresses, fromEnd), at(protos, fromEnd), at(hosts, fromEnd)));
        }
        return hops;
    }

    private static @Nullable String at(List<String> list, int fromEnd) {
        return fromEnd > list.size() ? null : list.get(list.size() - fromEnd);
    }

    private static List<String> split(Request request, String name) {
        List<String> all = new ArrayList<>();
        for (String field : request.headers().all(name)) {
            for (String element : field.split(",", -1)) {
                if (!element.isBlank()) {
                    all.add(element.strip());
                }
            }
        }
        return all.size() > MOST_HOPS ? all.subList(all.size() - MOST_HOPS, all.size()) : all;
    }

    private static List<Hop> standardHops(Request request) {
        return hops(String.join(", ", request.headers().all("Forwarded")));
    }

    /** Elements separated by commas, each of pairs separated by semicolons, values perhaps quoted (RFC 7239, section 4). */
    static List<Hop> hops(String field) {
        List<Hop> hops = new ArrayList<>();
        for (String element : pieces(field, ',')) {
            String from = null;
            String proto = null;
            String host = null;
            for (String pair : pieces(element, ';')) {
                int equals = pair.indexOf('=');
                String value =
                        equals < 0 ? "" : unquoted(pair.substring(equals + 1).strip());
                switch (equals < 0 ? "" : pair.substring(0, equals).strip().toLowerCase(Locale.ROOT)) {
                    case "for" -> from = value;
                    case "proto" -> proto = value;
                    case "host" -> host = value;
                    default -> {} // others say nothing of the client
                }
            }
            hops.add(new Hop(from, proto, host));
        }
        return hops.size() > MOST_HOPS ? hops.subList(hops.size() - MOST_HOPS, hops.size()) : hops;
    }

    private static List<String> pieces(String text, char separator) {
        List<String> pieces = new ArrayList<>();
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : separator;
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && (!quoted || i == text.length())) {
                String piece = text.substring(from, Math.min(i, text.length())).strip();
                if (!piece.isEmpty()) {
                    pieces.add(piece);
                }
                from = i + 1;
            }
        }
        return pieces;
    }

    private static String unquoted(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1).replace("\\", "")
                : value;
    }

    /** An address, perhaps with a port; no name is ever looked up. Null for anything else. */
    static @Nullable InetSocketAddress address(String node) {
        String host = node;
        String port = "";
        int colon = node.lastIndexOf(':');
        if (node.startsWith("[")) {
            int end = node.indexOf(']');
            if (end < 0) {
                return null;
            }
            host = node.substring(1, end);
            port = node.substring(end + 1);
        } else if (colon >= 0 && node.indexOf(':') == colon) {
            host = node.substring(0, colon);
            port = node.substring(colon);
        }
        try {
            int number = port.length() > 1 ? Integer.parseInt(port, 1, port.length(), 10) : 0;
            // The JDK takes 1.2.3 for an address, too, and 1.2.0.3 is what it makes of it.
            boolean dotted =
                    host.indexOf(':') >= 0 || host.chars().filter(c -> c == '.').count() == 3;
            return !dotted || host.indexOf('%') >= 0 || number < 0 || number > 65_535
                    ? null
                    : new InetSocketAddress(InetAddress.ofLiteral(host), number);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private boolean isProxy(@Nullable InetAddress address) {
        if (address == null) {
            return false;
        }
        byte[] bytes = address.getAddress();
        ByteBuffer numbers = ByteBuffer.wrap(bytes);
        long high = bytes.length == 4 ? 0 : numbers.getLong(0);
        long low = bytes.length == 4
                ? 0xFFFF_0000_0000L | Integer.toUnsignedLong(numbers.getInt(0))
                : numbers.getLong(Long.BYTES);
        for (Network proxy : proxies) {
            if (proxy.contains(high, low)) {
                return true;
            }
        }
        return false;
    }

    private static final class Seen extends ForwardingSource {
        private final InetSocketAddress client;
        private final boolean secure;
        private final @Nullable String host;

        Seen(RequestSource source, InetSocketAddress client, boolean secure, @Nullable String host) {
            super(source);
            this.client = client;
            this.secure = secure;
            this.host = host;
        }

        @Override
        public InetSocketAddress peer() {
            return client;
        }

        @Override
        public boolean secure() {
            return secure;
        }

        @Override
        public @Nullable String authority() {
            return host;
        }
    }
}
