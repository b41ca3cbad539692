package ringfort.h2;

import java.util.HexFormat;

/** Octets as they stand in an RFC. */
final class Hex {
    private Hex() {}

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }

    static String text(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }
}
