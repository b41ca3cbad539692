package ringfort.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.Fields;

/**
 * A header or trailer section: fields in the order of the message, names compared without regard to case (RFC 9110,
 * section 5.1). Immutable; may be read by any thread.
 *
 * <p>Engines implement it as a view over the bytes received, so strings come to be only when asked for.
 */
public interface Headers {
    /**
     * No fields.
     *
     * @return an empty section
     */
    static Headers empty() {
        return FieldList.NONE;
    }

    /**
     * How many field lines there are.
     *
     * @return the number of field lines; a repeated name counts each time
     */
    int size();

    /**
     * The name of a field line.
     *
     * @param index 0 to {@link #size()} - 1
     * @return the name as it was sent
     */
    String name(int index);

    /**
     * The value of a field line.
     *
     * @param index 0 to {@link #size()} - 1
     * @return the value without the white space around it, one char per byte (ISO-8859-1)
     */
    String value(int index);

    /**
     * The first value of a field.
     *
     * @param name field name in any case
     * @return its first value, or null when the field is absent
     */
    default @Nullable String first(String name) {
        for (int i = 0, n = size(); i < n; i++) {
            if (name(i).equalsIgnoreCase(name)) {
                return value(i);
            }
        }
        return null;
    }

    /**
     * All values of a field, one per field line; lists in one line are not split.
     *
     * @param name field name in any case
     * @return the values in order, empty when the field is absent
     */
    default List<String> all(String name) {
        List<String> values = new ArrayList<>(2);
        for (int i = 0, n = size(); i < n; i++) {
            if (name(i).equalsIgnoreCase(name)) {
                values.add(value(i));
            }
        }
        return List.copyOf(values);
    }

    /**
     * Whether a field is present.
     *
     * @param name field name in any case
     * @return true when there is at least one such field line
     */
    default boolean contains(String name) {
        for (int i = 0, n = size(); i < n; i++) {
            if (name(i).equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Calls an action for each field line, in order.
     *
     * @param action takes name and value
     */
    default void forEach(BiConsumer<? super String, ? super String> action) {
        for (int i = 0, n = size(); i < n; i++) {
            action.accept(name(i), value(i));
        }
    }

    /**
     * Makes a section of names and values.
     *
     * @param namesAndValues name, value, name, value, and so on
     * @return the section
     * @throws IllegalArgumentException when a name is not a token, a value holds CR, LF, NUL or another control
     *     character, or the last value is missing
     */
    static Headers of(String... namesAndValues) {
        if (namesAndValues.length == 0) {
            return empty();
        }
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("names and values must come in pairs; the last name has no value");
        }
        String[] fields = namesAndValues.clone();
        for (int i = 0; i < fields.length; i += 2) {
            Fields.requireName(Objects.requireNonNull(fields[i], "name"));
            Fields.requireValue(fields[i], Objects.requireNonNull(fields[i + 1], "value"));
        }
        return new FieldList(fields);
    }
}
