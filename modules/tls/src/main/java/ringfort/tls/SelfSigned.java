package ringfort.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * A certificate for development, made in memory: EC P-256, for {@code localhost}, 127.0.0.1 and ::1, thirty days, signed by
 * its own key. Nothing is written to a file, and each call makes a new one. A client trusts it by its
 * {@linkplain ServerCertificate#fingerprint() fingerprint}, or not at all.
 *
 * <p>The JDK can read certificates and has no public way to make one; this writes the few fields that are needed (RFC
 * 5280, 4.1) itself.
 */
public final class SelfSigned {
    private static final Duration VALID = Duration.ofDays(30);
    private static final Duration CLOCKS_DIFFER_BY = Duration.ofHours(1);
    private static final int SERIAL_BYTES = 16; // RFC 5280, 4.1.2.2: at most 20, positive

    private static final byte[] ECDSA_WITH_SHA256 = Der.oid("1.2.840.10045.4.3.2");
    private static final byte[] COMMON_NAME = Der.oid("2.5.4.3");
    private static final byte[] BASIC_CONSTRAINTS = Der.oid("2.5.29.19");
    private static final byte[] KEY_USAGE = Der.oid("2.5.29.15");
    private static final byte[] EXTENDED_KEY_USAGE = Der.oid("2.5.29.37");
    private static final byte[] SERVER_AUTH = Der.oid("1.3.6.1.5.5.7.3.1");
    private static final byte[] SUBJECT_ALTERNATIVE_NAME = Der.oid("2.5.29.17");

    private static final int VERSION = 0xA0; // [0]
    private static final int EXTENSIONS = 0xA3; // [3]
    private static final int DNS_NAME = 0x82; // [2] of GeneralName
    private static final int IP_ADDRESS = 0x87; // [7] of GeneralName

    private static final byte[] LOOPBACK_4 = {127, 0, 0, 1};
    private static final byte[] LOOPBACK_6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private SelfSigned() {}

    /**
     * A new key and its certificate, valid from an hour before {@code now} on.
     *
     * @param now the wall clock
     */
    public static ServerCertificate forLocalhost(Instant now) {
        SecureRandom random = new SecureRandom();
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair pair = generator.generateKeyPair();
            byte[] signed = signed(toBeSigned(pair, now, random), pair);
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(signed));
            return ServerCertificate.of(List.of(certificate), pair.getPrivate(), now);
        } catch (GeneralSecurityException | TlsConfigurationException e) {
            throw new IllegalStateException("this JDK cannot make a P-256 certificate: " + e.getMessage(), e);
        }
    }

    private static byte[] signed(byte[] toBeSigned, KeyPair pair) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(toBeSigned);
        return Der.sequence(toBeSigned, Der.sequence(ECDSA_WITH_SHA256), Der.bits(signature.sign()));
    }

    private static byte[] toBeSigned(KeyPair pair, Instant now, SecureRandom random) {
        byte[] name = Der.sequence(Der.value(Der.SET, Der.sequence(COMMON_NAME, Der.utf8("localhost"))));
        byte[] validity = Der.sequence(time(now.minus(CLOCKS_DIFFER_BY)), time(now.plus(VALID)));
        return Der.sequence(
                Der.value(VERSION, Der.integer(2)),
                Der.integer(new BigInteger(SERIAL_BYTES * 8 - 1, random)),
                Der.sequence(ECDSA_WITH_SHA256),
                name,
                validity,
                name,
                pair.getPublic().getEncoded(),
                Der.value(EXTENSIONS, extensions()));
    }

    private static byte[] extensions() {
        byte[] isCritical = Der.value(0x01, new byte[] {(byte) 0xFF});
        byte[] digitalSignature = Der.value(Der.BIT_STRING, new byte[] {7, (byte) 0x80});
        byte[] names = Der.sequence(
                Der.value(DNS_NAME, "localhost".getBytes(StandardCharsets.US_ASCII)),
                Der.value(IP_ADDRESS, LOOPBACK_4),
                Der.value(IP_ADDRESS, LOOPBACK_6));
        return Der.sequence(
                Der.sequence(BASIC_CONSTRAINTS, isCritical, Der.octets(Der.sequence())),
                Der.sequence(KEY_USAGE, isCritical, Der.octets(digitalSignature)),
                Der.sequence(EXTENDED_KEY_USAGE, Der.octets(Der.sequence(SERVER_AUTH))),
                Der.sequence(SUBJECT_ALTERNATIVE_NAME, Der.octets(names)));
    }

    /** RFC 5280, 4.1.2.5: UTCTime up to 2049, GeneralizedTime from then on; a certificate of thirty days meets both. */
    private static byte[] time(Instant instant) {
        boolean late = instant.atOffset(ZoneOffset.UTC).getYear() >= 2050;
        DateTimeFormatter format =
                DateTimeFormatter.ofPattern(late ? "uuuuMMddHHmmss'Z'" : "uuMMddHHmmss'Z'", Locale.ROOT);
        String text = format.format(instant.atOffset(ZoneOffset.UTC));
        int tag = late ? Der.GENERALIZED_TIME : 0x17;
        return Der.value(tag, text.getBytes(StandardCharsets.US_ASCII));
    }
}
