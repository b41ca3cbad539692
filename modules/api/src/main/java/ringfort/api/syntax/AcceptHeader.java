package ringfort.api.syntax;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among what a server offers by what a client accepts (RFC 9110, section 12.5): the heaviest weight wins, each
 * offer having that of the most specific element that matches it; 0 refuses. Stateless; any thread.
 *
 * <p>These fields are wishes, not framing: elements that are malformed are left out. What one of them wished for is not
 * known, so beside it nothing is refused for not being named: it is only wished for less than all that is. A field of
 * which nothing is left counts as absent.
 */
public final class AcceptHeader {
    private static final String IDENTITY = "identity";
    /** More than any range or tag is long. */
    private static final int WHOLE = 1 << 20;

    private AcceptHeader() {}

    /**
     * Chooses a media type by {@code Accept}. Among equal weights the first offer wins.
     *
     * @param lines values of the field; empty when it is absent, which accepts everything
     * @param offers media types, parameters allowed, the preferred one first
     * @return one of the offers; null when none is acceptable
     * @throws IllegalArgumentException when an offer is not a media type
     */
    public static @Nullable String mediaType(List<String> lines, List<String> offers) {
        WeightedList.Elements sent = WeightedList.parse(lines);
        List<WeightedList.Element> wellFormed =
                sent.elements().stream().filter(range -> isRange(range.value())).toList();
        boolean malformed =
                sent.malformed() || wellFormed.size() < sent.elements().size();
        List<WeightedList.Element> ranges = new WeightedList.Elements(wellFormed, malformed).withRest("*/*");
        String best = null;
        int bestWeight = 0;
        for (String offer : offers) {
            int weight = mediaWeight(ranges, offer);
            if (weight > bestWeight) {
                best = offer;
                bestWeight = weight;
            }
        }
        return best;
    }

    private static boolean isRange(String range) {
        int slash = range.indexOf('/');
        return slash > 0
                && Fields.isToken(range.substring(0, slash))
                && Fields.isToken(range.substring(slash + 1))
                && (range.charAt(0) != '*' || range.equals("*/*"));
    }

    private static int mediaWeight(List<WeightedList.Element> ranges, String offer) {
        String type = MediaType.essence(offer);
        Map<String, String> parameters =
                ParameterList.parse(offer, offer.indexOf(';') < 0 ? offer.length() : offer.indexOf(';'));
        if (!isRange(type) || type.endsWith("/*") || parameters == null) {
            throw new IllegalArgumentException("offer " + Fields.quote(offer) + " is not a media type");
        }
        int weight = ranges.isEmpty() ? WeightedList.FULL_WEIGHT : 0;
        int bestFit = -1;
        for (WeightedList.Element range : ranges) {
            int fit = mediaFit(range, type, parameters);
            if (fit > bestFit) {
                bestFit = fit;
                weight = range.weight();
            }
        }
        return weight;
    }

    /** How specific a range is that matches; -1 when it does not. */
    private static int mediaFit(WeightedList.Element range, String type, Map<String, String> parameters) {
        for (Map.Entry<String, String> wanted : range.parameters().entrySet()) {
            if (!wanted.getValue().equalsIgnoreCase(parameters.get(wanted.getKey()))) {
                return -1;
            }
        }
        int more = range.parameters().size();
        String value = range.value();
        if (value.equals(type)) {
            return 2 + more;
        } else if (value.equals("*/*")) {
            return 0;
        }
        return value.endsWith("/*") && type.startsWith(value.substring(0, value.length() - 1)) ? 1 : -1;
    }

