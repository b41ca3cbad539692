package ringfort.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form of a key, every way a file may be laid out, and what is said of those that cannot be read. */
final class PemTest {
    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String refusedKey(String text, char... password) {
        TlsConfigurationException e = assertThrows(
                TlsConfigurationException.class,
                () -> Pem.privateKey("server.key", latin1(text), password.length == 0 ? null : password));
        return String.valueOf(e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "ec.key, ec.crt, EC",
        "ec.sec1.key, ec.crt, EC",
        "ec.sec1-no-curve.key, , ",
        "ec.sec1-curve-before.key, ec.crt, EC",
        "ec.pbes2-aes256.key, ec.crt, EC",
        "ec.pbes2-aes256-sha1.key, ec.crt, EC",
        "rsa.key, rsa.crt, RSA",
        "rsa.pkcs1.key, rsa.crt, RSA",
        "rsa.pbes2-aes128-sha512.key, rsa.crt, RSA",
        "rsapss.key, rsapss.crt, RSASSA-PSS",
        "ed25519.key, ed25519.crt, EdDSA"
    })
    void eachFormOfKeyBelongsToItsCertificate(String key, String certificate, String algorithm)
            throws TlsConfigurationException {
        if (certificate == null) {
            assertTrue(refusedKey(Resources.text(key)).startsWith("server.key:1: the key does not name its curve"));
            return;
        }
        var read = Pem.privateKey(key, Resources.bytes(key), Resources.PASSWORD);
        assertEquals(algorithm, read.getAlgorithm());
        ServerCertificate.of(Resources.chain(certificate), read, Fixtures.NOW);
    }

    @ParameterizedTest
    @CsvSource({
        "rsa.pkcs1-encrypted.key, openssl pkcs8 -topk8",
        "ec.explicit.key, written out",
        "ec.pbes2-des3.key, openssl pkcs8 -topk8",
        "ec.scrypt.key, openssl pkcs8 -topk8",
        "ec.pbes1.key, openssl pkcs8 -topk8",
        "dsa.key, 'use EC (P-256), RSA or Ed25519'",
        "x25519.key, 'use EC (P-256), RSA or Ed25519'",
        "ec.crt, has no private key"
    })
    void otherKeysAreRefusedWithARemedy(String key, String remedy) {
        String message = refusedKey(Resources.text(key), Resources.PASSWORD);
        assertTrue(message.startsWith("server.key"), message);
        assertTrue(message.contains(remedy), message);
    }

