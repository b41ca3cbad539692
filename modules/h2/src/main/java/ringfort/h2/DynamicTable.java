package ringfort.h2;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The fields that a decoder has been told to remember, the latest first (RFC 7541, 2.3.2 and 4). One thread at a time. */
final class DynamicTable {
    private @Nullable HpackEntry[] ring = new @Nullable HpackEntry[16]; // a power of two, grown when it is full
    private int latest; // index of the entry added last
    private int count;
    private int size;
    private int maxSize;

    DynamicTable(int maxSize) {
        this.maxSize = maxSize;
    }

    int count() {
        return count;
    }

    int size() {
        return size;
    }

    int maxSize() {
        return maxSize;
    }

    /** Another bound; the oldest entries go until the rest fits (RFC 7541, 4.3). */
    void maxSize(int bytes) {
        maxSize = bytes;
        evict(bytes);
    }

    /** The entry of an index from 0, the latest, to {@code count() - 1}. */
    HpackEntry entry(int index) {
        HpackEntry entry = index < count ? ring[(latest - index) & (ring.length - 1)] : null;
        if (entry == null) {
            throw new IndexOutOfBoundsException("entry " + index + " of " + count);
        }
        return entry;
    }

    /** Adds an entry; one that is larger than the table only empties it (RFC 7541, 4.4). */
    void add(HpackEntry entry) {
        evict(maxSize - entry.size());
        if (entry.size() > maxSize) {
            return;
        }
        if (count == ring.length) {
            grow();
        }
        latest = (latest + 1) & (ring.length - 1);
        ring[latest] = entry;
        count++;
        size += entry.size();
    }

    private void grow() {
        @Nullable HpackEntry[] larger = new @Nullable HpackEntry[2 * ring.length];
        for (int i = 0; i < count; i++) {
            larger[count - 1 - i] = entry(i);
        }
        latest = count - 1;
        ring = larger;
    }

    private void evict(int most) {
        while (count > 0 && size > most) {
            int oldest = (latest - (count - 1)) & (ring.length - 1);
            HpackEntry entry = entry(count - 1);
            ring[oldest] = null;
            count--;
            size -= entry.size();
        }
        if (count == 0 && ring.length > 16) {
            ring = Arrays.copyOf(ring, 16);
            latest = 0;
        }
    }
}
