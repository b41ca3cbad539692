package ringfort.fuzz;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.RangeHeader;
import ringfort.api.syntax.RangeHeader.Range;

/**
 * {@link RangeHeader}, alone and behind preconditions. Alone, what it gives is inside the content, does not overlap and is
 * no more than was asked for; a naive reading with numbers of any size agrees on what is ignored, on what is not
 * satisfiable, and on every byte. Behind preconditions, {@link NaiveConditions} expects the same status, and what is sent
 * are the bytes that Content-Range names.
 *
 * <p>The first byte of an input chooses the length of the content, the second the request and the validators, the first
 * line is the {@code Range} field, empty for none, and each further line a field such as {@code If-Match: "v1"}.
 */
public final class Ranges {
    private static final long[] LENGTHS = {0, 1, 10, 127, 128, 129, 1_000, 100_000, Integer.MAX_VALUE, 1L << 56};

    private static final int MOST_CONTENT_BYTES = 1_000;

    /** Positions above this one are beyond any content, and all the same. */
    private static final BigInteger BEYOND = BigInteger.TEN.pow(18);

    /** Ranges that are nearer are made one. */
    private static final int GAP_BYTES = 128;

    private static final Pattern UNIT = Pattern.compile("(?i:bytes)=(.*)", Pattern.DOTALL);
    private static final Pattern SPEC = Pattern.compile("[ \\t]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \\t]*");
    private static final Pattern BLANK = Pattern.compile("[ \\t]*");

    private Ranges() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        long length = LENGTHS[(data[0] & 0xFF) % LENGTHS.length];
        List<String> lines =
                List.of(Check.text(Arrays.copyOfRange(data, 2, data.length)).split("\n", -1));
        alone(lines.getFirst(), length);
        NaiveConditions.check(data[1], (int) Math.min(length, MOST_CONTENT_BYTES), lines);
    }

    private static void alone(String field, long length) {
        List<Range> ranges = RangeHeader.parse(field, length);
        List<Range> asked = naive(field, length);
        if (ranges == null || asked == null) {
            Check.that(ranges == null && asked == null, "ignored by one reading only: " + asked + ", " + ranges);
            return;
        }
        Check.that(ranges.size() <= asked.size(), "more ranges than asked for");
        for (Range range : ranges) {
            Check.that(0 <= range.from() && range.from() < range.to() && range.to() <= length, "outside: " + range);
            boolean begins = asked.stream().anyMatch(wanted -> wanted.from() == range.from());
            boolean ends = asked.stream().anyMatch(wanted -> wanted.to() == range.to());
            Check.that(begins && ends, "not asked for: " + range);
            for (Range other : ranges) {
                boolean apart = other.from() - range.to() >= GAP_BYTES || range.from() - other.to() >= GAP_BYTES;
                Check.that(range.equals(other) || apart, "not made one: " + range + " and " + other);
            }
            checkGaps(range, asked);
        }
        for (Range wanted : asked) {
            boolean there =
                    ranges.stream().anyMatch(range -> range.from() <= wanted.from() && wanted.to() <= range.to());
            Check.that(there, "left out: " + wanted);
        }
    }

    /** What is given without having been asked for is never more than a gap. */
    private static void checkGaps(Range range, List<Range> asked) {
        long at = range.from();
        List<Range> inside = asked.stream()
                .filter(wanted -> wanted.from() >= range.from() && wanted.to() <= range.to())
                .sorted((one, other) -> Long.compare(one.from(), other.from()))
                .toList();
        for (Range wanted : inside) {
            Check.that(wanted.from() - at < GAP_BYTES, "a gap in " + range + " before " + wanted);
            at = Math.max(at, wanted.to());
        }
    }

    /** Those that are satisfiable, as asked for; null when the field is to be ignored. */
    private static @Nullable List<Range> naive(String field, long length) {
        Matcher unit = UNIT.matcher(field);
        if (!unit.matches()) {
            return null;
        }
        BigInteger end = BigInteger.valueOf(length);
        List<Range> ranges = new ArrayList<>();
        int specs = 0;
        for (String text : unit.group(1).split(",", -1)) {
            if (BLANK.matcher(text).matches()) {
                continue;
            }
            Matcher spec = SPEC.matcher(text);
            if (!spec.matches() || ++specs > RangeHeader.MOST_RANGES) {
                return null;
            }
            BigInteger from;
            BigInteger to = end;
            if (spec.group(3) != null) {
                BigInteger suffix = new BigInteger(spec.group(3));
                if (suffix.signum() > 0 && length == 0) {
                    return null; // satisfiable, but Content-Range cannot say it
                }
                from = end.subtract(suffix).max(BigInteger.ZERO);
            } else {
                from = new BigInteger(spec.group(1)).min(BEYOND);
                if (!spec.group(2).isEmpty()) {
                    BigInteger last = new BigInteger(spec.group(2)).min(BEYOND);
                    if (last.compareTo(from) < 0) {
                        return null;
                    }
                    to = last.add(BigInteger.ONE).min(end);
                }
            }
            if (from.compareTo(to) < 0) {
                ranges.add(new Range(from.longValueExact(), to.longValueExact()));
            }
        }
        return specs == 0 ? null : ranges;
    }
}
