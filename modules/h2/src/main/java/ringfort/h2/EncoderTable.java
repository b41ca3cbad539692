package ringfort.h2;

import org.jspecify.annotations.Nullable;

/**
 * The fields that the peer's decoder has been told to remember, found by what they are (RFC 7541, 2.3.2 and 4). One thread
 * at a time.
 *
 * <p>Entries are numbered in the order in which they were added, and lie in arrays by that number. Two chains lead from
 * each entry to an earlier one of equal hash, of the name and of the whole field. The oldest entries go first, so a chain
 * is cut where it reaches a number that is gone, and nothing is ever taken out of it. Numbers wrap: a field is found only
 * if the entry of its number has its name and its value, so a number that has come round again does no harm.
 */
final class EncoderTable {
    private @Nullable String[] names = new @Nullable String[8]; // a power of two, grown when it is full
    private @Nullable String[] values = new @Nullable String[8];
    private int[] earlierName = new int[8];
    private int[] earlierField = new int[8];
    private int[] latestName = new int[8]; // by hash; 0 is none
    private int[] latestField = new int[8];
    private int added;
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

    private int slot(int number) {
        return number & (names.length - 1);
    }

    private int nameHash(String name) {
        int hash = name.hashCode();
        return slot(hash ^ (hash >>> 15));
    }

    private int fieldHash(String name, String value) {
        int hash = 31 * name.hashCode() + value.hashCode();
        return slot(hash ^ (hash >>> 15));
    }

    /** The index of a field, 0 for the latest; -1 when it is not there. */
    int indexOf(String name, String value) {
        for (int number = latestField[fieldHash(name, value)]; isHere(number); number = earlierField[slot(number)]) {
            if (value.equals(values[slot(number)]) && name.equals(names[slot(number)])) {
                return added - number;
            }
        }
        return -1;
    }

    /** The index of the latest field of a name; -1 when there is none. */
    int indexOfName(String name) {
        for (int number = latestName[nameHash(name)]; isHere(number); number = earlierName[slot(number)]) {
            if (name.equals(names[slot(number)])) {
                return added - number;
            }
        }
        return -1;
    }

    private boolean isHere(int number) {
        return number != 0 && Integer.compareUnsigned(added - number, count) < 0;
    }

    /** Adds a field that is not larger than the table. */
    void add(String name, String value) {
        int bytes = name.length() + value.length() + HpackEntry.OVERHEAD;
        evict(maxSize - bytes);
        if (count == names.length) {
            grow();
        }
        put(++added, name, value);
        count++;
        size += bytes;
    }

    private void put(int number, String name, String value) {
        int slot = slot(number);
        names[slot] = name;
        values[slot] = value;
        int nameHash = nameHash(name);
        earlierName[slot] = latestName[nameHash];
        latestName[nameHash] = number;
        int fieldHash = fieldHash(name, value);
        earlierField[slot] = latestField[fieldHash];
        latestField[fieldHash] = number;
    }

    /** Twice the slots; every entry is put anew, the oldest first. */
    private void grow() {
        @Nullable String[] oldNames = names;
        @Nullable String[] oldValues = values;
        int slots = 2 * oldNames.length;
        names = new @Nullable String[slots];
        values = new @Nullable String[slots];
        earlierName = new int[slots];
        earlierField = new int[slots];
        latestName = new int[slots];
        latestField = new int[slots];
        for (int number = added - count + 1; number != added + 1; number++) {
            String name = oldNames[number & (oldNames.length - 1)];
            String value = oldValues[number & (oldNames.length - 1)];
            if (name != null && value != null) {
                put(number, name, value);
            }
        }
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
