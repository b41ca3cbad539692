package ringfort.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.PercentDecoding;

/**
 * Names and values of a query or a form, decoded: {@code application/x-www-form-urlencoded} as the URL Standard reads
 * it, except that malformed escapes are refused instead of kept. Immutable; any thread.
 */
public final class Parameters {
    static final Parameters NONE = new Parameters(Map.of());

    private final Map<String, List<String>> values;

    private Parameters(Map<String, List<String>> values) {
        this.values = values;
    }

    /** Takes the map over. */
    static Parameters of(Map<String, List<String>> values) {
        values.replaceAll((_, list) -> List.copyOf(list));
        return new Parameters(Collections.unmodifiableMap(values));
    }

    /** Reads the query {@code a=1&b=2}; a name without {@code =} has the empty value, empty pieces are skipped. */
    static Parameters ofQuery(String encoded) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        int parameters = 0;
        int from = 0;
        while (from < encoded.length()) {
            int ampersand = encoded.indexOf('&', from);
            int to = ampersand < 0 ? encoded.length() : ampersand;
            if (to > from) {
                if (++parameters > Request.QUERY_PARAMETERS) {
                    throw HttpException.badRequest(
                            "More than " + Request.QUERY_PARAMETERS + " parameters in the query");
                }
                int equals = encoded.indexOf('=', from);
                int nameEnd = equals < 0 || equals > to ? to : equals;
                String value = PercentDecoding.form(encoded, Math.min(to, nameEnd + 1), to);
                values.computeIfAbsent(PercentDecoding.form(encoded, from, nameEnd), _ -> new ArrayList<>(1))
                        .add(value);
            }
            from = to + 1;
        }
        return of(values);
    }

    /**
     * The first value of a name.
     *
     * @param name decoded name, case-sensitive
     * @return its first value, or null when it is absent
     */
    public @Nullable String first(String name) {
        List<String> list = values.get(name);
        return list == null ? null : list.getFirst();
    }

    /**
     * All values of a name.
     *
     * @param name decoded name, case-sensitive
     * @return its values in order, empty when it is absent
     */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /**
     * All of them.
     *
     * @return values by name, in the order names first occurred; unmodifiable
     */
    public Map<String, List<String>> asMap() {
        return values;
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
