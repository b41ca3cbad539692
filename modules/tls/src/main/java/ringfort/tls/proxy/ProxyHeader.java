package ringfort.tls.proxy;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a load balancer says of a connection it has accepted. Immutable. */
public final class ProxyHeader {
    /** Type of a {@linkplain #value value}: the protocol that ALPN chose at the balancer. */
    public static final int PP2_TYPE_ALPN = 0x01;

    /** Type of a value: the host that the client asked for. */
    public static final int PP2_TYPE_AUTHORITY = 0x02;

    /** Type of a value: an identifier of the connection, at most 128 bytes. */
    public static final int PP2_TYPE_UNIQUE_ID = 0x05;

    /** Type of a value: what is known of the TLS between client and balancer. */
    public static final int PP2_TYPE_SSL = 0x20;

    private static final int PP2_CLIENT_SSL = 0x01;

    private final int version;
    private final @Nullable InetSocketAddress source;
    private final @Nullable InetSocketAddress destination;
    private final Map<Integer, byte[]> values;

    ProxyHeader(
            int version,
            @Nullable InetSocketAddress source,
            @Nullable InetSocketAddress destination,
            Map<Integer, byte[]> values) {
        this.version = version;
        this.source = source;
        this.destination = destination;
        this.values = new TreeMap<>(values);
    }

    /** 1 or 2. */
    public int version() {
        return version;
    }

    /**
     * The client. Null when the balancer speaks for itself, as for a check of health, or names no address: then the peer of
     * the connection is the client.
     */
    public @Nullable InetSocketAddress source() {
        return source;
    }

    /** The address that the client has connected to; null with {@link #source}. */
    public @Nullable InetSocketAddress destination() {
        return destination;
    }

    /** Whether the balancer says that the client has come over TLS. Version 1 cannot say so. */
    public boolean secure() {
        byte[] tls = values.get(PP2_TYPE_SSL);
        return tls != null && tls.length > 0 && (tls[0] & PP2_CLIENT_SSL) != 0;
    }

    /** A copy of the value of a type (section 2.2.1 and following); null when it was not sent. Types are 0 to 255. */
    public byte @Nullable [] value(int type) {
        byte[] value = values.get(type);
        return value == null ? null : Arrays.copyOf(value, value.length);
    }

    /** Addresses and types of values. */
    @Override
    public String toString() {
        return "PROXY v" + version + " from " + source + " to " + destination + " with " + values.keySet();
    }
}
