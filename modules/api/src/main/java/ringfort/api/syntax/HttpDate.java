package ringfort.api.syntax;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Dates in header fields (RFC 9110, section 5.6.7). Stateless; any thread. */
public final class HttpDate {
    /** IMF-fixdate, the one form a sender may use. */
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /** The obsolete forms a recipient must still read; a two-digit year is one of 1970 to 2069. */
    private static final List<DateTimeFormatter> READABLE = List.of(
            HTTP_DATE,
            new DateTimeFormatterBuilder()
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
                    .appendPattern(" HH:mm:ss 'GMT'")
                    .toFormatter(Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC));

    private HttpDate() {}

    /**
     * Writes a date.
     *
     * @param instant the instant; what is finer than a second is dropped
     * @return its IMF-fixdate
     */
    public static String format(Instant instant) {
        return HTTP_DATE.format(instant);
    }

    /**
     * Reads a date in any of its three forms.
     *
     * @param date field value, or null
     * @return seconds since the epoch, or null for what is no such date
     */
    public static @Nullable Long epochSecond(@Nullable String date) {
        if (date == null) {
            return null;
        }
        for (DateTimeFormatter form : READABLE) {
            TemporalAccessor parsed = parse(form, date);
            if (parsed != null) {
                return parsed.getLong(ChronoField.INSTANT_SECONDS);
            }
        }
        return null;
    }

    private static @Nullable TemporalAccessor parse(DateTimeFormatter form, String date) {
        try {
            return form.parse(date);
        } catch (DateTimeException _) {
            return null;
        }
    }
}
