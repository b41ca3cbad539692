package ringfort.timers;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Absolute deadlines, one for each {@link Entry}, most of which are moved or cleared before they come. One wheel
 * belongs to one thread at a time; nothing in it is synchronized, and nothing in it allocates after construction.
 *
 * <p>This is a hierarchical timing wheel (Varghese and Lauck, "Hashed and hierarchical timing wheels", SOSP 1987). Time
 * is cut into ticks of 2<sup>20</sup> ns (about 1.05 ms). Eight levels of 64 slots each cover the whole range of a
 * {@code long}, so no deadline is too far:
 *
 * <pre>
 *  level  slot span    level span
 *    0      1.05 ms      67 ms        entries of one tick
 *    1        67 ms      4.3 s        cascades into level 0 when its time comes
 *    2       4.3 s       275 s        cascades into level 1, ...
 *    3       275 s       4.9 h
 *    4       4.9 h      13 days       ... and so on up to level 7
 * </pre>
 *
 * The level of an entry is the highest group of six bits in which its tick differs from the current tick. So all
 * entries of a level are earlier than those of the next level. A bit mask of the slots in use finds the earliest slot
 * in constant time, however much empty time lies before it.
 *
 * <p><b>Cost.</b> {@link #arm}, {@link #disarm} and {@link #clear} are O(1). {@link #expire} is O(1) when nothing is
 * due; otherwise it is O(expired) with an amortised cascade: an entry changes its slot at most seven times in its life,
 * however often expire is called, plus once for each time it was moved later since its slot came up. Deadlines of the
 * tick that is running are looked at again by each call.
 *
 * <p><b>Laziness.</b> {@code arm} with a later deadline, and {@code disarm}, only write into the entry. The entry stays
 * in its slot and finds its new place when that slot comes up. So a connection that is armed and disarmed with every
 * request is put into a slot once per budget instead of twice per request. The price: {@link #nextExpireNanos} may be
 * early, and the wheel refers to a disarmed entry until its old slot has come up. Use {@code clear} for an entry that
 * is done for good.
 *
 * <p><b>Exactness.</b> An entry fires if and only if its deadline is not after the time given to {@code expire}. Ticks
 * decide where entries are looked for, never whether they are due.
 *
 * <p><b>Wrapping.</b> Times are compared by difference, as {@link Ticker#nanos()} asks. All times used with one wheel
 * at one moment have to lie within 2<sup>62</sup> ns (146 years) of its latest {@code expire}.
 *
 * @param <E> what carries the deadline, usually a connection
 */
@SuppressWarnings("ReferenceEquality") // a place in a list is this very entry, not one that is equal to it
public final class DeadlineWheel<E extends DeadlineWheel.Entry> {
    private static final int TICK_SHIFT = 20;
    private static final int LEVEL_SHIFT = 6;
    private static final int LEVELS = 8;
    private static final int SLOTS = 1 << LEVEL_SHIFT;

    /** {@link Entry#slot} of an entry that hangs nowhere. */
    private static final int NOWHERE = -1;

    /** Index of the list of entries that are due and whose callback has not run yet; it follows the slots. */
    private static final int DUE = LEVELS * SLOTS;

    private final long startNanos;

    /** Heads of circular lists: the slots level by level, then the list of due entries. */
    private final Entry[] heads = new Entry[DUE + 1];

    /** A bit for each slot of a level that is not empty. */
    private final long[] slotsInUse = new long[LEVELS];

    /** A bit for each level that is not empty. */
    private int levelsInUse;

    /** The latest time given to {@link #expire}, and its tick. */
    private long nowNanos;

    private long nowTick;
    private int armed;
    private boolean expiring;

    /**
     * A deadline, and its place in a wheel. The class that has the deadline extends this one, so that arming allocates
     * nothing. Only the thread of the wheel may use an entry.
     */
    public abstract static class Entry {
        private @Nullable DeadlineWheel<?> wheel;
        private Entry next = this;
        private Entry previous = this;
        private int slot = NOWHERE;
        private boolean armed;
        private long deadlineNanos;

        /** The deadline this entry had when it was given its slot; the present deadline is never earlier. */
        private long hungNanos;

        /** A new entry, not armed, of no wheel. */
        protected Entry() {}

        /** The deadline this entry was armed with last, whether or not it still is. */
        public final long deadlineNanos() {
            return deadlineNanos;
        }

        /** Whether this entry has a deadline now. */
        public final boolean isArmed() {
            return armed;
        }
    }

    private static final class Head extends Entry {}

    /**
     * An empty wheel.
     *
     * @param startNanos a recent reading of the ticker whose times will be used
     */
    public DeadlineWheel(long startNanos) {
        this.startNanos = startNanos;
        this.nowNanos = startNanos;
        for (int i = 0; i < heads.length; i++) {
            heads[i] = new Head();
        }
    }

    /**
     * Gives the entry this deadline, whether it had a deadline before or not. The next {@link #expire} fires a deadline
     * that has passed already. When a callback of {@code expire} arms it, that is the next call, not the one that is
     * running.
     *
     * @throws IllegalArgumentException if the entry still hangs in another wheel: {@link #clear} it there first
     */
    public void arm(E entry, long deadlineNanos) {
        Entry hung = entry;
        if (hung.wheel == this) {
            hung.deadlineNanos = deadlineNanos;
            if (hung.slot == DUE || deadlineNanos - hung.hungNanos < 0) {
                unhang(hung);
                hang(hung);
            }
        } else {
            adopt(hung, deadlineNanos);
        }
        if (!hung.armed) {
            hung.armed = true;
            armed++;
        }
    }

    /**
     * Takes the deadline from the entry and leaves the entry in its slot, so that the next {@link #arm} is as cheap as
     * moving a deadline later. For the pause between two deadlines. The wheel refers to the entry until its old slot
     * comes up. Idempotent.
     *
     * @throws IllegalArgumentException if the entry hangs in another wheel
     */
    public void disarm(E entry) {
        Entry hung = entry;
        if (hung.slot == DUE) {
            clear(entry);
        } else if (hung.armed) {
            requireOwn(hung);
            hung.armed = false;
            armed--;
        }
    }

    /**
     * Takes the deadline from the entry and the entry out of the wheel. For an entry that is done for good: the wheel
     * does not refer to it any more. Idempotent.
     *
     * @throws IllegalArgumentException if the entry hangs in another wheel
     */
    public void clear(E entry) {
        Entry hung = entry;
        if (hung.wheel == null) {
            return;
        }
        requireOwn(hung);
        drop(hung);
    }

    /**
     * Fires every entry whose deadline is not after {@code now}: takes it out of the wheel and hands it to the
     * callback. Entries fire roughly, not exactly, in the order of their deadlines. Time never steps back: if
     * {@code now} is before the time of an earlier call, the time of that earlier call is used.
     *
     * <p>The callback may arm, disarm and clear any entry of this wheel. An entry that is due in this call and that the
     * callback has changed does not fire in this call. When the callback throws, this method throws the exception on;
     * the entries that were still to be fired stay due and are the first of the next call.
     *
     * @return how many entries were fired
     * @throws IllegalStateException if called from a callback
     */
    public int expire(long now, Consumer<? super E> expired) {
        return expire(now, Integer.MAX_VALUE, expired);
    }

    /**
     * As {@link #expire(long, Consumer)}, but fires {@code limit} entries at most, so that a loop whose connections are all due
     * at once gets round to its other work. The entries above the limit stay due: {@link #hasDue} tells that there are some,
     * {@link #nextExpireNanos} asks to be called at once, and the next call fires them first.
     *
     * @param limit how many, at least 1
     * @return how many entries were fired
     * @throws IllegalStateException if called from a callback
     */
    public int expire(long now, int limit, Consumer<? super E> expired) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit " + limit + "; fire at least one entry");
        }
        if (expiring) {
            throw new IllegalStateException("expire called from a callback of expire");
        }
        collectDue(now);
        Entry due = heads[DUE];
        int fired = 0;
        expiring = true;
        try {
            while (due.next != due && fired < limit) {
                Entry first = due.next;
                drop(first);
                fired++;
                // Only arm(E) puts entries into a wheel.
                @SuppressWarnings("unchecked")
                E entry = (E) first;
                expired.accept(entry);
            }
        } finally {
            expiring = false;
        }
        return fired;
    }

    /** Whether entries are due that the last {@link #expire} did not fire, by its limit or because a callback threw. */
    public boolean hasDue() {
        return heads[DUE].next != heads[DUE];
    }

    /**
     * When to call {@link #expire} next: never later than the earliest deadline, so that nothing is late, but possibly
     * earlier. It is exact for a deadline in the 67 ms block of level 0. For a later deadline it is the start of the
     * slot of that deadline: early by less than the span of the slot, which is a 64th of the range of its level. A loop
     * that waits until this time and then expires wakes up at most seven times per deadline for nothing, and once more
     * for each deadline that was moved or disarmed. It never spins, because each such call moves entries to a slot with
     * a smaller span.
     *
     * <p>O(1), plus the entries of one tick when the deadline is that near.
     *
     * @param whenEmpty what to return when nothing is armed
     */
    public long nextExpireNanos(long whenEmpty) {
        if (armed == 0) {
            return whenEmpty;
        }
        if (hasDue()) {
            return nowNanos;
        }
        while (true) {
            int level = Integer.numberOfTrailingZeros(levelsInUse);
            if (level > 0) {
                return startNanos + (slotTick(level) << TICK_SHIFT);
            }
            Entry earliest = earliestOf(firstSlot(0));
            if (earliest != null) {
                return earliest.deadlineNanos;
            }
        }
    }

    /**
     * The earliest deadline, exactly. This method walks the entries of the slot that holds the earliest deadline and
     * gives entries that were moved or disarmed their right place. For a far deadline that can be every entry. For
     * diagnostics and tests; a loop that waits wants {@link #nextExpireNanos}.
     *
     * @param whenEmpty what to return when nothing is armed
     */
    public long earliestDeadlineNanos(long whenEmpty) {
        if (armed == 0) {
            return whenEmpty;
        }
        Entry earliest = earliestOf(DUE);
        while (levelsInUse != 0) {
            Entry candidate = earliestOf(firstSlot(Integer.numberOfTrailingZeros(levelsInUse)));
            if (candidate != null) {
                earliest = earliest == null ? candidate : earlier(earliest, candidate);
                break;
            }
        }
        return earliest == null ? whenEmpty : earliest.deadlineNanos;
    }

    /** How many entries are armed. */
    public int size() {
        return armed;
    }

    /** Whether no entry is armed. */
    public boolean isEmpty() {
        return armed == 0;
    }

    /**
     * Advances to {@code now} and moves the entries that are due to the list {@link #DUE}. No callback runs before this
     * is done, so no callback sees a wheel that is only half advanced.
     */
    private void collectDue(long now) {
        long tick = nowTick;
        if (now - nowNanos > 0) {
            nowNanos = now;
            tick = (now - startNanos) >>> TICK_SHIFT;
        }
        while (levelsInUse != 0) {
            int level = Integer.numberOfTrailingZeros(levelsInUse);
            long slotTick = slotTick(level);
            if (slotTick > tick) {
                break;
            }
            // From here on the entries of this slot differ from the current tick in a lower group of bits.
            nowTick = slotTick;
            sort(takeAll(firstSlot(level)));
            if (level == 0 && slotTick == tick) {
                break; // what sort hung into this slot again is due later within the tick that is running
            }
        }
        nowTick = tick;
    }

    /** Puts each entry of a detached chain where it belongs now: the due list, a slot, or nowhere. */
    private void sort(@Nullable Entry chain) {
        Entry entry = chain;
        while (entry != null) {
            Entry following = entry.next == entry ? null : entry.next;
            entry.next = entry;
            entry.previous = entry;
            if (!entry.armed) {
                entry.slot = NOWHERE;
                entry.wheel = null;
            } else if (entry.deadlineNanos - nowNanos <= 0) {
                append(entry, DUE);
            } else {
                hang(entry);
            }
            entry = following;
        }
    }

    /** Detaches the entries of a slot as a chain; the last one's {@code next} is itself. */
    private @Nullable Entry takeAll(int slot) {
        Entry head = heads[slot];
        Entry first = head.next;
        if (first == head) {
            return null;
        }
        Entry last = head.previous;
        last.next = last;
        head.next = head;
        head.previous = head;
        markEmpty(slot);
        return first;
    }

    /**
     * The earliest of the entries that belong into this slot, or null when there is none. Entries that were moved later
     * or disarmed while they hung here do not belong here any more, and are taken out.
     */
    private @Nullable Entry earliestOf(int slot) {
        Entry head = heads[slot];
        Entry earliest = null;
        Entry following;
        for (Entry entry = head.next; entry != head; entry = following) {
            following = entry.next;
            if (!entry.armed) {
                drop(entry);
            } else if (slot != DUE && slotOf(entry.deadlineNanos) != slot) {
                unhang(entry);
                hang(entry);
            } else {
                earliest = earliest == null ? entry : earlier(earliest, entry);
            }
        }
        return earliest;
    }

    private static Entry earlier(Entry a, Entry b) {
        return b.deadlineNanos - a.deadlineNanos < 0 ? b : a;
    }

    private void adopt(Entry entry, long deadlineNanos) {
        if (entry.wheel != null) {
            requireOwn(entry);
        }
        entry.wheel = this;
        entry.deadlineNanos = deadlineNanos;
        hang(entry);
    }

    private void requireOwn(Entry entry) {
        if (entry.wheel != this) {
            throw new IllegalArgumentException("the entry hangs in another wheel");
        }
    }

    private void drop(Entry entry) {
        unhang(entry);
        entry.slot = NOWHERE;
        entry.wheel = null;
        if (entry.armed) {
            entry.armed = false;
            armed--;
        }
    }

    private void hang(Entry entry) {
        entry.hungNanos = entry.deadlineNanos;
        int slot = slotOf(entry.deadlineNanos);
        append(entry, slot);
        int level = slot >>> LEVEL_SHIFT;
        slotsInUse[level] |= 1L << slot;
        levelsInUse |= 1 << level;
    }

    private void append(Entry entry, int slot) {
        Entry head = heads[slot];
        Entry last = head.previous;
        entry.slot = slot;
        entry.previous = last;
        entry.next = head;
        last.next = entry;
        head.previous = entry;
    }

    private void unhang(Entry entry) {
        Entry next = entry.next;
        Entry previous = entry.previous;
        previous.next = next;
        next.previous = previous;
        entry.next = entry;
        entry.previous = entry;
        if (next == previous && entry.slot != DUE) {
            markEmpty(entry.slot);
        }
    }

    private void markEmpty(int slot) {
        int level = slot >>> LEVEL_SHIFT;
        long left = slotsInUse[level] & ~(1L << slot);
        slotsInUse[level] = left;
        if (left == 0) {
            levelsInUse &= ~(1 << level);
        }
    }

    /** The slot of a deadline, seen from the current tick. A deadline that has passed belongs into the current slot. */
    private int slotOf(long deadlineNanos) {
        long aheadNanos = deadlineNanos - nowNanos;
        long tick = aheadNanos <= 0 ? nowTick : (nowNanos - startNanos + aheadNanos) >>> TICK_SHIFT;
        // The lowest six bits are set so that a tick within the current block of 64 is of level 0.
        int highestBit = 63 - Long.numberOfLeadingZeros((tick ^ nowTick) | (SLOTS - 1));
        int level = highestBit / LEVEL_SHIFT;
        return (level << LEVEL_SHIFT) | (int) (tick >>> (level * LEVEL_SHIFT) & (SLOTS - 1));
    }

    /** The earliest slot in use of a level in use. */
    private int firstSlot(int level) {
        return (level << LEVEL_SHIFT) | Long.numberOfTrailingZeros(slotsInUse[level]);
    }

    /**
     * The first tick of the earliest slot in use of a level in use: later than the current tick on all levels but 0.
     */
    private long slotTick(int level) {
        int shift = level * LEVEL_SHIFT;
        long index = Long.numberOfTrailingZeros(slotsInUse[level]);
        long block = nowTick >>> shift >>> LEVEL_SHIFT;
        return (block << LEVEL_SHIFT | index) << shift;
    }
}
