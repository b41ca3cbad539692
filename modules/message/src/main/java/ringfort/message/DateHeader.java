package ringfort.message;

import java.time.LocalDate;

/**
 * The value of a Date field, in IMF-fixdate (RFC 9110, 5.6.7), made once per second. Any thread; the caller brings the
 * time, which is wall-clock time and must not be used for deadlines.
 */
public final class DateHeader {
    private static final String DAYS = "ThuFriSatSunMonTueWed"; // as the days since the epoch, a Thursday
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final int SECONDS_OF_DAY = 86_400;

    private static final class Second {
        final long epochSecond;
        final byte[] value;

        Second(long epochSecond) {
            this.epochSecond = epochSecond;
            value = imfFixdate(epochSecond);
        }
    }

    /** By hand: a formatter of patterns takes 20 ms of a program's start. */
    private static byte[] imfFixdate(long epochSecond) {
        long day = Math.floorDiv(epochSecond, SECONDS_OF_DAY);
        int second = Math.floorMod(epochSecond, SECONDS_OF_DAY);
        LocalDate date = LocalDate.ofEpochDay(day);
        var out = new ByteSink(29);
        out.ascii(name(DAYS, Math.floorMod(day, 7))).ascii(", ");
        digits(out, date.getDayOfMonth()).octet(' ');
        out.ascii(name(MONTHS, date.getMonthValue() - 1)).octet(' ');
        digits(digits(out, date.getYear() / 100), date.getYear() % 100).octet(' ');
        digits(out, second / 3600).octet(':');
        digits(out, second / 60 % 60).octet(':');
        digits(out, second % 60).ascii(" GMT");
        return out.toByteArray();
    }

    private static String name(String names, int index) {
        return names.substring(3 * index, 3 * index + 3);
    }

    private static ByteSink digits(ByteSink out, int twoDigits) {
        return out.octet('0' + twoDigits / 10).octet('0' + twoDigits % 10);
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
