package ringfort.rules;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes a report as SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), which code hosts show beside the
 * lines of a change. A class file knows its source by package and name only: the folder above is given.
 */
final class Sarif {
    private static final Pattern PLACE =
            Pattern.compile("\\(([\\w$-]+\\.\\w+):(\\d+)", Pattern.UNICODE_CHARACTER_CLASS);

    private final Map<String, TreeSet<String>> packages = new HashMap<>(); // by the name of a source file
    private final String sourceRoot;

    Sarif(Project project, String sourceRoot) {
        this.sourceRoot = sourceRoot.isEmpty() || sourceRoot.endsWith("/") ? sourceRoot : sourceRoot + "/";
        for (ImportedClass type : project.classes()) {
            packages.computeIfAbsent(type.sourceFile(), _ -> new TreeSet<>()).add(type.packageName());
        }
    }

    /** The whole file. */
    String write(Map<NamedRule, List<String>> violations) {
        List<String> rules = new ArrayList<>();
        List<String> results = new ArrayList<>();
        violations.forEach((rule, texts) -> {
            rules.add("{\"id\":" + quote(rule.name()) + ",\"shortDescription\":{\"text\":"
                    + quote(rule.rule().getDescription()) + "}}");
            texts.forEach(text -> results.add(result(rule, text)));
        });
        return """
                {
                 "version": "2.1.0",
                 "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
                 "runs": [{
                  "tool": {"driver": {"name": "ringfort.rules", "rules": [
                   %s
                  ]}},
                  "results": [
                   %s
                  ]
                 }]
                }
                """.formatted(String.join(",\n   ", rules), String.join(",\n   ", results));
    }

    private String result(NamedRule rule, String text) {
        List<String> places = places(text);
        String result =
                "{\"ruleId\":" + quote(rule.name()) + ",\"level\":\"error\",\"message\":{\"text\":" + quote(text) + "}";
        if (!places.isEmpty()) {
            result += ",\"locations\":[" + places.getLast() + "]";
            if (places.size() > 1) {
                result += ",\"relatedLocations\":[" + String.join(",", places.subList(0, places.size() - 1)) + "]";
            }
        }
        return result + "}";
    }

    /** The places that a text names, each once, in its order; the last one is where it happens. */
    private List<String> places(String text) {
        LinkedHashSet<String> places = new LinkedHashSet<>();
        Matcher place = PLACE.matcher(text);
        while (place.find()) {
            int line = Math.max(1, Integer.parseInt(place.group(2)));
            places.addLast("{\"physicalLocation\":{\"artifactLocation\":{\"uri\":" + quote(path(place.group(1), text))
                    + "},\"region\":{\"startLine\":" + line + "}}}");
        }
        return List.copyOf(places);
    }

    /** Of several source files of one name, the one whose package the text names. */
    private String path(String file, String text) {
        Set<String> some = packages.getOrDefault(file, new TreeSet<>());
        String found = some.stream()
                .filter(name -> some.size() == 1 || text.contains(name + "."))
                .findFirst()
                .orElse("");
        return uri(sourceRoot + (found.isEmpty() ? "" : found.replace('.', '/') + "/") + file);
    }

    /** A path as a reference of a URI, RFC 3986: a space, a percent sign and what is not ASCII are escaped. */
    private static String uri(String path) {
        try {
            return new URI(null, null, path, null).toASCIIString();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(path + " cannot be written as a URI", e);
        }
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                default -> quoted.append(c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        return quoted.append('"').toString();
    }
}
