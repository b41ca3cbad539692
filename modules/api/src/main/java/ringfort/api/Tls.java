package ringfort.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a listener speaks TLS: its certificates, and what it asks of clients. It only describes: files are read when the server
 * starts, and again when they change. Immutable; any thread.
 *
 * {@snippet :
 * Tls tls = Tls.pem(Path.of("server.crt"), Path.of("server.key"))
 *         .and(Tls.pem(Path.of("other.crt"), Path.of("other.key"))); // for the names in that certificate (SNI)
 * Server.https(8443, tls).get("/", request -> Response.text("hello")).start();
 * }
 */
public final class Tls {
    /** Whether clients must show a certificate (RFC 8446, 4.3.2). */
    public enum ClientCertificates {
        /** They are not asked for one. */
        NONE,
        /** They are asked, and may send none. One that is not trusted ends the handshake all the same. */
        WANT,
        /** They are asked, and must send one that is trusted. */
        NEED
    }

    /** Where a certificate and its key come from. */
    public sealed interface Source {}

    /**
     * Two files in PEM.
     *
     * @param certificates the certificate, and behind each one its issuer
     * @param key the private key
     * @param password of an encrypted key; null for none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Pem(Path certificates, Path key, char @Nullable [] password) implements Source {}

    /**
     * A key store, PKCS#12 or JKS. Each of its private keys becomes a certificate of the listener.
     *
     * @param file the store
     * @param password of the store and of its keys
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record KeyStoreFile(Path file, char[] password) implements Source {}

    /** A key and a certificate that are made when the server starts, for {@code localhost}, 127.0.0.1 and ::1. */
    public record SelfSigned() implements Source {}

    private static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");
    private static final Duration TWO_HOURS = Duration.ofHours(2);
    private static final Duration LONGEST_SESSION = Duration.ofDays(7); // RFC 8446, 4.6.1

    private final List<Source> sources;
    private final List<String> protocols;
    private final ClientCertificates clientCertificates;
    private final @Nullable Path clientAuthorities;
    private final Duration sessionTimeout;

    private Tls(
            List<Source> sources,
            List<String> protocols,
            ClientCertificates clientCertificates,
            @Nullable Path clientAuthorities,
            Duration sessionTimeout) {
        this.sources = List.copyOf(sources);
        this.protocols = List.copyOf(protocols);
        this.clientCertificates = clientCertificates;
        this.clientAuthorities = clientAuthorities;
        this.sessionTimeout = sessionTimeout;
    }

    private static Tls of(Source source) {
        return new Tls(List.of(source), List.of("TLSv1.3", "TLSv1.2"), ClientCertificates.NONE, null, TWO_HOURS);
    }

    /**
     * A certificate and its key in PEM files; the key in PKCS#8, PKCS#1 or SEC1.
     *
     * @param certificates the server's certificate first, behind each one its issuer
     * @param key the private key; may be the same file
     * @return the description
     */
    public static Tls pem(Path certificates, Path key) {
        return of(new Pem(Objects.requireNonNull(certificates), Objects.requireNonNull(key), null));
    }

    /**
     * A certificate and its encrypted key in PEM files.
     *
     * @param certificates the server's certificate first, behind each one its issuer
     * @param key the private key, encrypted PKCS#8
     * @param password of the key
     * @return the description
     */
    public static Tls pem(Path certificates, Path key, char[] password) {
        return of(new Pem(Objects.requireNonNull(certificates), Objects.requireNonNull(key), password.clone()));
    }

    /**
     * The certificates of a key store.
     *
     * @param store PKCS#12 or JKS
     * @param password of the store and of its keys
     * @return the description
     */
    public static Tls keyStore(Path store, char[] password) {
        return of(new KeyStoreFile(Objects.requireNonNull(store), password.clone()));
    }

    /**
     * A certificate for development, made in memory when the server starts: for {@code localhost}, 127.0.0.1 and ::1, thirty
     * days. Its fingerprint goes to the log. No client trusts it by itself.
     *
     * @return the description
     */
    public static Tls selfSigned() {
        return of(new SelfSigned());
    }

    /**
     * Adds certificates. A client gets the one that has the name it asks for (RFC 6066, 3), else the first.
     *
     * @param other gives its certificates; what else it says does not count
     * @return a description with both
     */
    public Tls and(Tls other) {
        List<Source> both = new ArrayList<>(sources);
        both.addAll(other.sources);
        return new Tls(both, protocols, clientCertificates, clientAuthorities, sessionTimeout);
    }

    /**
     * Sets the versions that are spoken: both, unless this is called.
     *
     * @param names of {@code TLSv1.3} and {@code TLSv1.2}
     * @return a description with these versions
     * @throws IllegalArgumentException for another name, or none
     */
    public Tls protocols(String... names) {
        if (names.length == 0 || !PROTOCOLS.containsAll(List.of(names))) {
            throw new IllegalArgumentException("protocols are " + List.of(names) + "; there are TLSv1.3 and TLSv1.2");
        }
        return new Tls(sources, List.of(names), clientCertificates, clientAuthorities, sessionTimeout);
    }

    /**
     * Asks clients for certificates, and trusts those that these authorities have issued, and no others.
     *
     * @param asked whether they may send none
     * @param authorities PEM file with the certificates of the authorities
     * @return a description that asks
     */
    public Tls clientCertificates(ClientCertificates asked, Path authorities) {
        Path trusted = asked == ClientCertificates.NONE ? null : Objects.requireNonNull(authorities, "authorities");
        return new Tls(sources, protocols, asked, trusted, sessionTimeout);
    }

    /**
     * Sets for how long a session may be resumed after its handshake: two hours, unless this is called.
     *
     * @param timeout one second to seven days
     * @return a description with this time
     * @throws IllegalArgumentException for another time
     */
    public Tls sessionTimeout(Duration timeout) {
        if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(LONGEST_SESSION) > 0) {
            throw new IllegalArgumentException("session timeout is " + timeout + "; give one second to seven days");
        }
        return new Tls(sources, protocols, clientCertificates, clientAuthorities, timeout);
    }

    /**
     * Where the certificates come from.
     *
     * @return the sources, the default one first
     */
    public List<Source> sources() {
        return sources;
    }

    /**
     * The versions that are spoken.
     *
     * @return their names
     */
    public List<String> protocols() {
        return protocols;
    }

    /**
     * Whether clients are asked for certificates.
     *
     * @return what they are asked for
     */
    public ClientCertificates clientCertificates() {
        return clientCertificates;
    }

    /**
     * Whose certificates of clients are trusted.
     *
     * @return a PEM file; null when clients are not asked
     */
    public @Nullable Path clientAuthorities() {
        return clientAuthorities;
    }

    /**
     * For how long a session may be resumed.
     *
     * @return the time since its handshake
     */
    public Duration sessionTimeout() {
        return sessionTimeout;
    }

    /** What is described; nothing of keys or passwords. */
    @Override
    public String toString() {
        return "TLS with " + sources.size() + " certificate source(s), " + protocols + ", client certificates "
                + clientCertificates;
    }
}