    /**
     * Chooses a language by {@code Accept-Language}. A range matches the tags it is a prefix of (basic filtering, RFC
     * 4647, section 3.3.1) and, less specifically, the tags it can be cut to (lookup, section 3.4): {@code de-CH} finds
     * an offered {@code de} when no {@code de-CH} is offered. Among equal weights the range sent first wins, as in a
     * language priority list.
     *
     * @param lines values of the field; empty when it is absent, which accepts everything
     * @param offers language tags, the preferred one first
     * @return one of the offers; null when none is acceptable, where the default language usually serves better than 406
     */
    public static @Nullable String language(List<String> lines, List<String> offers) {
        List<WeightedList.Element> ranges = WeightedList.parse(lines).withRest("*");
        if (ranges.isEmpty()) {
            return offers.isEmpty() ? null : offers.getFirst();
        }
        String best = null;
        int bestWeight = 0;
        int bestIndex = 0;
        int bestFit = 0;
        for (String offer : offers) {
            String tag = offer.toLowerCase(Locale.ROOT);
            int index = languageRange(ranges, tag);
            int weight = index < 0 ? 0 : ranges.get(index).weight();
            int fit = index < 0 ? 0 : languageFit(ranges.get(index).value(), tag);
            boolean earlier = index < bestIndex || (index == bestIndex && fit > bestFit);
            if (weight > bestWeight || (best != null && weight == bestWeight && earlier)) {
                best = offer;
                bestWeight = weight;
                bestIndex = index;
                bestFit = fit;
            }
        }
        return best;
    }

    /** Index of the range that fits a tag best; -1 when none does. */
    private static int languageRange(List<WeightedList.Element> ranges, String tag) {
        int best = -1;
        int bestFit = 0;
        for (int i = 0; i < ranges.size(); i++) {
            int fit = languageFit(ranges.get(i).value(), tag);
            boolean heavier =
                    best >= 0 && ranges.get(i).weight() > ranges.get(best).weight();
            if (fit > bestFit || (fit == bestFit && heavier)) {
                best = i;
                bestFit = fit;
            }
        }
        return best;
    }

    /** What matches whole is above what must be cut, the longer above the shorter, {@code *} below all; 0 for none. */
    private static int languageFit(String range, String tag) {
        if (range.equals("*")) {
            return 1;
        } else if (isPrefix(range, tag)) {
            return WHOLE + range.length();
        }
        return isPrefix(tag, range) ? 1 + tag.length() : 0;
    }

    private static boolean isPrefix(String prefix, String tag) {
        return tag.startsWith(prefix) && (tag.length() == prefix.length() || tag.charAt(prefix.length()) == '-');
    }

    /**
     * Chooses a content coding by {@code Accept-Encoding}. Without the field, or with an empty one, nothing is encoded.
     * Among equal weights the first offer wins, and {@code identity} only when nothing else does; it is acceptable
     * unless it is refused ({@code identity;q=0}, or {@code *;q=0} alone, with nothing malformed beside it).
     *
     * @param lines values of the field; empty when it is absent
     * @param offers codings, the preferred one first; {@code identity} need not be among them
     * @return one of the offers, or {@code identity}; null when even that is refused
     */
    public static @Nullable String coding(List<String> lines, List<String> offers) {
        WeightedList.Elements sent = WeightedList.parse(lines);
        List<WeightedList.Element> codings = sent.elements();
        String best = null;
        int bestWeight = 0;
        for (String offer : offers) {
            int weight = codingWeight(codings, offer.toLowerCase(Locale.ROOT));
            if (weight > bestWeight) {
                best = offer;
                bestWeight = weight;
            }
        }
        int identity = codingWeight(codings, IDENTITY);
        return identity > bestWeight || (best == null && (identity != 0 || sent.malformed())) ? IDENTITY : best;
    }

    /** -1 for identity when nothing is said about it. */
    private static int codingWeight(List<WeightedList.Element> codings, String coding) {
        int any = 0;
        boolean anySaid = false;
        for (WeightedList.Element element : codings) {
            String value = element.value();
            // Section 8.4.1.3: x-gzip is the same.
            if (value.equals(coding) || (value.equals("x-gzip") && coding.equals("gzip"))) {
                return element.weight();
            } else if (value.equals("*")) {
                any = element.weight();
                anySaid = true;
            }
        }
        boolean unsaidIdentity = coding.equals(IDENTITY) && (!anySaid || any > 0);
        return unsaidIdentity ? -1 : any;
    }
}