    @Test
    void passwords() {
        String text = Resources.text("ec.pbes2-aes256.key");
        assertTrue(refusedKey(text).endsWith(":1: the key is encrypted, and no password was given"));
        assertTrue(refusedKey(text, 'w', 'r', 'o', 'n', 'g').contains("the password is wrong"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void linesCommentsAndMarks(String end) throws TlsConfigurationException {
        String text = "\u00EF\u00BB\u00BF# the key of the shop\n\nsubject=CN = ec.test\n"
                + Resources.text("ec.crt")
                + "between: blocks\n"
                + Resources.text("ec.key").replace("\n", "  \n")
                + "-- the end --\n";
        byte[] bytes = latin1(text.replace("\n", end));
        var key = Pem.privateKey("one.pem", bytes, null);
        var chain = Pem.certificates("one.pem", bytes);
        assertEquals(1, chain.size());
        ServerCertificate.of(chain, key, Fixtures.NOW);
    }

    @Test
    void aFileWithoutALineEndAtItsEnd() throws TlsConfigurationException {
        assertEquals(
                "EC",
                Pem.privateKey("k", latin1(Resources.text("ec.key").strip()), null)
                        .getAlgorithm());
    }

    @Test
    void oneLongLineOfBase64() throws TlsConfigurationException {
        String text = Resources.text("ec.key").strip();
        int first = text.indexOf('\n');
        int last = text.lastIndexOf('\n');
        String joined =
                text.substring(0, first + 1) + text.substring(first, last).replace("\n", "") + text.substring(last);
        assertEquals("EC", Pem.privateKey("k", latin1(joined), null).getAlgorithm());
    }

    @Test
    void chainsKeepTheirOrder() {
        var chain = Resources.chain("leaf.chain.crt");
        assertEquals(3, chain.size());
        assertEquals("CN=leaf", chain.getFirst().getSubjectX500Principal().toString());
        assertEquals("CN=Test Root", chain.getLast().getSubjectX500Principal().toString());
    }

    @Test
    void errorsNameTheLine() {
        String key = Resources.text("ec.key");
        assertTrue(refusedKey("\n\n" + key.replace("-----END PRIVATE KEY-----", ""))
                .startsWith("server.key:3: the block PRIVATE KEY has no END line"));
        assertTrue(refusedKey("x\n" + key.replace("MIGH", "MI*H")).startsWith("server.key:3: \"*\" is no character"));
        String crlf = ("x\n" + key.replace("MIGH", "MI*H")).replace("\n", "\r\n");
        assertTrue(refusedKey(crlf).startsWith("server.key:3: \"*\" is no character"));
        assertTrue(refusedKey(key.replace("END PRIVATE", "END PUBLIC")).startsWith("server.key:5: \"-----END PUBLIC"));
        assertTrue(refusedKey("-----END PRIVATE KEY-----\n" + key).startsWith("server.key:1: an END line without"));
        assertTrue(
                refusedKey("-----BEGIN A-----\n" + key).startsWith("server.key:2: a block begins within the block A"));
        assertTrue(refusedKey("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n")
                .contains(":1: the block"));
        assertTrue(refusedKey("-----BEGIN PRIVATE KEY\nAAAA\n").startsWith("server.key:1: a BEGIN line must end"));
        assertTrue(refusedKey(key + key).startsWith("server.key:6: a second private key, after that of line 1"));
        assertTrue(refusedKey("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
                .startsWith("server.key:1: the key is damaged"));
        assertTrue(refusedKey("-----BEGIN PRIVATE KEY-----\nAAAAA\n-----END PRIVATE KEY-----\n")
                .startsWith("server.key:1: the block PRIVATE KEY is no base64"));
        assertTrue(refusedKey("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
                .startsWith("server.key:1: a key of the kind OPENSSH PRIVATE KEY"));
    }

    @Test
    void filesThatAreNoPem() {
        assertTrue(refusedKey("").endsWith("it is empty"));
        assertTrue(refusedKey("hello").contains("it is no PEM file"));
        assertTrue(refusedKey("0\u0082\u0001\u0001").contains("openssl"));
        assertTrue(refusedKey("\u00FF\u00FE-\0-\0").contains("UTF-16"));
        String none = assertThrows(
                        TlsConfigurationException.class, () -> Pem.certificates("a.crt", Resources.bytes("ec.key")))
                .getMessage();
        assertTrue(String.valueOf(none).startsWith("a.crt has no certificate, but: PRIVATE KEY"), none);
        String damaged = assertThrows(
                        TlsConfigurationException.class,
                        () -> Pem.certificates(
                                "a.crt", latin1("\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")))
                .getMessage();
        assertTrue(String.valueOf(damaged).startsWith("a.crt:2: the certificate is damaged"), damaged);
    }

    /** Whatever is done to a file, it is read or refused with its name; what is read is the same key. */
    @Test
    void anyChangeOfAFileIsReadOrRefused() {
        String[] names = {"ec.key", "ec.sec1.key", "rsa.pkcs1.key", "ec.pbes2-aes256.key", "ec.sec1-curve-before.key"};
        int refused = 0;
        for (int seed = 0; seed < 1500; seed++) {
            Random random = new Random(seed * 0x9E3779B97F4A7C15L);
            byte[] bytes = Resources.bytes(names[random.nextInt(names.length)]);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                int at = random.nextInt(bytes.length);
                switch (random.nextInt(3)) {
                    case 0 -> bytes[at] = (byte) random.nextInt(256);
                    case 1 -> bytes = Arrays.copyOf(bytes, at + 1);
                    default -> bytes[at] = bytes[random.nextInt(bytes.length)];
                }
            }
            try {
                Pem.privateKey("file.pem", bytes, Resources.PASSWORD);
            } catch (TlsConfigurationException e) {
                refused++;
                assertTrue(String.valueOf(e.getMessage()).startsWith("file.pem"), "seed " + seed + ": " + e);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertTrue(refused > 500, "refused: " + refused);
    }

    /** The same below the base64, where DER is read. */
    @Test
    void anyChangeOfDerIsReadOrRefused() {
        String[] names = {
            "ec.key", "ec.sec1.key", "rsa.pkcs1.key", "ed25519.key", "ec.pbes2-aes256.key", "ec.explicit.key"
        };
        int refused = 0;
        for (int seed = 0; seed < 1500; seed++) {
            Random random = new Random(seed * 0x9E3779B97F4A7C15L);
            String text = Resources.text(names[random.nextInt(names.length)]);
            String base64 = text.substring(text.indexOf("-----\n") + 6, text.lastIndexOf("-----END"));
            byte[] der = Base64.getMimeDecoder().decode(base64);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                der[random.nextInt(Math.min(der.length, 40))] = (byte) random.nextInt(256);
            }
            String changed = text.replace(base64, Base64.getEncoder().encodeToString(der) + "\n");
            try {
                Pem.privateKey("file.pem", latin1(changed), Resources.PASSWORD);
            } catch (TlsConfigurationException e) {
                refused++;
                assertTrue(String.valueOf(e.getMessage()).startsWith("file.pem:1: "), "seed " + seed + ": " + e);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertTrue(refused > 500, "refused: " + refused);
    }
}
