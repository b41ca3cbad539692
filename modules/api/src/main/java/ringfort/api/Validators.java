package ringfort.api;

import java.nio.file.attribute.BasicFileAttributes;
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

/** {@code ETag} and {@code Last-Modified} (RFC 9110, section 8.8). Stateless; any thread. */
final class Validators {
    /** IMF-fixdate (RFC 9110, section 5.6.7), the one form a sender may use. */
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

    private Validators() {}

    /** Strong: a file changed twice within the file system's time stamp without changing size would be taken for one. */
    static String etag(BasicFileAttributes attributes) {
        Instant modified = attributes.lastModifiedTime().toInstant();
        long nanos = modified.getEpochSecond() * 1_000_000_000L + modified.getNano();
        return "\"" + Long.toHexString(attributes.size()) + "-" + Long.toHexString(nanos) + "\"";
    }

    static String lastModified(BasicFileAttributes attributes) {
        return HTTP_DATE.format(attributes.lastModifiedTime().toInstant());
    }

    /** Seconds since the epoch, or null for what is no HTTP date; such a field is ignored (RFC 9110, section 13.1.3). */
    static @Nullable Long epochSecond(@Nullable String date) {
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
