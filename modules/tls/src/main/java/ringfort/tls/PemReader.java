package ringfort.tls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the blocks of a PEM file (RFC 7468). What stands between blocks is skipped: comments, or the text that openssl
 * writes before a certificate. Lines may end with LF, CR LF or CR, and a byte order mark may come first.
 */
final class PemReader {
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";
    private static final int DER_SEQUENCE = 0x30;

    private final String name;
    private final List<PemBlock> blocks = new ArrayList<>();

    // The block that is open.
    private @Nullable String label;
    private int beginLine;
    private final StringBuilder base64 = new StringBuilder();
    private boolean inHeaders;
    private boolean encryptedInPlace;

    private PemReader(String name) {
        this.name = name;
    }

    /**
     * All blocks, in their order; at least one.
     *
     * @param name of the file, for messages
     */
    static List<PemBlock> read(String name, byte[] bytes) throws TlsConfigurationException {
        PemReader reader = new PemReader(name);
        reader.lines(text(name, bytes));
        if (reader.blocks.isEmpty()) {
            throw new TlsConfigurationException(name + " has no \"-----BEGIN\" line" + guess(bytes));
        }
        return reader.blocks;
    }

    private static String text(String name, byte[] bytes) throws TlsConfigurationException {
        if (startsWith(bytes, 0xFE, 0xFF) || startsWith(bytes, 0xFF, 0xFE)) {
            throw new TlsConfigurationException(name + " is UTF-16 text; save it as UTF-8 or ASCII");
        }
        int from = startsWith(bytes, 0xEF, 0xBB, 0xBF) ? 3 : 0;
        return new String(bytes, from, bytes.length - from, StandardCharsets.ISO_8859_1);
    }

    private static boolean startsWith(byte[] bytes, int... octets) {
        for (int i = 0; i < octets.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xFF) != octets[i]) {
                return false;
            }
        }
        return true;
    }

    private static String guess(byte[] bytes) {
        if (bytes.length == 0) {
            return ": it is empty";
        }
        return (bytes[0] & 0xFF) == DER_SEQUENCE
                ? ": it seems to be DER, or a PKCS#12 key store; convert it with \"openssl x509 -inform DER\" or"
                        + " \"openssl pkey -inform DER\", or name it as a key store"
                : ": it is no PEM file";
    }

    private void lines(String text) throws TlsConfigurationException {
        int number = 0;
        int at = 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
                end++;
            }
            line(text.substring(at, end), ++number);
            boolean both = end + 1 < text.length() && text.charAt(end) == '\r' && text.charAt(end + 1) == '\n';
            at = end + (both ? 2 : 1);
        }
        if (label != null) {
            throw error(beginLine, "the block " + label + " has no END line; the file was cut off, or copied in part");
        }
    }

    private void line(String raw, int number) throws TlsConfigurationException {
        String line = raw.strip();
        String open = label;
        if (line.startsWith(BEGIN)) {
            if (open != null) {
                throw error(
                        number,
                        "a block begins within the block " + open + " of line " + beginLine
                                + ", which has no END line");
            }
            begin(line, number);
        } else if (line.startsWith(END)) {
            if (open == null) {
                throw error(number, "an END line without its BEGIN line; the beginning was cut off");
            }
            if (!line.equals(END + open + DASHES)) {
                throw error(number, "\"" + line + "\" ends the block " + open + " of line " + beginLine);
            }
            end(open);
        } else if (open != null) {
            content(line, number);
        }
    }

    private void begin(String line, int number) throws TlsConfigurationException {
        if (!line.endsWith(DASHES) || line.length() <= BEGIN.length() + DASHES.length()) {
            throw error(number, "a BEGIN line must end with \"" + DASHES + "\"");
        }
        label = line.substring(BEGIN.length(), line.length() - DASHES.length());
        beginLine = number;
        base64.setLength(0);
        inHeaders = true;
        encryptedInPlace = false;
    }

    private void content(String line, int number) throws TlsConfigurationException {
        if (inHeaders && line.indexOf(':') > 0) {
            encryptedInPlace |= line.startsWith("Proc-Type:") && line.contains("ENCRYPTED");
            return;
        }
        if (line.isEmpty()) {
            return;
        }
        inHeaders = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            boolean allowed = (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || c == '+'
                    || c == '/'
                    || c == '=';
            if (!allowed) {
                throw error(number, "\"" + printable(c) + "\" is no character of base64; copy the file anew");
            }
        }
        base64.append(line);
    }

    private static String printable(char c) {
        return c > ' ' && c < 0x7F ? String.valueOf(c) : "0x%02X".formatted((int) c);
    }

    private void end(String open) throws TlsConfigurationException {
        try {
            byte[] content = Base64.getDecoder().decode(base64.toString());
            if (content.length == 0) {
                throw error(beginLine, "the block " + open + " is empty");
            }
            blocks.add(new PemBlock(open, beginLine, content, encryptedInPlace));
        } catch (IllegalArgumentException e) {
            throw error(beginLine, "the block " + open + " is no base64: " + e.getMessage() + "; copy the file anew");
        }
        base64.setLength(0);
        label = null;
    }

    private TlsConfigurationException error(int line, String message) {
        return new TlsConfigurationException(name + ":" + line + ": " + message);
    }
}
