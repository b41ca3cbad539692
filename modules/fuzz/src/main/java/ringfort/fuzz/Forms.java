package ringfort.fuzz;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ringfort.api.FormLimits;
import ringfort.api.HttpException;
import ringfort.api.Parameters;
import ringfort.api.Request;
import ringfort.api.syntax.FormReader;

/**
 * Queries and forms: both read the same text alike, as a reading with the JDK's decoder does; what was read, encoded and
 * read again is the same; limits on fields and bytes hold. What is refused is refused with 400 or 413.
 */
public final class Forms {
    private static final FormLimits SMALL = new FormLimits(4, 8, 0, 16, 48);

    private Forms() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        String encoded = Check.text(data);
        Map<String, List<String>> form = form(data, FormLimits.HELD);
        long length = 0;
        for (Map.Entry<String, List<String>> field : form.entrySet()) {
            for (String value : field.getValue()) {
                length += field.getKey().length() + value.length();
            }
        }
        Check.that(length <= data.length, "more text than was sent");
        if (!form.isEmpty()) {
            Check.same("a naive reading of " + encoded, naive(encoded), form);
            Check.same("encoded and read again", form, query(encode(form)));
        }
        if (encoded.indexOf('?') < 0) {
            Check.same("the query", form, query(encoded));
        }
        stream(data, form);
        Map<String, List<String>> limited = form(data, SMALL);
        int fields = limited.values().stream().mapToInt(List::size).sum();
        Check.that(fields <= SMALL.maxFields(), "more fields than the limit");
        Check.that(limited.isEmpty() || data.length <= SMALL.maxBytes(), "more bytes than the limit");
    }

    /** {@link FormReader} reads the same, and the same however the content arrives. */
    private static void stream(byte[] content, Map<String, List<String>> form) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        int status = stream(new ByteArrayInputStream(content), FormLimits.STREAMED, fields);
        Check.same("the fields of a stream", form, status == 0 ? fields : Map.of());
        Map<String, List<String>> few = new LinkedHashMap<>();
        int fewStatus = stream(new ByteArrayInputStream(content), SMALL, few);
        int[] everywhere = new int[content.length];
        Arrays.setAll(everywhere, i -> i + 1);
        Map<String, List<String>> cut = new LinkedHashMap<>();
        Check.same("status byte by byte", fewStatus, stream(new Multiparts.CutStream(content, everywhere), SMALL, cut));
        Check.same("fields byte by byte", few, cut);
        Check.that(few.values().stream().mapToInt(List::size).sum() <= SMALL.maxFields(), "more fields than the limit");
    }

    /** 0, or the status it was refused with. */
    private static int stream(InputStream content, FormLimits limits, Map<String, List<String>> fields) {
        var reader = new FormReader(content, limits);
        try {
            while (reader.next()) {
                fields.computeIfAbsent(reader.name(), _ -> new ArrayList<>()).add(reader.value());
            }
            return 0;
        } catch (HttpException refusal) {
            Check.that(refusal.status() == 400 || refusal.status() == 413, "refused with " + refusal.status());
            return refusal.status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, List<String>> form(byte[] content, FormLimits limits) {
        Request request = Request.builder("POST", "/")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(content)
                .build();
        return read(() -> request.form(limits));
    }

    private static Map<String, List<String>> query(String encoded) {
        Request request = Request.builder("GET", "/?" + encoded).build();
        return read(request::query);
    }

    private interface Reading {
        Parameters read();
    }

    /** Empty when it was refused. */
    private static Map<String, List<String>> read(Reading reading) {
        try {
            return reading.read().asMap();
        } catch (HttpException refusal) {
            Check.that(refusal.status() == 400 || refusal.status() == 413, "refused with " + refusal.status());
            return Map.of();
        }
    }

    private static Map<String, List<String>> naive(String encoded) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String piece : encoded.split("&", -1)) {
            if (!piece.isEmpty()) {
                String[] pair = piece.split("=", 2);
                fields.computeIfAbsent(decode(pair[0]), _ -> new ArrayList<>())
                        .add(decode(pair.length == 2 ? pair[1] : ""));
            }
        }
        return fields;
    }

    /** The JDK's decoder wants escapes where bytes are not ASCII. */
    private static String decode(String piece) {
        var escaped = new StringBuilder();
        for (int i = 0; i < piece.length(); i++) {
            char c = piece.charAt(i);
            escaped.append(c < 0x80 ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return URLDecoder.decode(escaped.toString(), StandardCharsets.UTF_8);
    }

    private static String encode(Map<String, List<String>> fields) {
        List<String> pieces = new ArrayList<>();
        fields.forEach((name, values) ->
                values.forEach(value -> pieces.add(URLEncoder.encode(name, StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(value, StandardCharsets.UTF_8))));
        return String.join("&", pieces);
    }
}
