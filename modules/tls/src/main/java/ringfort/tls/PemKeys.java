package ringfort.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Private keys out of PEM blocks, in each form that openssl has written: PKCS#8 in clear and encrypted (RFC 5958, RFC
 * 8018), PKCS#1 (RFC 8017, A.1.2) and SEC1 (RFC 5915). The JDK reads PKCS#8 alone, so the other two are given its frame.
 */
final class PemKeys {
    private static final byte[] OID_RSA = Der.oid("1.2.840.113549.1.1.1");
    private static final byte[] OID_RSASSA_PSS = Der.oid("1.2.840.113549.1.1.10");
    private static final byte[] OID_EC = Der.oid("1.2.840.10045.2.1");
    private static final byte[] OID_ED25519 = Der.oid("1.3.101.112");
    private static final byte[] OID_ED448 = Der.oid("1.3.101.113");
    private static final byte[] OID_PBES2 = Der.oid("1.2.840.113549.1.5.13");

    private static final int CURVE_IN_SEC1 = 0xA0; // [0] parameters
    private static final String TO_PKCS8 = "\"openssl pkcs8 -topk8 -in old.pem -out new.pem\"";

    private final String name;
    private final char @Nullable [] password;

    private PemKeys(String name, char @Nullable [] password) {
        this.name = name;
        this.password = password;
    }

    /** The one key among these blocks of the file {@code name}. */
    static PrivateKey only(String name, List<PemBlock> blocks, char @Nullable [] password)
            throws TlsConfigurationException {
        PemKeys keys = new PemKeys(name, password);
        PemBlock found = null;
        PemBlock parameters = null;
        for (PemBlock block : blocks) {
            if (block.isKey()) {
                if (found != null) {
                    throw keys.error(
                            block,
                            "a second private key, after that of line " + found.line()
                                    + "; put the key of each certificate into a file of its own");
                }
                found = block;
            } else if (block.label().equals("EC PARAMETERS") && found == null) {
                parameters = block;
            }
        }
        if (found == null) {
            String others =
                    String.join(", ", blocks.stream().map(PemBlock::label).toList());
            throw new TlsConfigurationException(name + " has no private key, but: " + others
                    + "; name the file of the key, whose block is PRIVATE KEY");
        }
        return keys.key(found, parameters);
    }

    private PrivateKey key(PemBlock block, @Nullable PemBlock parameters) throws TlsConfigurationException {
        if (block.encryptedInPlace()) {
            throw error(
                    block,
                    "the key is encrypted in the old form, which the JDK cannot read; convert it with " + TO_PKCS8);
        }
        try {
            return switch (block.label()) {
                case "PRIVATE KEY" -> pkcs8(block, block.content());
                case "ENCRYPTED PRIVATE KEY" -> pkcs8(block, decrypted(block));
                case "RSA PRIVATE KEY" -> pkcs8(block, framed(OID_RSA, Der.nothing(), checked(block)));
                case "EC PRIVATE KEY" -> pkcs8(block, framed(OID_EC, curve(block, parameters), checked(block)));
                default ->
                    throw error(
                            block,
                            "a key of the kind " + block.label() + " is not supported; convert it with " + TO_PKCS8);
            };
        } catch (Der.MalformedException e) {
            throw error(block, "the key is damaged: " + e.getMessage(), e);
        }
    }

    private static byte[] checked(PemBlock block) throws Der.MalformedException {
        Der.only(block.content(), Der.SEQUENCE);
        return block.content();
    }

    /** RFC 5958, 2: version 0, algorithm, key. */
    private static byte[] framed(byte[] algorithm, byte[] parameters, byte[] key) {
        return Der.sequence(Der.integer(0), Der.sequence(algorithm, parameters), Der.octets(key));
    }

    /** RFC 5915, 3: the curve stands within the key, or in a block before it. */
    private byte[] curve(PemBlock block, @Nullable PemBlock parameters)
            throws Der.MalformedException, TlsConfigurationException {
        for (Der.Value part : Der.only(block.content(), Der.SEQUENCE).children()) {
            if (part.tag() == CURVE_IN_SEC1) {
                return named(block, part.content());
            }
        }
        if (parameters == null) {
            throw error(block, "the key does not name its curve; convert it with " + TO_PKCS8);
        }
        return named(block, parameters.content());
    }

