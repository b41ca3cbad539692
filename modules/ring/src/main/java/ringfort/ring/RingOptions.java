package ringfort.ring;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How large a ring is and which features of the kernel it should use. Immutable.
 *
 * @param entries entries of the submission queue, 1 to 32768; the kernel rounds up to a power of two
 * @param cqEntries entries of the completion queue, at least {@code entries} and at most 65536; the kernel rounds up to
 *     a power of two. {@link #DEFAULT} and {@link #withEntries} take four times {@code entries}, because a multishot
 *     request completes many times
 * @param wanted features to use where the kernel has them
 */
public record RingOptions(int entries, int cqEntries, Set<SetupFlag> wanted) {
    /** What the kernel allows at most ({@code IORING_MAX_ENTRIES} in {@code io_uring/io_uring.h}). */
    private static final int MAX_ENTRIES = 32768;

    private static final int MAX_CQ_ENTRIES = 2 * MAX_ENTRIES;

    /** 1024 submission entries, 4096 completion entries, every feature. */
    public static final RingOptions DEFAULT = new RingOptions(1024, 4096, EnumSet.allOf(SetupFlag.class));

    /** Checks the sizes. */
    public RingOptions {
        if (entries < 1 || entries > MAX_ENTRIES) {
            throw new IllegalArgumentException("entries must be 1 to " + MAX_ENTRIES + ", not " + entries);
        }
        if (cqEntries < entries || cqEntries > MAX_CQ_ENTRIES) {
            throw new IllegalArgumentException(
                    "cqEntries must be " + entries + " (entries) to " + MAX_CQ_ENTRIES + ", not " + cqEntries);
        }
        EnumSet<SetupFlag> copy = EnumSet.noneOf(SetupFlag.class);
        copy.addAll(wanted);
        wanted = Collections.unmodifiableSet(copy);
    }

    /** Returns these options with another submission queue, and four times as many completion entries. */
    public RingOptions withEntries(int entries) {
        return new RingOptions(entries, Math.min(4 * entries, MAX_CQ_ENTRIES), wanted);
    }

    /** Returns these options with another completion queue. */
    public RingOptions withCqEntries(int cqEntries) {
        return new RingOptions(entries, cqEntries, wanted);
    }

    /** Returns these options with exactly the given features wanted. */
    public RingOptions withWanted(Set<SetupFlag> wanted) {
        return new RingOptions(entries, cqEntries, wanted);
    }

    /** Returns these options without one feature. */
    public RingOptions without(SetupFlag flag) {
        EnumSet<SetupFlag> fewer = EnumSet.noneOf(SetupFlag.class);
        fewer.addAll(wanted);
        fewer.remove(flag);
        return new RingOptions(entries, cqEntries, fewer);
    }
}
