package ringfort.api.syntax;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code Range} (RFC 9110, section 14.2) against content of a known length. Stateless; any thread.
 *
 * <p>A field that is malformed, of another unit than bytes, or asks for more than {@link #MOST_RANGES} ranges is
 * ignored, which the section allows. Ranges that overlap, touch, or are nearer to each other than what it takes to
 * begin a part of their own are made one (section 15.3.7.2), so that no byte is sent twice.
 */
public final class RangeHeader {
    /** Most ranges in one request; more are a burden that no client needs. */
    public static final int MOST_RANGES = 16;

    /** What a part of {@code multipart/byteranges} costs besides its content, about. */
    private static final int GAP_BYTES = 128;

    private static final int MOST_EXACT_DIGITS = 18;

    /**
     * A range, half-open, in bytes.
     *
     * @param from first byte, counted from 0
     * @param to after the last byte
     */
    public record Range(long from, long to) {
        private boolean isNear(Range other) {
            return from - other.to < GAP_BYTES && other.from - to < GAP_BYTES;
        }

        private Range with(Range other) {
            return new Range(Math.min(from, other.from), Math.max(to, other.to));
        }
    }

    private RangeHeader() {}

    /**
     * The ranges that a field asks for.
     *
     * @param field its value
     * @param length length of the content in bytes
     * @return ranges that are not empty, do not overlap and lie within the content, in the order asked for; none when
     *     no range is satisfiable (416); null when the field is to be ignored
     */
    public static @Nullable List<Range> parse(String field, long length) {
        if (!field.regionMatches(true, 0, "bytes=", 0, 6)) {
            return null;
        }
        List<Range> ranges = new ArrayList<>(1);
        int asked = 0;
        for (int from = 6; from <= field.length(); ) {
            int comma = field.indexOf(',', from);
            int to = comma < 0 ? field.length() : comma;
            String spec = Fields.trimmed(field, from, to);
            if (!spec.isEmpty()) {
                Range range = range(spec, length);
                if (range == null || ++asked > MOST_RANGES) {
                    return null;
                } else if (range.from < range.to) {
                    add(ranges, range);
                }
            }
            from = to + 1;
        }
        return asked == 0 ? null : ranges;
    }

    /** Empty when it is not satisfiable, null when it is malformed or cannot be expressed. */
    private static @Nullable Range range(String spec, long length) {
        int dash = spec.indexOf('-');
        String first = dash < 0 ? "" : spec.substring(0, dash);
        String last = dash < 0 ? "" : spec.substring(dash + 1);
        if (!isDigits(first) || !isDigits(last) || (first.isEmpty() && last.isEmpty())) {
            return null;
        }
        if (first.isEmpty()) {
            long suffix = number(last);
            // Of empty content any suffix is satisfiable, but Content-Range cannot say so (section 14.4).
            return suffix > 0 && length == 0 ? null : new Range(Math.max(0, length - suffix), length);
        }
        long from = number(first);
        long inclusive = last.isEmpty() ? Long.MAX_VALUE - 1 : number(last);
        return inclusive < from ? null : new Range(from, Math.min(length, inclusive + 1));
    }

    /** Made one with every range it is near to, at the place of the first of them. */
    private static void add(List<Range> ranges, Range added) {
        Range merged = added;
        int place = ranges.size();
        for (int near = near(ranges, merged); near >= 0; near = near(ranges, merged)) {
            merged = merged.with(ranges.remove(near));
            place = Math.min(place, near);
        }
        ranges.add(place, merged);
    }

    private static int near(List<Range> ranges, Range range) {
        for (int i = 0; i < ranges.size(); i++) {
            if (ranges.get(i).isNear(range)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isDigits(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Saturates: positions beyond any file are all the same. */
    private static long number(String digits) {
        int zeros = 0;
        while (zeros < digits.length() && digits.charAt(zeros) == '0') {
            zeros++;
        }
        return digits.length() - zeros > MOST_EXACT_DIGITS ? Long.MAX_VALUE - 1 : Long.parseLong(digits);
    }
}
