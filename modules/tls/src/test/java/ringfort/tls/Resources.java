package ringfort.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** Keys and certificates made by openssl 3.0 for these tests, which protect nothing. The password is "secret". */
final class Resources {
    static final char[] PASSWORD = "secret".toCharArray();

    private Resources() {}

    static byte[] bytes(String name) {
        try (InputStream in = Resources.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("no resource " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String name) {
        return new String(bytes(name), StandardCharsets.ISO_8859_1);
    }

    /** Copies a resource into a folder, under another name. */
    static Path copy(String name, Path folder, String as) throws IOException {
        return Files.write(folder.resolve(as), bytes(name));
    }

    static List<X509Certificate> chain(String name) {
        try {
            return Pem.certificates(name, bytes(name));
        } catch (TlsConfigurationException e) {
            throw new AssertionError(e);
        }
    }

    static PrivateKey key(String name) {
        try {
            return Pem.privateKey(name, bytes(name), PASSWORD);
        } catch (TlsConfigurationException e) {
            throw new AssertionError(e);
        }
    }

    static ServerCertificate certificate(String chain, String key) {
        try {
            return ServerCertificate.of(chain(chain), key(key), Fixtures.NOW);
        } catch (TlsConfigurationException e) {
            throw new AssertionError(e);
        }
    }
}