    private byte[] named(PemBlock block, byte[] curve) throws TlsConfigurationException {
        if (curve.length == 0 || curve[0] != Der.OID) {
            throw error(
                    block,
                    "the curve of the key is written out instead of named, which TLS does not allow (RFC 8422,"
                            + " 5.1.1); make a new key with \"openssl genpkey -algorithm EC -pkeyopt"
                            + " ec_paramgen_curve:P-256\"");
        }
        return curve;
    }

    private PrivateKey pkcs8(PemBlock block, byte[] encoded) throws TlsConfigurationException, Der.MalformedException {
        List<Der.Value> parts = Der.only(encoded, Der.SEQUENCE).children();
        if (parts.size() < 3 || parts.get(1).tag() != Der.SEQUENCE) {
            throw new Der.MalformedException("it is not of the form of PKCS#8");
        }
        List<Der.Value> algorithm = parts.get(1).children();
        if (algorithm.isEmpty()) {
            throw new Der.MalformedException("it names no algorithm");
        }
        String family = family(block, algorithm.getFirst());
        try {
            return KeyFactory.getInstance(family).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (NoSuchAlgorithmException e) {
            throw error(block, "this JDK has no keys of the kind " + family, e);
        } catch (InvalidKeySpecException e) {
            throw error(
                    block,
                    "the " + family + " key is damaged, or of a curve that is not supported (P-256, P-384,"
                            + " P-521 are): " + e.getMessage(),
                    e);
        }
    }

    private String family(PemBlock block, Der.Value oid) throws TlsConfigurationException {
        if (oid.isOid(OID_RSA)) {
            return "RSA";
        } else if (oid.isOid(OID_EC)) {
            return "EC";
        } else if (oid.isOid(OID_RSASSA_PSS)) {
            return "RSASSA-PSS";
        } else if (oid.isOid(OID_ED25519) || oid.isOid(OID_ED448)) {
            return "EdDSA";
        }
        throw error(block, "a key of an algorithm that is not supported; use EC (P-256), RSA or Ed25519");
    }

    private byte[] decrypted(PemBlock block) throws TlsConfigurationException, Der.MalformedException {
        char[] secret = password;
        if (secret == null) {
            throw error(block, "the key is encrypted, and no password was given");
        }
        List<Der.Value> parts = Der.only(block.content(), Der.SEQUENCE).children();
        List<Der.Value> algorithm =
                parts.isEmpty() ? List.of() : parts.getFirst().children();
        if (algorithm.isEmpty() || !algorithm.getFirst().isOid(OID_PBES2)) {
            throw error(
                    block, "the key is encrypted by an old method (only PBES2 is read); convert it with " + TO_PKCS8);
        }
        PBEKeySpec spec = new PBEKeySpec(secret);
        try {
            EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(block.content());
            return decrypted(block, encrypted, spec).getEncoded();
        } catch (IOException e) {
            throw unreadable(block, e);
        } finally {
            spec.clearPassword();
        }
    }

    private PKCS8EncodedKeySpec decrypted(PemBlock block, EncryptedPrivateKeyInfo encrypted, PBEKeySpec spec)
            throws TlsConfigurationException {
        Cipher cipher;
        SecretKey key;
        try {
            // The JDK gives the scheme as the text of the parameters: PBEWithHmacSHA256AndAES_256
            String scheme = String.valueOf(encrypted.getAlgParameters());
            cipher = Cipher.getInstance(scheme);
            key = SecretKeyFactory.getInstance(scheme).generateSecret(spec);
            cipher.init(Cipher.DECRYPT_MODE, key, encrypted.getAlgParameters());
        } catch (GeneralSecurityException e) {
            throw unreadable(block, e);
        }
        try {
            return encrypted.getKeySpec(cipher);
        } catch (GeneralSecurityException e) {
            throw error(block, "the key cannot be decrypted: the password is wrong, or the file is damaged", e);
        }
    }

    private TlsConfigurationException unreadable(PemBlock block, Exception cause) {
        return error(
                block,
                "the key is encrypted by a method that this JDK cannot read (" + cause.getMessage()
                        + "); convert it with \"openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.pem -out new.pem\"",
                cause);
    }

    private TlsConfigurationException error(PemBlock block, String message) {
        return new TlsConfigurationException(name + ":" + block.line() + ": " + message);
    }

    private TlsConfigurationException error(PemBlock block, String message, Throwable cause) {
        return new TlsConfigurationException(name + ":" + block.line() + ": " + message, cause);
    }
}
