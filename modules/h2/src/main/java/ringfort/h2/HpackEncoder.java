package ringfort.h2;

import ringfort.message.ByteSink;

/**
 * Writes blocks of compressed fields (RFC 7541). One thread at a time, and the blocks of a connection in the order in
 * which they are sent.
 *
 * <p>Call {@link #begin}, then {@link #status} or {@link #field} for each field. Fields that differ from response to
 * response, such as a length, are not remembered, so that they do not push out those that repeat. What is secret is
 * marked so that no table on the way may hold it (RFC 7541, 7.1.3): fields that the caller says so of, and
 * {@code set-cookie} and the fields of authentication in any case.
 */
public final class HpackEncoder {
    /** The table is never larger, however much the peer offers. */
    static final int MOST_TABLE_BYTES = 4096;

    private static final int INDEXED = 0x80;
    private static final int REMEMBERED = 0x40;
    private static final int SIZE_UPDATE = 0x20;
    private static final int NEVER_REMEMBERED = 0x10;
    private static final int NOT_REMEMBERED = 0x00;
    private static final int HUFFMAN = 0x80;

    private final EncoderTable table = new EncoderTable(MOST_TABLE_BYTES);
    private boolean updateDue;
    private int smallest; // the smallest size since the last block (RFC 7541, 4.2)

    /** An encoder with an empty table of 4,096 octets. */
    public HpackEncoder() {}

    /** The peer's HEADER_TABLE_SIZE: holds from the next block on. */
    public void peerTableSize(int bytes) {
        int size = Math.min(Math.max(0, bytes), MOST_TABLE_BYTES);
        if (size != table.maxSize() || updateDue) {
            smallest = updateDue ? Math.min(smallest, size) : size;
            updateDue = true;
            table.maxSize(size);
        }
    }

    /** Begins a block. */
    public void begin(ByteSink out) {
        if (updateDue) {
            updateDue = false;
            if (smallest < table.maxSize()) {
                integer(out, SIZE_UPDATE, 5, smallest);
            }
            integer(out, SIZE_UPDATE, 5, table.maxSize());
        }
    }

    /** Writes the {@code :status} of a response, 100 to 599. */
    public void status(ByteSink out, int status) {
        int number = StaticTable.numberOfStatus(status);
        if (number > 0) {
            out.octet(INDEXED | number);
        } else {
            field(out, ":status", String.valueOf(status), false);
        }
    }

    /**
     * Writes a field.
     *
     * @param name in lower case
     * @param value of characters up to U+00FF
     * @param sensitive whether the value is a secret
     */
    public void field(ByteSink out, String name, String value, boolean sensitive) {
        int way = way(name, value, sensitive);
        if (way == REMEMBERED) {
            int index = table.indexOf(name, value);
            if (index >= 0) {
                integer(out, INDEXED, 7, StaticTable.LAST + 1 + index);
                return;
            }
        }
        int number = StaticTable.numberOfName(name);
        if (number == 0) {
            int index = table.indexOfName(name);
            number = index < 0 ? 0 : StaticTable.LAST + 1 + index;
        } else if (way == REMEMBERED) {
            for (int same = number; same <= StaticTable.LAST; same++) {
                HpackEntry entry = StaticTable.entry(same);
                if (!isName(entry, name)) {
                    break;
                } else if (isValue(entry, value)) {
                    integer(out, INDEXED, 7, same);
                    return;
                }
            }
        }
        integer(out, way, way == REMEMBERED ? 6 : 4, number);
        if (number == 0) {
            string(out, name);
        }
        string(out, value);
        if (way == REMEMBERED) {
            table.add(name, value);
        }
    }

    private int way(String name, String value, boolean sensitive) {
        if (sensitive) {
            return NEVER_REMEMBERED;
        }
        int way = switch (name) {
            case "set-cookie",
                    "authorization",
                    "proxy-authorization",
                    "www-authenticate",
                    "proxy-authenticate",
                    "authentication-info",
                    "cookie" -> NEVER_REMEMBERED;
            case "content-length", "content-range", "etag", "last-modified", "age", "location" -> NOT_REMEMBERED;
            default -> REMEMBERED;
        };
        // Four fields at least have to fit, or each would push out all others.
        boolean large = 4 * (name.length() + value.length() + HpackEntry.OVERHEAD) > table.maxSize();
        return way == REMEMBERED && large ? NOT_REMEMBERED : way;
    }

    private static boolean isName(HpackEntry entry, String name) {
        return entry.nameLength() == name.length() && isAt(entry.octets(), 0, name);
    }

    private static boolean isValue(HpackEntry entry, String value) {
        return entry.octets().length - entry.nameLength() == value.length()
                && isAt(entry.octets(), entry.nameLength(), value);
    }

    private static boolean isAt(byte[] octets, int from, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (octets[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static void string(ByteSink out, String text) {
        int huffman = Huffman.encodedLength(text);
        if (huffman < text.length()) {
            integer(out, HUFFMAN, 7, huffman);
            Huffman.encode(out, text);
        } else {
            integer(out, 0, 7, text.length());
            out.latin1(text);
        }
    }

    private static void integer(ByteSink out, int pattern, int prefix, int value) {
        int mask = (1 << prefix) - 1;
        if (value < mask) {
            out.octet(pattern | value);
            return;
        }
        out.octet(pattern | mask);
        int rest = value - mask;
        while (rest >= 0x80) {
            out.octet((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.octet(rest);
    }

    /** How large the peer's table is at the moment (RFC 7541, 4.1), for a test or a metric. */
    public int tableSize() {
        return table.size();
    }
}
