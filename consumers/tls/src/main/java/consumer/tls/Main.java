package consumer.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import ringfort.tls.CertificateSet;
import ringfort.tls.SelfSigned;
import ringfort.tls.ServerCertificate;
import ringfort.tls.TlsBuffers;
import ringfort.tls.TlsContext;
import ringfort.tls.TlsFailure;
import ringfort.tls.TlsLimits;
import ringfort.tls.TlsOptions;
import ringfort.tls.TlsState;
import ringfort.tls.proxy.ProxyParser;

/** Reads a PROXY header, and tells plain HTTP from TLS. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        byte[] received = "PROXY TCP4 192.0.2.1 10.0.0.1 55555 443\r\nGET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        ProxyParser proxy = new ProxyParser();
        expect(ProxyParser.Result.HEADER, proxy.parse(received, 0, received.length));

        ServerCertificate certificate = SelfSigned.forLocalhost(Instant.now());
        TlsContext context = new TlsContext(TlsOptions.DEFAULT, new CertificateSet(List.of(certificate)));
        ByteArrayOutputStream toPeer = new ByteArrayOutputStream();
        TlsState tls = new TlsState(
                context.newEngine(),
                TlsLimits.DEFAULT,
                new TlsBuffers(),
                (array, from, to) -> toPeer.write(array, from, to - from));
        expect(TlsState.Event.FAILED, tls.next(received, proxy.position(), received.length, System.nanoTime()));
        expect(TlsFailure.Kind.PLAIN_HTTP, tls.failure().kind());
        System.out.println("ok");
    }

    private static void expect(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError(expected + " expected, and it was " + actual);
        }
    }
}
