package ringfort.h2;

import java.util.Arrays;
import ringfort.message.FieldSection;

/**
 * Reads blocks of compressed fields (RFC 7541). One thread at a time, and every block of a connection in the order in
 * which it came, also those of streams that are refused: each may change the table that the next one is read with.
 *
 * <p>Bounds hold before memory is taken: what is decoded counts name, value and 32 for each field. Above the list's bound
 * the rest is read for the sake of the table and stored nowhere; above four times the bound reading stops.
 */
public final class HpackDecoder {
    /** What a block came to. */
    public enum Result {
        /** The fields are there. */
        FIELDS,
        /** The fields are more than allowed, and are not there; the table is as the peer expects it. */
        TOO_LARGE,
        /** The fields are so many that reading stopped: the connection must end. */
        MUCH_TOO_LARGE,
        /** The block is no block: the connection must end with {@link ErrorCode#COMPRESSION_ERROR}. */
        BROKEN
    }

    /** How far above its bound a list is still read to its end. */
    private static final int READ_ON = 4;

    private static final int MOST_INTEGER_SHIFT = 28; // five octets in all
    private static final int MOST_LIST_BYTES = 56 * 1024; // with a table's entry behind it, offsets have 16 bits
    private static final int MOST_TABLE_BYTES = 8 * 1024;
    private static final int FIRST_BYTES = 512;
    private static final int FIRST_FIELDS = 16;
    private static final int DEFAULT_TABLE_BYTES = 4096; // RFC 9113, 6.5.2

    private final int listBytes;
    private final int listFields;
    private final DynamicTable table = new DynamicTable(DEFAULT_TABLE_BYTES);
    private int tableLimit = DEFAULT_TABLE_BYTES;
    private boolean updateDue; // the peer has acknowledged a smaller table, and has to say so in its next block

    private byte[] octets = new byte[FIRST_BYTES];
    private int length; // of the fields that are stored; behind it is room for the field that is being read
    private long[] spans = new long[FIRST_FIELDS];
    private int count;
    private long listSize;

    private byte[] block = octets;
    private int at;
    private int end;
    private boolean broken;

    /**
     * A decoder with an empty table of 4,096 octets.
     *
     * @param listBytes the most fields of one block, each counted as name, value and 32; at most 56 KiB
     * @param listFields the most fields of one block
     */
    public HpackDecoder(int listBytes, int listFields) {
        if (listBytes < 0 || listBytes > MOST_LIST_BYTES) {
            throw new IllegalArgumentException("listBytes is " + listBytes + "; at most " + MOST_LIST_BYTES);
        }
        this.listBytes = listBytes;
        this.listFields = listFields;
    }

    /** The peer has acknowledged our HEADER_TABLE_SIZE, and its encoder keeps to it from the next block on (RFC 7541, 4.2). */
    public void tableLimit(int bytes) {
        if (bytes < 0 || bytes > MOST_TABLE_BYTES) {
            throw new IllegalArgumentException("a table of " + bytes + " octets; at most " + MOST_TABLE_BYTES);
        }
        tableLimit = bytes;
        updateDue = table.maxSize() > bytes;
    }

    /** Reads a whole block, {@code block[from, to)}, and adds to the table what it says. */
    public Result decode(byte[] block, int from, int to) {
        this.block = block;
        at = from;
        end = to;
        length = 0;
        count = 0;
        listSize = 0;
        broken = false;
        readSizeUpdates();
        while (at < end && !broken && listSize <= (long) READ_ON * listBytes) {
            readField();
        }
        this.block = octets;
        if (broken || updateDue) {
            return Result.BROKEN;
        } else if (listSize > (long) READ_ON * listBytes) {
            return Result.MUCH_TOO_LARGE;
        }
        return tooLarge() ? Result.TOO_LARGE : Result.FIELDS;
    }

    private boolean tooLarge() {
        return listSize > listBytes || count > listFields;
    }

    private void readSizeUpdates() {
        while (at < end && (block[at] & 0xE0) == 0x20 && !broken) {
            int bytes = integer(5);
            if (bytes > tableLimit) {
                broken = true;
            } else if (!broken) {
                table.maxSize(bytes);
                updateDue = false;
            }
        }
    }

    private void readField() {
        int first = block[at] & 0xFF;
        if (first >= 0x80) {
            HpackEntry entry = indexed(integer(7));
            if (!broken) {
                copy(entry, entry.octets().length);
                store(entry.nameLength(), entry.octets().length);
            }
        } else if (first >= 0x40) {
            literal(integer(6), true);
        } else if (first >= 0x20) {
            broken = true; // a size update behind the first field
        } else {
            literal(integer(4), false);
        }
    }

