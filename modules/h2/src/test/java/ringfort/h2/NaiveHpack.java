package ringfort.h2;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A second reading of RFC 7541 without a thought for speed: the table is a list, a Huffman code is a string of zeros and
 * ones. It throws for what is no block.
 */
final class NaiveHpack {
    static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Broken(String message) {
            super(message);
        }
    }

    private final List<String[]> table = new ArrayList<>();
    private int maxSize = 4096;
    private byte[] block = {};
    private int at;

    int tableSize() {
        int size = 0;
        for (String[] field : table) {
            size += field[0].length() + field[1].length() + 32;
        }
        return size;
    }

    List<String> tableLines() {
        return table.stream().map(field -> field[0] + ": " + field[1]).toList();
    }

    /** The fields of a block, each as {@code name: value}. */
    List<String> decode(byte[] octets) {
        block = octets;
        at = 0;
        List<String> fields = new ArrayList<>();
        while (at < block.length) {
            int first = block[at] & 0xFF;
            if ((first & 0x80) != 0) {
                String[] field = field(integer(7));
                fields.add(field[0] + ": " + field[1]);
            } else if ((first & 0xE0) == 0x20) {
                if (!fields.isEmpty()) {
                    throw new Broken("size update behind a field");
                }
                maxSize = integer(5);
                if (maxSize > 4096) {
                    throw new Broken("size update above the setting");
                }
                evict();
            } else {
                boolean remember = (first & 0x40) != 0;
                int index = integer(remember ? 6 : 4);
                String name = index == 0 ? string() : field(index)[0];
                String value = string();
                fields.add(name + ": " + value);
                if (remember) {
                    table.addFirst(new String[] {name, value});
                    evict();
                }
            }
        }
        return fields;
    }

    private void evict() {
        while (tableSize() > maxSize) {
            table.removeLast();
        }
    }

    private String[] field(int index) {
        if (index >= 1 && index <= 61) {
            HpackEntry entry = StaticTable.entry(index);
            String text = new String(entry.octets(), StandardCharsets.ISO_8859_1);
            return new String[] {text.substring(0, entry.nameLength()), text.substring(entry.nameLength())};
        } else if (index > 61 && index - 62 < table.size()) {
            return table.get(index - 62);
        }
        throw new Broken("index " + index);
    }

    private int octet() {
        if (at == block.length) {
            throw new Broken("ends inside a field");
        }
        return block[at++] & 0xFF;
    }

    private int integer(int prefix) {
        long value = octet() % (1 << prefix);
        if (value == (1 << prefix) - 1) {
            int count = 0;
            int octet;
            do {
                octet = octet();
                value += (long) (octet % 128) * (1L << (7 * count));
                if (++count == 4 && octet >= 128) {
                    throw new Broken("integer");
                }
            } while (octet >= 128);
        }
        return (int) value;
    }

    private String string() {
        if (at == block.length) {
            throw new Broken("no string");
        }
        boolean huffman = (block[at] & 0x80) != 0;
        int length = integer(7);
        if (length > block.length - at) {
            throw new Broken("string ends behind the block");
        }
        byte[] octets = java.util.Arrays.copyOfRange(block, at, at + length);
        at += length;
        return huffman ? huffman(octets) : new String(octets, StandardCharsets.ISO_8859_1);
    }

    /** Follows the bits, one at a time, against the codes as they are encoded. */
    static String huffman(byte[] octets) {
        var bits = new StringBuilder();
        for (byte octet : octets) {
            bits.append(Integer.toBinaryString((octet & 0xFF) | 0x100).substring(1));
        }
        var text = new StringBuilder();
        int from = 0;
        for (int to = 1; to <= bits.length(); to++) {
            Character found = HuffmanCodes.BY_BITS.get(bits.substring(from, to));
            if (found != null) {
                text.append(found.charValue());
                from = to;
            }
        }
        String padding = bits.substring(from);
        if (padding.length() > 7 || padding.contains("0")) {
            throw new Broken("padding");
        }
        return text.toString();
    }
}
