package ringfort.api;

import java.util.function.Predicate;

/** One option: its name, how it is read, which values it takes, and its default. The default is valid by itself. */
record OptionKey<T>(String name, OptionType<T> type, T standard, Predicate<T> accepts, String range, String help) {
    static <T extends Comparable<T>> OptionKey<T> between(
            String name, OptionType<T> type, T least, T most, T standard, String help) {
        String range = type.formatter().apply(least) + " to " + type.formatter().apply(most);
        return new OptionKey<>(
                name, type, standard, value -> value.compareTo(least) >= 0 && value.compareTo(most) <= 0, range, help);
    }

    Option described() {
        return new Option(name, type.name(), range, type.formatter().apply(standard), help);
    }

    /** Reads text, and says everything needed to correct it when it will not do. */
    T parse(String text, String origin) {
        T value;
        try {
            value = type.parser().apply(text.strip());
        } catch (ArithmeticException _) {
            throw new OptionException(name, text, origin, "the number is too large; give " + range);
        } catch (IllegalArgumentException e) {
            throw new OptionException(name, text, origin, e.getMessage() + "; accepted are " + range);
        }
        if (!accepts.test(value)) {
            throw new OptionException(name, text, origin, "give " + range);
        }
        return value;
    }

    T check(T value, String origin) {
        if (!accepts.test(value)) {
            throw new OptionException(name, type.formatter().apply(value), origin, "give " + range);
        }
        return value;
    }
}
