package ringfort.fuzz;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.AcceptHeader;
import ringfort.api.syntax.MediaType;
import ringfort.api.syntax.ParameterList;

/**
 * {@link AcceptHeader} and {@link ParameterList}: nothing makes them throw; what is chosen was offered; where there are no
 * quoted strings, a naive reading weighs the offers alike; parameters written anew are read alike.
 *
 * <p>The input is text in lines, each a field of one name.
 */
public final class Accepts {
    private static final List<String> TYPES =
            List.of("text/html", "text/html;level=1", "text/plain;charset=utf-8", "application/json", "image/png");
    private static final List<String> CODINGS = List.of("br", "gzip", "zstd");
    private static final List<String> LANGUAGES = List.of("en", "de", "de-CH", "zh-Hant-TW", "pt-BR");

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern PARAMETER = Pattern.compile(";[ \\t]*(?:(" + TOKEN + ")=(" + TOKEN + "))?[ \\t]*");
    private static final Pattern WEIGHT = Pattern.compile("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?");
    private static final Pattern RANGE = Pattern.compile("\\*/\\*|(?!\\*)" + TOKEN + "/" + TOKEN);

    private Accepts() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        List<String> lines = List.of(Check.text(data).split("\n", -1));
        String type = AcceptHeader.mediaType(lines, TYPES);
        String coding = AcceptHeader.coding(lines, CODINGS);
        String language = AcceptHeader.language(lines, LANGUAGES);
        Check.that(type == null || TYPES.contains(type), "a type nobody offered: " + type);
        Check.that(coding == null || coding.equals("identity") || CODINGS.contains(coding), "not offered: " + coding);
        Check.that(language == null || LANGUAGES.contains(language), "a language nobody offered: " + language);
        if (lines.stream().noneMatch(line -> line.indexOf('"') >= 0)) {
            List<Element> elements = new ArrayList<>();
            boolean malformed = elements(lines, elements);
            List<Element> ranges = new ArrayList<>(elements);
            boolean others =
                    ranges.removeIf(element -> !RANGE.matcher(element.value()).matches());
            if (malformed || others) {
                ranges.add(new Element("*/*", Map.of(), 1));
            }
            Check.same("type", first(TYPES, offer -> typeWeight(ranges, offer)), type);
            String least = coding(elements);
            Check.same("coding", least == null && malformed ? "identity" : least, coding);
            if (elements.isEmpty()) {
                Check.same("language without wishes", LANGUAGES.getFirst(), language);
            }
        }
        lines.forEach(Accepts::parameters);
    }

    private record Element(String value, Map<String, String> parameters, int weight) {}

    /** Collects what is well-formed; true when something is not. */
    private static boolean elements(List<String> lines, List<Element> elements) {
        boolean malformed = false;
        for (String line : lines) {
            for (String text : line.split(",", -1)) {
                String trimmed = text.replaceAll("^[ \\t]+|[ \\t]+\\z", "");
                int semicolon = trimmed.indexOf(';');
                String value = semicolon < 0 ? trimmed : trimmed.substring(0, semicolon);
                Element element = element(
                        value.replaceAll("[ \\t]+\\z", "").toLowerCase(Locale.ROOT),
                        semicolon < 0 ? "" : trimmed.substring(semicolon));
                if (element != null) {
                    elements.add(element);
                } else {
                    malformed |= !trimmed.isEmpty();
                }
            }
        }
        return malformed;
    }

    private static @Nullable Element element(String value, String tail) {
        Map<String, String> all = new HashMap<>();
        Map<String, String> before = new HashMap<>();
        String weight = "1";
        boolean weighed = false;
        Matcher parameter = PARAMETER.matcher(tail);
        int at = 0;
        while (at < tail.length()) {
            if (!parameter.region(at, tail.length()).lookingAt()) {
                return null;
            }
            at = parameter.end();
            if (parameter.group(1) != null) {
                String name = parameter.group(1).toLowerCase(Locale.ROOT);
                if (all.put(name, parameter.group(2)) != null) {
                    return null;
                }
                if (name.equals("q") && !weighed) {
                    weight = parameter.group(2);
                    weighed = true;
                } else if (!weighed) {
                    before.put(name, parameter.group(2));
                }
            }
        }
        if (value.isEmpty() || !WEIGHT.matcher(weight).matches()) {
            return null;
        }
        return new Element(value, before, (int) Math.round(Double.parseDouble(weight) * 1000));
    }

    private static @Nullable String first(List<String> offers, ToIntFunction<String> weights) {
        String best = null;
        for (String offer : offers) {
            int weight = weights.applyAsInt(offer);
            if (weight > (best == null ? 0 : weights.applyAsInt(best))) {
                best = offer;
            }
        }
        return best;
    }

    private static int typeWeight(List<Element> ranges, String offer) {
        int weight = ranges.isEmpty() ? 1000 : 0;
        int best = -1;
        for (Element range : ranges) {
            String value = range.value();
            String type = MediaType.essence(offer);
            boolean named = value.equals(type);
            boolean family = value.endsWith("/*") && type.startsWith(value.substring(0, value.indexOf('/') + 1));
            boolean parameters = range.parameters().entrySet().stream()
                    .allMatch(
                            wanted -> wanted.getValue().equalsIgnoreCase(MediaType.parameter(offer, wanted.getKey())));
            int fit = !parameters
                    ? -1
                    : named ? 2 + range.parameters().size() : value.equals("*/*") ? 0 : family ? 1 : -1;
            if (fit > best) {
                best = fit;
                weight = range.weight();
            }
        }
        return weight;
    }

    private static @Nullable String coding(List<Element> elements) {
        List<String> named = elements.stream().map(Element::value).toList();
        boolean explicit = named.contains("identity");
        int identity = said(elements, "identity");
        boolean refused = identity == 0 && (explicit || named.contains("*"));
        String best = first(CODINGS, offer -> said(elements, offer));
        if (best == null) {
            return refused ? null : "identity";
        }
        return explicit && identity > said(elements, best) ? "identity" : best;
    }

    /** The weight of a coding by its name, or else by the last {@code *}. */
    private static int said(List<Element> elements, String coding) {
        int weight = 0;
        for (Element element : elements) {
            boolean alias = coding.equals("gzip") && element.value().equals("x-gzip");
            if (element.value().equals(coding) || alias) {
                return element.weight();
            } else if (element.value().equals("*")) {
                weight = element.weight();
            }
        }
        return weight;
    }

    private static void parameters(String text) {
        Map<String, String> parameters = ParameterList.parse(text, 0);
        if (parameters != null) {
            var again = new StringBuilder();
            parameters.forEach((name, value) -> again.append(';')
                    .append(name)
                    .append("=\"")
                    .append(value.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"'));
            Map<String, String> read = ParameterList.parse(again.toString(), 0);
            Check.same("parameters written anew", parameters, read);
        }
        int end = ParameterList.elementEnd(text, 0);
        Check.that(end == text.length() || text.charAt(end) == ',', "an element that ends at no comma");
    }
}
