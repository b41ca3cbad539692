package ringfort.filters;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A table of a bounded size: strangers choose the keys, so without a bound they choose the size. Where it is full, a new entry
 * takes the place of the one that expires first among some that are looked at. Any thread; nobody waits, so that threads that
 * come at the same moment may exceed the bound by one entry each.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
final class BoundedTable<K, V> {
    private static final int LOOKS = 32;
    private static final int MOST_ROUNDS = 8;

    private final ConcurrentHashMap<K, V> entries = new ConcurrentHashMap<>();
    private final int most;
    private final ToLongFunction<? super V> expiry; // nanoseconds of a ticker
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private Iterator<Map.Entry<K, V>> hand; // goes round and round; of the thread that has set sweeping

    BoundedTable(int most, ToLongFunction<? super V> expiry) {
        this.most = Answers.positive(most, "the size of the table");
        this.expiry = expiry;
        this.hand = entries.entrySet().iterator();
    }

    @Nullable V get(K key) {
        return entries.get(key);
    }

    /** The value that was there already; null when this one was put. */
    @Nullable V putIfAbsent(K key, V value, long now) {
        V present = entries.putIfAbsent(key, value);
        if (present == null) {
            makeRoom(key, now);
        }
        return present;
    }

    void put(K key, V value, long now) {
        if (entries.put(key, value) == null) {
            makeRoom(key, now);
        }
    }

    void remove(K key) {
        entries.remove(key);
    }

    boolean remove(K key, V value) {
        return entries.remove(key, value);
    }

    boolean replace(K key, V old, V value) {
        return entries.replace(key, old, value);
    }

    int size() {
        return entries.size();
    }

    private void makeRoom(K added, long now) {
        if (entries.mappingCount() <= most || !sweeping.compareAndSet(false, true)) {
            return;
        }
        try {
            // The hand may show entries that are gone already, so one round may find nothing to remove.
            for (int rounds = 0; rounds < MOST_ROUNDS && entries.mappingCount() > most; rounds++) {
                removeOne(added, now);
            }
        } finally {
            sweeping.set(false);
        }
    }

    /** Looks at some entries; removes those that have expired, or else the one that will first. */
    private void removeOne(K added, long now) {
        Map.Entry<K, V> first = null;
        long least = Long.MAX_VALUE;
        boolean expired = false;
        for (int i = 0; i < LOOKS; i++) {
            if (!hand.hasNext()) {
                hand = entries.entrySet().iterator();
            }
            if (!hand.hasNext()) {
                return; // others have emptied the table meanwhile
            }
            Map.Entry<K, V> entry = hand.next();
            long left = expiry.applyAsLong(entry.getValue()) - now;
            if (left <= 0) {
                expired |= entries.remove(entry.getKey(), entry.getValue());
            } else if (left < least && !entry.getKey().equals(added)) {
                least = left;
                first = entry;
            }
        }
        if (first != null && !expired) {
            entries.remove(first.getKey(), first.getValue());
        }
    }
}
