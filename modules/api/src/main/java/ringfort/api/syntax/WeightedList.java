package ringfort.api.syntax;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The elements of {@code Accept}, {@code Accept-Language} and {@code Accept-Encoding} with their weights (RFC 9110,
 * section 12.4.2). Stateless; any thread. A malformed element is left out, but it is remembered that there was one: what
 * it wished for is not known, so it must not look as if nothing else was wished for.
 */
final class WeightedList {
    static final int FULL_WEIGHT = 1000;

    /** The least that is not a refusal. */
    static final int LEAST_WEIGHT = 1;

    /**
     * An element.
     *
     * @param value in lower case
     * @param parameters those before the weight
     * @param weight 0, not acceptable, to 1,000
     */
    record Element(String value, Map<String, String> parameters, int weight) {}

    /**
     * What was sent.
     *
     * @param elements those that are well-formed, in their order
     * @param malformed whether others were left out
     */
    record Elements(List<Element> elements, boolean malformed) {
        /** The elements, behind them one for all that is not named when something was left out. */
        List<Element> withRest(String all) {
            if (!malformed) {
                return elements;
            }
            List<Element> more = new ArrayList<>(elements);
            more.add(new Element(all, Map.of(), LEAST_WEIGHT));
            return more;
        }
    }

    private WeightedList() {}

    static Elements parse(List<String> lines) {
        List<Element> elements = new ArrayList<>();
        boolean malformed = false;
        for (String line : lines) {
            for (int from = 0; from < line.length(); ) {
                int to = ParameterList.elementEnd(line, from);
                String text = Fields.trimmed(line, from, to);
                malformed |= !text.isEmpty() && !add(elements, text); // a list may have empty elements
                from = to + 1;
            }
        }
        return new Elements(elements, malformed);
    }

    private static boolean add(List<Element> elements, String text) {
        int semicolon = text.indexOf(';');
        int valueEnd = semicolon < 0 ? text.length() : semicolon;
        String value = Fields.trimmed(text, 0, valueEnd).toLowerCase(Locale.ROOT);
        Map<String, String> all = ParameterList.parse(text, valueEnd);
        if (value.isEmpty() || all == null) {
            return false;
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        int weight = FULL_WEIGHT;
        for (Map.Entry<String, String> parameter : all.entrySet()) {
            if (parameter.getKey().equals("q")) {
                weight = weight(parameter.getValue());
                break; // what comes after it was meant for extensions, of which there are none
            }
            parameters.put(parameter.getKey(), parameter.getValue());
        }
        return weight >= 0 && elements.add(new Element(value, parameters, weight));
    }

    /** In thousandths; -1 when it is not 0 to 1 with at most three decimals. */
    private static int weight(String text) {
        boolean whole = text.length() == 1;
        if (text.isEmpty() || text.length() > 5 || (!whole && text.charAt(1) != '.')) {
            return -1;
        }
        int weight = digit(text.charAt(0)) * FULL_WEIGHT;
        int place = FULL_WEIGHT;
        for (int i = 2; i < text.length(); i++) {
            place /= 10;
            int digit = digit(text.charAt(i));
            if (digit < 0) {
                return -1;
            }
            weight += digit * place;
        }
        return weight <= FULL_WEIGHT ? weight : -1;
    }

    private static int digit(char c) {
        return c >= '0' && c <= '9' ? c - '0' : -1;
    }
}
