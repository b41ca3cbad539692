package ringfort.h2;

import org.jspecify.annotations.Nullable;

/**
 * The fields that our peer's decoder has been told to remember, found by what they are (RFC 7541, 2.3.2 and 4). One
 * thread at a time.
 *
 * <p>Entries are numbered in the order in which they were added, and lie in arrays by that number. Two chains lead from
 * each entry to an earlier one of equal hash, of the name and of the whole field. The oldest entries go first, so a
 * chain is cut where it reaches a number that is gone, and nothing is ever taken out of it.
 */
final class EncoderTable {
    /** No entry is smaller than 32, so no table of the largest size holds more. */
    private static final int SLOTS = HpackEncoder.MOST_TABLE_BYTES / HpackEntry.OVERHEAD;

    private static final int MASK = SLOTS - 1;

    private final @Nullable String[] names = new @Nullable String[SLOTS];
    private final @Nullable String[] values = new @Nullable String[SLOTS];
    private final long[] earlierName = new long[SLOTS];
    private final long[] earlierField = new long[SLOTS];
    private final long[] latestName = new long[SLOTS]; // by hash; numbers begin with 1, so 0 is none
    private final long[] latestField = new long[SLOTS];
    private long added;
    private int count;
    private int size;
    private int maxSize;

    EncoderTable(int maxSize) {
        this.maxSize = maxSize;
    }

    int maxSize() {
        return maxSize;
    }

    int size() {
        return size;
    }

    void maxSize(int bytes) {
        maxSize = bytes;
        evict(bytes);
    }

    private static int nameHash(String name) {
        int hash = name.hashCode();
        return (hash ^ hash >>> 15) & MASK;
    }

    private static int fieldHash(String name, String value) {
        int hash = 31 * name.hashCode() + value.hashCode();
        return (hash ^ hash >>> 15) & MASK;
    }

    /** The index of a field, 0 for the latest; -1 when it is not there. */
    int indexOf(String name, String value) {
        for (long number = latestField[fieldHash(name, value)]; isHere(number); number = earlierField[slot(number)]) {
            if (value.equals(values[slot(number)]) && name.equals(names[slot(number)])) {
                return (int) (added - number);
            }
        }
        return -1;
    }

    /** The index of the latest field of a name; -1 when there is none. */
    int indexOfName(String name) {
        for (long number = latestName[nameHash(name)]; isHere(number); number = earlierName[slot(number)]) {
            if (name.equals(names[slot(number)])) {
                return (int) (added - number);
            }
        }
        return -1;
    }

    private boolean isHere(long number) {
        return number != 0 && added - number < count;
    }

    private static int slot(long number) {
        return (int) number & MASK;
    }

    /** Adds a field that is not larger than the table. */
    void add(String name, String value) {
        int bytes = name.length() + value.length() + HpackEntry.OVERHEAD;
        evict(maxSize - bytes);
        added++;
        int slot = slot(added);
        names[slot] = name;
        values[slot] = value;
        int nameHash = nameHash(name);
        earlierName[slot] = latestName[nameHash];
        latestName[nameHash] = added;
        int fieldHash = fieldHash(name, value);
        earlierField[slot] = latestField[fieldHash];
        latestField[fieldHash] = added;
        count++;
        size += bytes;
    }

    private void evict(int most) {
        while (count > 0 && size > most) {
            int slot = slot(added - (count - 1));
            size -= length(names[slot]) + length(values[slot]) + HpackEntry.OVERHEAD;
            names[slot] = null;
            values[slot] = null;
            count--;
        }
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
