package ringfort.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is agreed on: protocol, suite, application protocol, certificate of the server and of the client, resumption. */
final class HandshakeTest {
    private static final CertificateSet CERTIFICATES = Fixtures.selfSigned();

    private static Link connect(TlsContext context, SSLContext client, Consumer<SSLParameters> setUp) {
        return new Link(context, Peer.of(client, setUp)).run();
    }

    private static TlsSession session(TlsContext context, SSLContext client, Consumer<SSLParameters> setUp) {
        Link link = connect(context, client, setUp);
        assertTrue(link.saw(TlsState.Event.FINISHED), () -> link.events + " " + link.peer.failure());
        return link.server.session();
    }

    private static TlsFailure failure(Link link) {
        assertEquals(TlsState.Event.FAILED, link.events.getLast(), () -> link.events + " " + link.peer.failure());
        assertFalse(link.saw(TlsState.Event.FINISHED), link.events::toString);
        return link.server.failure();
    }

    private static Consumer<SSLParameters> protocol(String name) {
        return parameters -> parameters.setProtocols(new String[] {name});
    }

    @Test
    void theNewestProtocolAndAesByDefault() {
        TlsSession session = session(
                new TlsContext(TlsOptions.DEFAULT, CERTIFICATES), Fixtures.clientOf(CERTIFICATES), parameters -> {});
        assertEquals("TLSv1.3", session.protocol());
        assertTrue(session.cipherSuite().startsWith("TLS_AES_"), session::toString);
        assertEquals("localhost", session.serverName());
        assertNull(session.applicationProtocol());
        assertEquals(List.of(), session.peerCertificates());
        assertFalse(session.resumed());
    }

    /** The suites of the two protocols, and none of RFC 9113, appendix A: each has forward secrecy and is authenticated. */
    @Test
    void onlyGoodSuitesAreOffered() {
        Set<String> suites = Arrays.stream(new TlsContext(TlsOptions.DEFAULT, CERTIFICATES)
                        .newEngine()
                        .getEnabledCipherSuites())
                .collect(Collectors.toSet());
        assertEquals(9, suites.size());
        for (String suite : suites) {
            assertTrue(
                    suite.matches("TLS_(ECDHE_(RSA|ECDSA)_WITH_)?(AES_(128|256)_GCM|CHACHA20_POLY1305)_SHA(256|384)"),
                    suite);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS_AES_128_GCM_SHA256",
                "TLS_AES_256_GCM_SHA384",
                "TLS_CHACHA20_POLY1305_SHA256",
                "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
            })
    void theClientsSuiteIsTaken(String suite) {
        boolean tls13 = !suite.contains("_WITH_");
        TlsSession session = session(
                new TlsContext(TlsOptions.DEFAULT, CERTIFICATES), Fixtures.clientOf(CERTIFICATES), parameters -> {
                    parameters.setProtocols(new String[] {tls13 ? "TLSv1.3" : "TLSv1.2"});
                    parameters.setCipherSuites(new String[] {suite});
                });
        assertEquals(suite, session.cipherSuite());
    }

