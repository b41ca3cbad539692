package ringfort.api;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.Fields;

/**
 * A parameter that a client may have sent, on its way to a value with a type and a range: whatever does not fit is answered with
 * 400 and the name of the parameter. Immutable; any thread.
 *
 * @param <T> type of the value
 */
public final class Parameter<T> {
    private final String name;
    private final @Nullable T value;

    Parameter(String name, @Nullable T value) {
        this.name = name;
        this.value = value;
    }

    /**
     * As a decimal {@code int}.
     *
     * @return the parameter
     * @throws HttpException 400 when it is none
     */
    public Parameter<Integer> asInt() {
        return as(Integer::valueOf, "must be a whole number that fits");
    }

    /**
     * As a decimal {@code long}.
     *
     * @return the parameter
     * @throws HttpException 400 when it is none
     */
    public Parameter<Long> asLong() {
        return as(Long::valueOf, "must be a whole number that fits");
    }

    /**
     * As {@code true} or {@code false}, which are all that is accepted; a name without a value is true.
     *
     * @return the parameter
     * @throws HttpException 400 for anything else
     */
    public Parameter<Boolean> asBoolean() {
        return as(
                text -> switch (text) {
                    case "true", "" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException();
                },
                "must be true or false");
    }

    /**
     * As a constant, whose name may be written in any case.
     *
     * @param <E> the type
     * @param type the type
     * @return the parameter
     * @throws HttpException 400 for anything else; names what there is
     */
    public <E extends Enum<E>> Parameter<E> asEnum(Class<E> type) {
        return as(
                text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)),
                "must be one of " + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT));
    }

    /**
     * As whatever a function makes of the text.
     *
     * @param <U> type of the value
     * @param parse throws any {@link RuntimeException} for text it does not like, as {@code LocalDate::parse} does
     * @param rule told to the client, such as {@code must be a date}
     * @return the parameter
     * @throws HttpException 400 when the function throws
     */
    public <U> Parameter<U> as(Function<? super String, ? extends U> parse, String rule) {
        if (value == null) {
            return new Parameter<>(name, null);
        }
        try {
            return new Parameter<>(name, Objects.requireNonNull(parse.apply(value.toString())));
        } catch (RuntimeException e) {
            throw refusal(rule, e);
        }
    }

    /**
     * Not less than.
     *
     * @param least the least value
     * @return this parameter
     * @throws HttpException 400 when it is less
     */
    public Parameter<T> from(Comparable<? super T> least) {
        return where(given -> least.compareTo(given) <= 0, "must be " + least + " or more");
    }

    /**
     * Not more than.
     *
     * @param most the greatest value
     * @return this parameter
     * @throws HttpException 400 when it is more
     */
    public Parameter<T> to(Comparable<? super T> most) {
        return where(given -> most.compareTo(given) >= 0, "must be " + most + " or less");
    }

    /**
     * As a condition wants it.
     *
     * @param condition holds for good values
     * @param rule told to the client, such as {@code must be even}
     * @return this parameter
     * @throws HttpException 400 when the condition does not hold
     */
    public Parameter<T> where(Predicate<? super T> condition, String rule) {
        if (value != null && !condition.test(value)) {
            throw refusal(rule, null);
        }
        return this;
    }

    /**
     * The value.
     *
     * @param absent the value when the client has sent none
     * @return the value
     */
    public T orElse(T absent) {
        return value == null ? absent : value;
    }

    /**
     * The value, or null.
     *
     * @return null when the client has sent none
     */
    public @Nullable T orNull() {
        return value;
    }

    /**
     * The value, which must be there.
     *
     * @return the value
     * @throws HttpException 400 when the client has sent none
     */
    public T required() {
        if (value == null) {
            throw refusal("is missing", null);
        }
        return value;
    }

    private HttpException refusal(String rule, @Nullable Throwable cause) {
        return new HttpException(400, "Parameter " + Fields.quote(name) + " " + rule, Headers.empty(), cause);
    }
}
