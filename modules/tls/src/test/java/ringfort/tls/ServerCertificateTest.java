package ringfort.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is checked of a chain and its key, and for which names it stands. */
final class ServerCertificateTest {
    private static String refused(List<X509Certificate> chain, String key, Instant now) {
        TlsConfigurationException e = assertThrows(
                TlsConfigurationException.class, () -> ServerCertificate.of(chain, Resources.key(key), now));
        return String.valueOf(e.getMessage());
    }

    @Test
    void aWholeChain() {
        ServerCertificate leaf = Resources.certificate("leaf.chain.crt", "leaf.key");
        assertEquals(3, leaf.chain().size());
        assertEquals(List.of("leaf.test", "localhost"), leaf.names());
        assertTrue(leaf.notAfter().isAfter(Fixtures.NOW));
    }

    @Test
    void aKeyOfAnotherCertificate() {
        String message = refused(Resources.chain("ec.crt"), "leaf.key", Fixtures.NOW);
        assertTrue(message.startsWith("the private key does not belong to the certificate of CN=ec.test"), message);
        message = refused(Resources.chain("ec.crt"), "rsa.key", Fixtures.NOW);
        assertTrue(message.startsWith("the private key does not belong to the certificate of CN=ec.test"), message);
        message = refused(Resources.chain("rsa.crt"), "rsapss.key", Fixtures.NOW);
        assertTrue(message.startsWith("the private key does not belong"), message);
    }

    @Test
    void aChainInTheWrongOrder() {
        List<X509Certificate> chain = new ArrayList<>(Resources.chain("leaf.chain.crt"));
        Collections.swap(chain, 1, 2);
        String message = refused(chain, "leaf.key", Fixtures.NOW);
        assertTrue(message.contains("certificate 2 of the chain, of CN=Test Root, has not issued"), message);
        Collections.swap(chain, 0, 2);
        message = refused(chain, "leaf.key", Fixtures.NOW);
        assertTrue(message.contains("belongs to certificate 3 of the chain; put that one first"), message);
        assertTrue(refused(List.of(), "leaf.key", Fixtures.NOW).contains("no certificate"));
        assertTrue(refused(Collections.nCopies(11, Resources.chain("ec.crt").getFirst()), "ec.key", Fixtures.NOW)
                .contains("11 certificates"));
    }

    /** The issuer's name alone proves nothing. */
    @Test
    void anIssuerOfTheSameNameThatHasNotSigned() {
        List<X509Certificate> chain = List.of(
                Resources.chain("ec.crt").getFirst(),
                Resources.chain("ec-namesake.crt").getFirst());
        assertTrue(refused(chain, "ec.key", Fixtures.NOW)
                .contains("certificate 2 of the chain, of CN=ec.test, has not issued"));
    }

    @Test
    void outsideOfItsTime() {
        List<X509Certificate> chain = Resources.chain("ec.crt");
        Instant until = chain.getFirst().getNotAfter().toInstant();
        String late = refused(chain, "ec.key", until.plusSeconds(1));
        assertTrue(late.contains("of CN=ec.test has expired at " + until + "; renew it"), late);
        String early = refused(
                chain, "ec.key", chain.getFirst().getNotBefore().toInstant().minusSeconds(1));
        assertTrue(early.contains("is valid from"), early);
        // an issuer further up that has expired is as bad
        List<X509Certificate> whole = Resources.chain("leaf.chain.crt");
        assertTrue(refused(
                        whole,
                        "leaf.key",
                        whole.getLast().getNotAfter().toInstant().plusSeconds(1))
                .contains("has expired"));
    }

    @Test
    void namesAndWildcards() {
        ServerCertificate wildcard = Resources.certificate("sni-wildcard.crt", "ec.key");
        assertTrue(wildcard.serves("b.example.org"));
        assertTrue(wildcard.serves("B.EXAMPLE.org."));
        assertFalse(wildcard.serves("example.org"));
        assertFalse(wildcard.serves("a.b.example.org"));
        assertFalse(wildcard.serves(".example.org"));
        assertFalse(wildcard.serves(""));
        assertFalse(wildcard.serves("*"));
        ServerCertificate local = SelfSigned.forLocalhost(Fixtures.NOW);
        for (String host : List.of("localhost", "LocalHost", "127.0.0.1", "::1", "[::1]", "0:0:0:0:0:0:0:1")) {
            assertTrue(local.serves(host), host);
        }
        for (String host : List.of("127.0.0.2", "::2", "localhost.example", "1.2.3", "1.2.3.4.5", ":", "[")) {
            assertFalse(local.serves(host), host);
        }
    }

    @Test
    void oneForDevelopment() {
        ServerCertificate made = SelfSigned.forLocalhost(Fixtures.NOW);
        assertEquals(List.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"), made.names());
        assertEquals(Fixtures.NOW.plus(Duration.ofDays(30)), made.notAfter());
        X509Certificate certificate = made.chain().getFirst();
        assertEquals(3, certificate.getVersion());
        assertEquals(-1, certificate.getBasicConstraints());
        assertTrue(certificate.getSerialNumber().signum() > 0);
        assertTrue(made.fingerprint().matches("([0-9A-F]{2}:){31}[0-9A-F]{2}"), made.fingerprint());
        assertFalse(
                made.fingerprint().equals(SelfSigned.forLocalhost(Fixtures.NOW).fingerprint()));
        assertEquals(
                Instant.parse("2060-01-31T00:00:00Z"),
                SelfSigned.forLocalhost(Instant.parse("2060-01-01T00:00:00Z")).notAfter());
    }

    @Test
    void aSetIsSearchedByName() {
        ServerCertificate other = Resources.certificate("sni-default.crt", "rsa.key");
        ServerCertificate wildcard = Resources.certificate("sni-wildcard.crt", "ec.key");
        ServerCertificate exact = Resources.certificate("sni-exact.crt", "ec.key");
        ServerCertificate exactRsa = Resources.certificate("sni-exact-rsa.crt", "rsa.key");
        CertificateSet set = new CertificateSet(List.of(other, wildcard, exact, exactRsa));
        assertEquals(List.of(exact, exactRsa), set.select("a.example.org"));
        assertEquals(List.of(exact, exactRsa), set.select("A.EXAMPLE.ORG"));
        assertEquals(List.of(wildcard), set.select("b.example.org"));
        assertEquals(List.of(other), set.select("c.b.example.org"));
        assertEquals(List.of(other), set.select("example.org"));
        assertEquals(List.of(other), set.select("unknown"));
        assertEquals(List.of(other), set.select(""));
        assertEquals(List.of(other), set.select(null));
        assertEquals(List.of(exact, exactRsa), new CertificateSet(List.of(exact, wildcard, exactRsa)).select(null));
        assertThrows(IllegalArgumentException.class, () -> new CertificateSet(List.of()));
    }
}
