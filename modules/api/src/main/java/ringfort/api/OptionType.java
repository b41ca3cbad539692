package ringfort.api;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** How values of one kind are read and written as text. Parsers throw IllegalArgumentException saying what would do. */
record OptionType<T>(String name, Class<T> javaType, Function<String, T> parser, Function<T, String> formatter) {
    private static final String AUTO = "auto";
    private static final String OFF = "off";
    static final Duration LONGEST = Duration.ofDays(365);

    static final OptionType<Duration> DURATION =
            new OptionType<>("duration", Duration.class, OptionType::duration, OptionType::text);
    static final OptionType<Long> SIZE = new OptionType<>("size", Long.class, OptionType::size, OptionType::text);
    static final OptionType<Long> SIZE_OR_AUTO = new OptionType<>(
            "size or auto",
            Long.class,
            text -> isAuto(text) ? ServerOptions.AUTO : size(text),
            bytes -> bytes == ServerOptions.AUTO ? AUTO : text(bytes));
    static final OptionType<Integer> COUNT_OR_AUTO = new OptionType<>(
            "count or auto",
            Integer.class,
            text -> isAuto(text) ? ServerOptions.AUTO : Math.toIntExact(digits(text)),
            count -> count == ServerOptions.AUTO ? AUTO : String.valueOf(count));
    static final OptionType<Integer> COUNT_OR_OFF = new OptionType<>(
            "count or off",
            Integer.class,
            text -> text.equalsIgnoreCase(OFF) ? ServerOptions.AUTO : Math.toIntExact(digits(text)),
            count -> count == ServerOptions.AUTO ? OFF : String.valueOf(count));
    static final OptionType<Long> RATE = new OptionType<>("rate", Long.class, OptionType::rate, OptionType::rateText);
    static final OptionType<Integer> COUNT =
            new OptionType<>("count", Integer.class, text -> Math.toIntExact(digits(text)), String::valueOf);
    static final OptionType<String> TEXT = new OptionType<>("text", String.class, text -> text, text -> text);
    static final OptionType<String> WORD =
            new OptionType<>("word", String.class, text -> text.toLowerCase(Locale.ROOT), text -> text);
    static final OptionType<Boolean> SWITCH =
            new OptionType<>("switch", Boolean.class, OptionType::onOrOff, value -> value ? "on" : "off");

    private static final Map<String, Long> UNIT_NANOS =
            Map.of("us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);
    private static final Map<String, Integer> UNIT_SHIFT = Map.of("", 0, "B", 0, "KiB", 10, "MiB", 20, "GiB", 30);

    private static boolean isAuto(String text) {
        return text.equalsIgnoreCase(AUTO);
    }

    private static Duration duration(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        int unitAt = digitsEnd(text);
        Long unitNanos = UNIT_NANOS.get(text.substring(unitAt));
        if (unitAt == 0 || unitNanos == null) {
            throw new IllegalArgumentException("write a whole number with a unit, such as 500ms, 2s, 1m, 1h, or 0");
        }
        return Duration.ofNanos(Math.multiplyExact(digits(text.substring(0, unitAt)), unitNanos));
    }

    private static long size(String text) {
        int unitAt = digitsEnd(text);
        Integer shift = UNIT_SHIFT.get(text.substring(unitAt));
        if (unitAt == 0 || shift == null) {
            throw new IllegalArgumentException("write a whole number of bytes, or with a unit: 64KiB, 10MiB, 1GiB");
        }
        return Math.multiplyExact(digits(text.substring(0, unitAt)), 1L << shift);
    }

    private static long rate(String text) {
        return size(text.endsWith("/s") ? text.substring(0, text.length() - 2) : text);
    }

    private static boolean onOrOff(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "on", "true", "yes" -> true;
            case "off", "false", "no" -> false;
            default -> throw new IllegalArgumentException("write on or off");
        };
    }

    private static int digitsEnd(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private static long digits(String text) {
        if (text.isEmpty() || digitsEnd(text) != text.length()) {
            throw new IllegalArgumentException("write a whole number");
        }
        if (text.length() > 18) {
            throw new ArithmeticException(text);
        }
        return Long.parseLong(text);
    }

    private static String text(Duration duration) {
        long nanos = duration.toNanos();
        if (nanos == 0) {
            return "0";
        }
        for (String unit : new String[] {"h", "m", "s", "ms", "us"}) {
            long unitNanos = UNIT_NANOS.getOrDefault(unit, 1L);
            if (nanos % unitNanos == 0) {
                return nanos / unitNanos + unit;
            }
        }
        return nanos + "ns";
    }

    private static String text(Long bytes) {
        for (String unit : new String[] {"GiB", "MiB", "KiB"}) {
            int shift = UNIT_SHIFT.getOrDefault(unit, 0);
            if (bytes != 0 && bytes % (1L << shift) == 0) {
                return (bytes >> shift) + unit;
            }
        }
        return bytes + "B";
    }

    private static String rateText(Long bytes) {
        return text(bytes) + "/s";
    }
}
