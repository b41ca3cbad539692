package ringfort.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Handshakes before the first client. */
final class WarmUpTest {
    @Test
    void handshakesFinishWithEachKindOfCertificate() throws TlsConfigurationException {
        ClientTrust trust = ClientTrust.of(Resources.chain("root.crt"));
        for (String name : List.of("ec", "rsa", "ed25519")) {
            CertificateSet set = new CertificateSet(List.of(Resources.certificate(name + ".crt", name + ".key")));
            for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
                TlsOptions options = TlsOptions.DEFAULT.withProtocols(protocol).withClientAuth(ClientAuth.NEED);
                assertEquals(
                        3,
                        WarmUp.handshakes(new TlsContext(options, set, trust), 3, () -> true),
                        name + " " + protocol);
            }
        }
    }

    @Test
    void aChainIsTaken() {
        CertificateSet set = new CertificateSet(List.of(Resources.certificate("leaf.chain.crt", "leaf.key")));
        assertEquals(3, WarmUp.handshakes(new TlsContext(TlsOptions.DEFAULT, set), 3, () -> true));
    }

    @Test
    void theCallerEndsIt() {
        AtomicInteger asked = new AtomicInteger();
        TlsContext context = new TlsContext(TlsOptions.DEFAULT, Fixtures.selfSigned());
        assertEquals(2, WarmUp.handshakes(context, 100, () -> asked.incrementAndGet() <= 2));
    }
}
