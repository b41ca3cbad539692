package ringfort.tls;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * As much of DER (X.690) as keys and one certificate need: values are written from the inside out, as arrays, and read one
 * behind the other. Lengths are definite and at most two octets are needed for them on the way out.
 */
final class Der {
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int NULL = 0x05;
    static final int OID = 0x06;
    static final int UTF8_STRING = 0x0C;
    static final int GENERALIZED_TIME = 0x18;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    private static final int MOST_LENGTH_OCTETS = 3; // 16 MiB; nothing here comes near

    /** Bytes that are not what they should be. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    /** One value: its tag, and where its content is. */
    static final class Value {
        private final int tag;
        private final byte[] bytes;
        private final int from;
        private final int to;

        private Value(int tag, byte[] bytes, int from, int to) {
            this.tag = tag;
            this.bytes = bytes;
            this.from = from;
            this.to = to;
        }

        int tag() {
            return tag;
        }

        byte[] content() {
            return Arrays.copyOfRange(bytes, from, to);
        }

        /** The values within this one. */
        List<Value> children() throws MalformedException {
            List<Value> children = new ArrayList<>();
            int at = from;
            while (at < to) {
                Value child = read(bytes, at, to);
                children.add(child);
                at = child.to;
            }
            return children;
        }

        boolean isOid(byte[] encoded) {
            return tag == OID && Arrays.equals(bytes, from, to, encoded, 2, encoded.length);
        }
    }

    private Der() {}

    /** The one value that {@code bytes} are. */
    static Value only(byte[] bytes, int tag) throws MalformedException {
        Value value = read(bytes, 0, bytes.length);
        if (value.to != bytes.length) {
            throw new MalformedException("there are bytes behind the end");
        }
        if (value.tag != tag) {
            throw new MalformedException("tag 0x%02X instead of 0x%02X".formatted(value.tag, tag));
        }
        return value;
    }

    private static Value read(byte[] bytes, int from, int to) throws MalformedException {
        if (to - from < 2) {
            throw new MalformedException("it ends within a tag");
        }
        int length = bytes[from + 1] & 0xFF;
        int at = from + 2;
        if (length >= 0x80) {
            int octets = length & 0x7F;
            if (octets == 0 || octets > MOST_LENGTH_OCTETS || to - at < octets) {
                throw new MalformedException("a length that is none");
            }
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = length << 8 | (bytes[at++] & 0xFF);
            }
        }
        if (length > to - at) {
            throw new MalformedException("it ends within a value");
        }
        return new Value(bytes[from] & 0xFF, bytes, at, at + length);
    }

    /** A value of any tag out of its parts. */
    static byte[] value(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] head = length < 0x80
                ? new byte[] {(byte) tag, (byte) length}
                : length < 0x100
                        ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                        : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        if (length > 0xFFFF) {
            throw new IllegalArgumentException("a value of " + length + " bytes");
        }
        byte[] all = Arrays.copyOf(head, head.length + length);
        int at = head.length;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    static byte[] sequence(byte[]... parts) {
        return value(SEQUENCE, parts);
    }

    static byte[] integer(BigInteger number) {
        return value(INTEGER, number.toByteArray());
    }

    static byte[] integer(int number) {
        return integer(BigInteger.valueOf(number));
    }

    static byte[] nothing() {
        return value(NULL);
    }

    /** A bit string whose last octet is full. */
    static byte[] bits(byte[] octets) {
        return value(BIT_STRING, new byte[1], octets);
    }

    static byte[] octets(byte[] octets) {
        return value(OCTET_STRING, octets);
    }

    static byte[] utf8(String text) {
        return value(UTF8_STRING, text.getBytes(StandardCharsets.UTF_8));
    }

    /** An object identifier in dotted form. */
    static byte[] oid(String dotted) {
        String[] arcs = dotted.split("\\.", -1);
        byte[] encoded = new byte[arcs.length * 5];
        int length = 0;
        encoded[length++] = (byte) (Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            int arc = Integer.parseInt(arcs[i]);
            for (int shift = 28; shift >= 0; shift -= 7) {
                if (shift == 0 || arc >>> shift != 0) {
                    encoded[length++] = (byte) ((arc >>> shift & 0x7F) | (shift == 0 ? 0 : 0x80));
                }
            }
        }
        return value(OID, Arrays.copyOf(encoded, length));
    }
}
