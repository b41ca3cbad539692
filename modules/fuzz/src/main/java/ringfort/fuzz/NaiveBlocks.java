package ringfort.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Compressed fields read without a thought for speed (RFC 7541): a table is a list, a Huffman code is a string of zeros and
 * ones, and what is no block is an exception.
 */
final class NaiveBlocks {
    /** What is no block of fields. */
    static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static final int MOST_TABLE_BYTES = 4096;
    private static final int MOST_INTEGER = 1 << 28;

    /** RFC 7541, appendix A. */
    private static final List<String> STATIC = List.of(
            ":authority=",
            ":method=GET",
            ":method=POST",
            ":path=/",
            ":path=/index.html",
            ":scheme=http",
            ":scheme=https",
            ":status=200",
            ":status=204",
            ":status=206",
            ":status=304",
            ":status=400",
            ":status=404",
            ":status=500",
            "accept-charset=",
            "accept-encoding=gzip, deflate",
            "accept-language=",
            "accept-ranges=",
            "accept=",
            "access-control-allow-origin=",
            "age=",
            "allow=",
            "authorization=",
            "cache-control=",
            "content-disposition=",
            "content-encoding=",
            "content-language=",
            "content-length=",
            "content-location=",
            "content-range=",
            "content-type=",
            "cookie=",
            "date=",
            "etag=",
            "expect=",
            "expires=",
            "from=",
            "host=",
            "if-match=",
            "if-modified-since=",
            "if-none-match=",
            "if-range=",
            "if-unmodified-since=",
            "last-modified=",
            "link=",
            "location=",
            "max-forwards=",
            "proxy-authenticate=",
            "proxy-authorization=",
            "range=",
            "referer=",
            "refresh=",
            "retry-after=",
            "server=",
            "set-cookie=",
            "strict-transport-security=",
            "transfer-encoding=",
            "user-agent=",
            "vary=",
            "via=",
            "www-authenticate=");

    /** A name and a value. */
    record Field(String name, String value) {
        int size() {
            return name.length() + value.length() + 32;
        }
    }

    private final List<Field> table = new ArrayList<>();
    private int maxSize = MOST_TABLE_BYTES;
    private byte[] block = {};
    private int at;

    int tableSize() {
        return table.stream().mapToInt(Field::size).sum();
    }

    /** The fields of a block. */
    List<Field> decode(byte[] octets) {
        block = octets;
        at = 0;
        List<Field> fields = new ArrayList<>();
        while (at < block.length) {
            int first = block[at] & 0xFF;
            if (first >= 0x80) {
                fields.add(field(integer(7)));
            } else if (first >= 0x20 && first < 0x40) {
                sizeUpdate(fields.isEmpty());
            } else {
                boolean remember = first >= 0x40;
                int index = integer(remember ? 6 : 4);
                String name = index == 0 ? string() : field(index).name();
                var field = new Field(name, string());
                fields.add(field);
                if (remember) {
                    table.addFirst(field);
                    evict();
                }
            }
        }
        return fields;
    }

    private void sizeUpdate(boolean first) {
        maxSize = integer(5);
        if (!first || maxSize > MOST_TABLE_BYTES) {
            throw new Broken();
        }
        evict();
    }

    private void evict() {
        while (tableSize() > maxSize) {
            table.removeLast();
        }
    }

    private Field field(int index) {
        if (index >= 1 && index <= STATIC.size()) {
            String text = STATIC.get(index - 1);
            int equals = text.indexOf('=');
            return new Field(text.substring(0, equals), text.substring(equals + 1));
        } else if (index > STATIC.size() && index - STATIC.size() <= table.size()) {
            return table.get(index - STATIC.size() - 1);
        }
        throw new Broken();
    }

    private int octet() {
        if (at == block.length) {
            throw new Broken();
        }
        return block[at++] & 0xFF;
    }

    private int integer(int prefix) {
        int full = (1 << prefix) - 1;
        long value = octet() & full;
        if (value < full) {
            return (int) value;
        }
        for (int count = 0; count < 4; count++) {
            int octet = octet();
            value += (octet & 0x7FL) << (7 * count);
            if (octet < 0x80) {
                if (value > MOST_INTEGER) {
                    throw new Broken();
                }
                return (int) value;
            }
        }
        throw new Broken();
    }

    private String string() {
        if (at == block.length) {
            throw new Broken();
        }
        boolean huffman = block[at] < 0;
        int length = integer(7);
        if (length > block.length - at) {
            throw new Broken();
        }
        byte[] octets = Arrays.copyOfRange(block, at, at + length);
        at += length;
        return huffman ? huffman(octets) : new String(octets, StandardCharsets.ISO_8859_1);
    }

    private static String huffman(byte[] octets) {
        var text = new StringBuilder();
        var code = new StringBuilder();
        for (int bit = 0; bit < 8 * octets.length; bit++) {
            code.append((octets[bit / 8] >> (7 - bit % 8)) & 1);
            Character found = HuffmanCodes.BY_BITS.get(code.toString());
            if (found != null) {
                text.append(found.charValue());
                code.setLength(0);
            } else if (code.length() > 30) {
                throw new Broken(); // behind EOS nothing is a code
            }
        }
        if (code.length() > 7 || code.indexOf("0") >= 0) {
            throw new Broken();
        }
        return text.toString();
    }
}
