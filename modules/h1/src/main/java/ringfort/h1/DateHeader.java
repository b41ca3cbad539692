package ringfort.h1;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The value of a Date field, in IMF-fixdate (RFC 9110, 5.6.7), made once per second. Any thread; the caller brings the
 * time, which is wall-clock time and must not be used for deadlines.
 */
public final class DateHeader {
    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final class Second {
        final long epochSecond;
        final byte[] value;

        Second(long epochSecond) {
            this.epochSecond = epochSecond;
            value = IMF_FIXDATE.format(Instant.ofEpochSecond(epochSecond)).getBytes(StandardCharsets.US_ASCII);
        }
    }

    private Second latest = new Second(0); // a racy read finds one immutable second or another

    /** Nothing is cached yet. */
    public DateHeader() {}

    /**
     * The value for this second.
     *
     * @param epochSecond seconds since 1970-01-01T00:00:00Z, in years 0 to 9999
     * @return 29 ASCII bytes, shared: not to be modified
     */
    public byte[] value(long epochSecond) {
        Second second = latest;
        if (second.epochSecond != epochSecond) {
            second = new Second(epochSecond);
            latest = second;
        }
        return second.value;
    }
}