    /** A client whose processor has no instructions for AES puts ChaCha20 first. */
    @ParameterizedTest
    @CsvSource({
        "TLS_CHACHA20_POLY1305_SHA256, TLS_AES_128_GCM_SHA256",
        "TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256"
    })
    void theClientsOrderOfSuitesDecides(String first, String second) {
        TlsSession session = session(
                new TlsContext(TlsOptions.DEFAULT, CERTIFICATES),
                Fixtures.clientOf(CERTIFICATES),
                parameters -> parameters.setCipherSuites(new String[] {first, second}));
        assertEquals(first, session.cipherSuite());
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, TLSv1.3", "TLSv1.3, TLSv1.2"})
    void aProtocolThatIsNotOfferedIsRefused(String offered, String asked) {
        TlsContext context = new TlsContext(TlsOptions.DEFAULT.withProtocols(offered), CERTIFICATES);
        Link link = connect(context, Fixtures.clientOf(CERTIFICATES), protocol(asked));
        assertEquals(TlsFailure.Kind.HANDSHAKE, failure(link).kind());
        assertTrue(String.valueOf(link.peer.failure()).contains("protocol_version"), () -> "" + link.peer.failure());
    }

    @Test
    void aWeakSuiteIsRefused() {
        Link link = connect(
                new TlsContext(TlsOptions.DEFAULT, CERTIFICATES), Fixtures.clientOf(CERTIFICATES), parameters -> {
                    parameters.setProtocols(new String[] {"TLSv1.2"});
                    parameters.setCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"});
                });
        assertEquals(TlsFailure.Kind.HANDSHAKE, failure(link).kind());
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3", "TLSv1.2"})
    void theServersOrderDecidesTheApplicationProtocol(String protocol) {
        TlsContext context =
                new TlsContext(TlsOptions.DEFAULT.withApplicationProtocols("h2", "http/1.1"), CERTIFICATES);
        SSLContext client = Fixtures.clientOf(CERTIFICATES);
        assertEquals(
                "h2",
                session(context, client, parameters -> {
                            parameters.setProtocols(new String[] {protocol});
                            parameters.setApplicationProtocols(new String[] {"http/1.1", "h2"});
                        })
                        .applicationProtocol());
        assertNull(session(context, client, protocol(protocol)).applicationProtocol());
        Link link = connect(context, client, parameters -> {
            parameters.setProtocols(new String[] {protocol});
            parameters.setApplicationProtocols(new String[] {"spdy/3"});
        });
        assertEquals(TlsFailure.Kind.HANDSHAKE, failure(link).kind());
        assertTrue(
                String.valueOf(link.peer.failure()).contains("no_application_protocol"),
                () -> "" + link.peer.failure());
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, a.example.org, CN=sni-exact",
        "TLSv1.2, a.example.org, CN=sni-exact",
        "TLSv1.3, A.EXAMPLE.org, CN=sni-exact",
        "TLSv1.3, b.example.org, CN=sni-wildcard",
        "TLSv1.2, b.example.org, CN=sni-wildcard",
        "TLSv1.3, example.org, CN=sni-default",
        "TLSv1.3, unknown.test, CN=sni-default",
        "TLSv1.2, unknown.test, CN=sni-default",
        "TLSv1.3, , CN=sni-default",
        "TLSv1.2, , CN=sni-default"
    })
    void theNameChoosesTheCertificate(String protocol, String name, String subject) throws SSLPeerUnverifiedException {
        CertificateSet set = sniSet();
        Link link = connect(new TlsContext(TlsOptions.DEFAULT, set), Fixtures.clientOf(set), parameters -> {
            parameters.setProtocols(new String[] {protocol});
            parameters.setServerNames(name == null ? List.of() : List.of(new SNIHostName(name)));
        });
        assertTrue(link.saw(TlsState.Event.FINISHED), () -> link.events + " " + link.peer.failure());
        assertEquals(subject, subjectSeenBy(link));
        assertEquals(
                name == null ? null : CertificateNames.normalised(name),
                link.server.session().serverName());
    }

    private static CertificateSet sniSet() {
        return new CertificateSet(List.of(
                Resources.certificate("sni-default.crt", "rsa.key"),
                Resources.certificate("sni-wildcard.crt", "ec.key"),
                Resources.certificate("sni-exact.crt", "ec.key"),
                Resources.certificate("sni-exact-rsa.crt", "rsa.key")));
    }

    private static String subjectSeenBy(Link link) throws SSLPeerUnverifiedException {
        X509Certificate certificate =
                (X509Certificate) link.peer.engine().getSession().getPeerCertificates()[0];
        return certificate.getSubjectX500Principal().toString();
    }

    /** Of two certificates for a name, the client's signature algorithms choose. */
    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, rsa_pss_rsae_sha256, CN=sni-exact-rsa",
        "TLSv1.3, ecdsa_secp256r1_sha256, CN=sni-exact",
        "TLSv1.2, rsa_pss_rsae_sha256, CN=sni-exact-rsa",
        "TLSv1.2, ecdsa_secp256r1_sha256, CN=sni-exact"
    })
    void theClientsAlgorithmsChooseTheKindOfKey(String protocol, String scheme, String subject)
            throws SSLPeerUnverifiedException {
        CertificateSet set = sniSet();
        Link link = connect(new TlsContext(TlsOptions.DEFAULT, set), Fixtures.clientOf(set), parameters -> {
            parameters.setProtocols(new String[] {protocol});
            if (protocol.equals("TLSv1.2")) {
                String kind = scheme.startsWith("rsa") ? "RSA" : "ECDSA";
                parameters.setCipherSuites(new String[] {"TLS_ECDHE_" + kind + "_WITH_AES_128_GCM_SHA256"});
            }
            parameters.setSignatureSchemes(new String[] {scheme, "rsa_pkcs1_sha256", "ecdsa_secp256r1_sha256"});
            parameters.setServerNames(List.of(new SNIHostName("a.example.org")));
        });
        assertTrue(link.saw(TlsState.Event.FINISHED), () -> link.events + " " + link.peer.failure());
        assertEquals(subject, subjectSeenBy(link));
    }

    /** Never a certificate of another name because its kind of key would fit. */
    @Test
    void aNameIsNotServedByAnothersKey() {
        CertificateSet set = new CertificateSet(List.of(
                Resources.certificate("ec.crt", "ec.key"), Resources.certificate("sni-exact-rsa.crt", "rsa.key")));
        Link link = connect(new TlsContext(TlsOptions.DEFAULT, set), Fixtures.clientOf(set), parameters -> {
            parameters.setSignatureSchemes(new String[] {"ecdsa_secp256r1_sha256"});
            parameters.setServerNames(List.of(new SNIHostName("a.example.org")));
        });
        assertEquals(TlsFailure.Kind.HANDSHAKE, failure(link).kind());
    }

    @ParameterizedTest
    @CsvSource({"ec, TLSv1.3", "rsa, TLSv1.3", "rsapss, TLSv1.3", "ed25519, TLSv1.3", "ec, TLSv1.2", "rsa, TLSv1.2"})
    void eachKindOfKeyServes(String name, String protocol) {
        CertificateSet set = new CertificateSet(List.of(Resources.certificate(name + ".crt", name + ".key")));
        assertFalse(session(new TlsContext(TlsOptions.DEFAULT, set), Fixtures.clientOf(set), protocol(protocol))
                .resumed());
    }

    /** The session of the second connection says what that of the first said, and that it was resumed. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aSecondConnectionResumesTheFirst(String protocol) throws TlsConfigurationException {
        ServerCertificate client = Resources.certificate("client.crt", "client.key");
        TlsContext context = new TlsContext(
                TlsOptions.DEFAULT.withClientAuth(ClientAuth.NEED),
                CERTIFICATES,
                ClientTrust.of(Resources.chain("root.crt")));
        SSLContext sameClient =
                Fixtures.client(client, CERTIFICATES.all().getFirst().chain().getFirst());
        TlsSession first = session(context, sameClient, protocol(protocol));
        assertFalse(first.resumed());
        TlsSession second = session(context, sameClient, protocol(protocol));
        assertTrue(second.resumed());
        assertEquals(first.peerCertificates(), second.peerCertificates());
        assertEquals(first.cipherSuite(), second.cipherSuite());
        assertEquals("localhost", second.serverName());
        assertFalse(
                session(new TlsContext(TlsOptions.DEFAULT, CERTIFICATES), sameClient, protocol(protocol))
                        .resumed(),
                "another context has other keys");
    }

    /**
     * The JDK compares the certificate in a ticket with the one it would send now, and asks for that one before any session
     * has the name in the hello: the default certificate would end every resumption of another name.
     */
    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, a.example.org",
        "TLSv1.3, b.example.org",
        "TLSv1.3, unknown.test",
        "TLSv1.2, a.example.org",
        "TLSv1.2, b.example.org"
    })
    void eachNameIsResumed(String protocol, String name) {
        CertificateSet set = sniSet();
        TlsContext context = new TlsContext(TlsOptions.DEFAULT, set);
        SSLContext client = Fixtures.clientOf(set);
        Consumer<SSLParameters> setUp = parameters -> {
            parameters.setProtocols(new String[] {protocol});
            parameters.setServerNames(List.of(new SNIHostName(name)));
        };
        assertFalse(session(context, client, setUp).resumed());
        assertTrue(session(context, client, setUp).resumed());
    }

    /**
     * A session is not resumed under another name (RFC 6066, 3), nor is its name taken for the one that was asked for. The
     * client of the JDK repeats the name of the session, so that it is exchanged on the way. The handshake can then not
     * finish, but the answer shows a certificate.
     */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void anotherNameIsNotResumed(String protocol) {
        CertificateSet set = sniSet();
        TlsContext context = new TlsContext(TlsOptions.DEFAULT, set);
        SSLContext client = Fixtures.clientOf(set);
        Consumer<SSLParameters> setUp = parameters -> {
            parameters.setProtocols(new String[] {protocol});
            parameters.setServerNames(List.of(new SNIHostName("b.example.org")));
        };
        session(context, client, setUp);

        Link same = new Link(context, Peer.of(client, setUp));
        byte[] hello = same.peer.pull();
        same.feed(hello);
        int resumedBytes = same.takeToPeer().length;

        Link other = new Link(context, Peer.of(client, setUp));
        String text = new String(other.peer.pull(), StandardCharsets.ISO_8859_1);
        assertTrue(text.contains("b.example.org"));
        other.feed(text.replace("b.example.org", "c.example.org").getBytes(StandardCharsets.ISO_8859_1));
        assertFalse(other.saw(TlsState.Event.FAILED), () -> "" + other.server.failure());
        int fullBytes = other.takeToPeer().length;
        assertTrue(fullBytes > resumedBytes + 200, fullBytes + " bytes, and " + resumedBytes + " when resumed");
    }

    @Test
    void newCertificatesLeaveConnectionsAlone() throws SSLPeerUnverifiedException {
        TlsContext context = new TlsContext(TlsOptions.DEFAULT, CERTIFICATES);
        CertificateSet other = new CertificateSet(List.of(Resources.certificate("ec.crt", "ec.key")));
        SSLContext client = Fixtures.client(
                null,
                CERTIFICATES.all().getFirst().chain().getFirst(),
                other.all().getFirst().chain().getFirst());
        Link before = connect(context, client, parameters -> {});
        context.replace(other);
        before.peer.write("still here");
        before.run();
        assertEquals("still here", before.plaintext());
        Link fresh = connect(context, client, parameters -> {});
        assertFalse(fresh.server.session().resumed(), "the JDK resumes no session of a certificate that is gone");
        assertEquals("CN=ec.test", subjectSeenBy(fresh));
    }

    /** The engine has chosen an alias of the old set when the new one comes. */
    @Test
    void anAliasOutlivesOneReplacement() {
        ServerKeyManager keys = new ServerKeyManager(CERTIFICATES);
        String alias = String.valueOf(keys.chooseEngineServerAlias("EC", null, null));
        CertificateSet other = new CertificateSet(List.of(Resources.certificate("ec.crt", "ec.key")));
        keys.replace(other);
        assertEquals(CERTIFICATES.all().getFirst().key(), keys.getPrivateKey(alias));
        X509Certificate[] chain = keys.getCertificateChain(alias);
        assertEquals(CERTIFICATES.all().getFirst().chain().getFirst(), chain == null ? null : chain[0]);
        keys.replace(other);
        assertNull(keys.getPrivateKey(alias));
        assertNull(keys.getPrivateKey("nonsense"));
        assertNull(keys.getPrivateKey(null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void clientCertificates(String protocol) throws TlsConfigurationException {
        X509Certificate server = CERTIFICATES.all().getFirst().chain().getFirst();
        ServerCertificate ada = Resources.certificate("client.crt", "client.key");
        ServerCertificate stranger = Resources.certificate("stranger.crt", "stranger.key");
        ClientTrust trust = ClientTrust.of(Resources.chain("root.crt"));
        for (ClientAuth auth : List.of(ClientAuth.WANT, ClientAuth.NEED)) {
            TlsContext context = new TlsContext(TlsOptions.DEFAULT.withClientAuth(auth), CERTIFICATES, trust);
            TlsSession known = session(context, Fixtures.client(ada, server), protocol(protocol));
            assertEquals(
                    "CN=Ada",
                    known.peerCertificates()
                            .getFirst()
                            .getSubjectX500Principal()
                            .toString());

            Link without = connect(context, Fixtures.client(null, server), protocol(protocol));
            if (auth == ClientAuth.NEED) {
                assertEquals(
                        TlsFailure.Kind.PEER_CERTIFICATE, failure(without).kind(), () -> "" + without.server.failure());
            } else {
                assertEquals(List.of(), without.server.session().peerCertificates());
            }
            // A client shows no certificate that the server's list of authorities has no issuer of; this one insists.
            Link strange = connect(context, Insistent.client(stranger, server), protocol(protocol));
            assertEquals(
                    TlsFailure.Kind.PEER_CERTIFICATE, failure(strange).kind(), () -> "" + strange.server.failure());
            assertTrue(strange.peer.failure() != null, () -> "" + strange.peer.failure());
        }
        TlsContext none = new TlsContext(TlsOptions.DEFAULT, CERTIFICATES);
        assertEquals(
                List.of(),
                session(none, Fixtures.client(ada, server), protocol(protocol)).peerCertificates());
    }

    @Test
    void trustAndItsUseGoTogether() throws TlsConfigurationException {
        ClientTrust trust = ClientTrust.of(Resources.chain("root.crt"));
        assertThrows(IllegalArgumentException.class, () -> new TlsContext(TlsOptions.DEFAULT, CERTIFICATES, trust));
        TlsOptions need = TlsOptions.DEFAULT.withClientAuth(ClientAuth.NEED);
        assertThrows(IllegalArgumentException.class, () -> new TlsContext(need, CERTIFICATES));
    }

    @Test
    void optionsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> TlsOptions.DEFAULT.withProtocols());
        assertThrows(IllegalArgumentException.class, () -> TlsOptions.DEFAULT.withProtocols("TLSv1.1"));
        assertThrows(IllegalArgumentException.class, () -> TlsOptions.DEFAULT.withApplicationProtocols(""));
        assertThrows(
                IllegalArgumentException.class, () -> TlsOptions.DEFAULT.withApplicationProtocols("x".repeat(256)));
        assertThrows(IllegalArgumentException.class, () -> TlsOptions.DEFAULT.withSessions(0, 1));
        assertThrows(IllegalArgumentException.class, () -> TlsOptions.DEFAULT.withSessions(604_801, 1));
        assertThrows(IllegalArgumentException.class, () -> TlsOptions.DEFAULT.withSessions(1, 0));
        assertEquals(5, TlsOptions.DEFAULT.withSessions(5, 6).sessionTimeoutSeconds());
        assertThrows(IllegalArgumentException.class, () -> new TlsLimits(3, 65536, 32, 1));
        assertThrows(IllegalArgumentException.class, () -> new TlsLimits(64, 100, 32, 1));
    }
}