    private void literal(int nameIndex, boolean remember) {
        int nameLength;
        if (broken) {
            return;
        } else if (nameIndex == 0) {
            nameLength = string(length);
        } else {
            HpackEntry named = indexed(nameIndex);
            nameLength = named.nameLength();
            if (!broken) {
                copy(named, nameLength);
            }
        }
        int valueLength = broken ? 0 : string(length + nameLength);
        if (broken) {
            return;
        }
        if (remember) {
            long size = (long) nameLength + valueLength + HpackEntry.OVERHEAD;
            if (size > table.maxSize()) {
                table.add(TOO_LARGE_FOR_ANY);
            } else {
                table.add(new HpackEntry(
                        Arrays.copyOfRange(octets, length, length + nameLength + valueLength), nameLength));
            }
        }
        store(nameLength, nameLength + valueLength);
    }

    private static final HpackEntry TOO_LARGE_FOR_ANY = new HpackEntry(new byte[MOST_TABLE_BYTES], 0);

    private HpackEntry indexed(int index) {
        if (!broken && index >= 1 && index <= StaticTable.LAST) {
            return StaticTable.entry(index);
        } else if (!broken && index > StaticTable.LAST && index - StaticTable.LAST <= table.count()) {
            return table.entry(index - StaticTable.LAST - 1);
        }
        broken = true;
        return TOO_LARGE_FOR_ANY;
    }

    private void copy(HpackEntry entry, int bytes) {
        room(length + bytes);
        System.arraycopy(entry.octets(), 0, octets, length, bytes);
    }

    /** Keeps the field that stands behind the last one, unless the list is too large. */
    private void store(int nameLength, int bytes) {
        listSize += bytes + HpackEntry.OVERHEAD;
        count++;
        if (tooLarge()) {
            return;
        }
        if (count > spans.length) {
            spans = Arrays.copyOf(spans, 2 * spans.length);
        }
        spans[count - 1] = FieldSection.span(length, length + nameLength, length + nameLength, length + bytes);
        length += bytes;
    }

    /** The end of the octets that are worth storing: what is beyond fits neither into the list nor into the table. */
    private int storable() {
        return Math.max(listBytes, length + table.maxSize());
    }

    /** Reads a string (RFC 7541, 5.2) into {@link #octets} from {@code target} on; the octets beyond {@link #storable} are only counted. */
    private int string(int target) {
        if (at == end) {
            broken = true;
            return 0;
        }
        boolean huffman = block[at] < 0;
        int encoded = integer(7);
        if (broken || encoded > end - at) {
            broken = true;
            return 0;
        }
        int from = at;
        at += encoded;
        if (huffman) {
            room((int) Math.min(storable(), target + encoded * 8L / 5 + 1));
            int decoded = Huffman.decode(block, from, at, octets, target);
            broken = decoded < 0;
            return Math.max(0, decoded);
        }
        int stored = Math.min(encoded, Math.max(0, storable() - target));
        if (stored > 0) {
            room(target + stored);
            System.arraycopy(block, from, octets, target, stored);
        }
        return encoded;
    }

    private void room(int bytes) {
        if (octets.length < bytes) {
            octets = Arrays.copyOf(octets, Math.max(bytes, Math.min(2 * octets.length, storable())));
        }
    }

    /** Reads an integer whose first octet has so many bits for it (RFC 7541, 5.1): five octets at most, so about 2^28. */
    private int integer(int prefix) {
        int mask = (1 << prefix) - 1;
        int value = block[at++] & mask;
        if (value < mask) {
            return value;
        }
        long sum = value;
        for (int shift = 0; shift < MOST_INTEGER_SHIFT && at < end; shift += 7) {
            int octet = block[at++];
            sum += (long) (octet & 0x7F) << shift;
            if (octet >= 0) {
                return (int) sum;
            }
        }
        broken = true;
        return 0;
    }

    /** How many fields the last block has; none when it was too large. */
    public int fieldCount() {
        return tooLarge() ? 0 : count;
    }

    /** The offsets of a field in {@link #octets()}, as {@link FieldSection#span(int, int, int, int)} packs them. */
    public long span(int index) {
        return spans[index];
    }

    /** The array that the fields of the last block lie in, one behind the other; the next block overwrites it. */
    public byte[] octets() {
        return octets;
    }

    /** How many octets of {@link #octets()} are fields. */
    public int octetsLength() {
        return length;
    }

    /** Forgets the fields of the last block, and the room that they took. The table stays. */
    void release() {
        octets = new byte[FIRST_BYTES];
        spans = new long[FIRST_FIELDS];
        block = octets;
        length = 0;
        count = 0;
    }

    /** How large the fields of the last block are: name, value and 32 each, as far as it was read. */
    public long listSize() {
        return listSize;
    }

    /** How large the table is at the moment (RFC 7541, 4.1), for a test or a metric. */
    public int tableSize() {
        return table.size();
    }

    /** The entry of the table at an index from 0, the latest, as {@code name: value}; for a test. */
    String tableEntry(int index) {
        HpackEntry entry = table.entry(index);
        String text = new String(entry.octets(), java.nio.charset.StandardCharsets.ISO_8859_1);
        return text.substring(0, entry.nameLength()) + ": " + text.substring(entry.nameLength());
    }

    int tableCount() {
        return table.count();
    }
}
