package ringfort.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A second reading of a multipart body, from RFC 2046, 5.1.1, without limits: a string is searched for delimiters. */
final class NaiveMultipart {
    private static final Pattern CLOSING = Pattern.compile("--[ \\t]*(\\r\\n.*)?", Pattern.DOTALL);
    private static final Pattern LINE_END = Pattern.compile("[ \\t]*\\r\\n");
    private static final Pattern FIELD =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([\\t\\x20-\\x7E\\x80-\\xFF]*?)[ \\t]*\\r\\n");

    private NaiveMultipart() {}

    static Multiparts.Reading read(String body, String boundary) {
        List<Multiparts.Part> parts = new ArrayList<>();
        String fields = null;
        int at = 0;
        while (true) {
            int delimiter = body.startsWith("--" + boundary, at) ? at : body.indexOf("\r\n--" + boundary, at);
            if (delimiter < 0) {
                return new Multiparts.Reading(parts, 400);
            } else if (fields != null) {
                parts.add(new Multiparts.Part(fields, body.substring(at, delimiter)));
            }
            at = delimiter + (delimiter == at && body.startsWith("--", at) ? 2 : 4) + boundary.length();
            if (body.startsWith("-", at)) {
                boolean closing =
                        CLOSING.matcher(body).region(at, body.length()).matches();
                return new Multiparts.Reading(parts, closing ? 0 : 400);
            }
            Matcher lineEnd = LINE_END.matcher(body).region(at, body.length());
            if (!lineEnd.lookingAt()) {
                return new Multiparts.Reading(parts, 400);
            }
            at = lineEnd.end();
            var head = new StringBuilder();
            while (!body.startsWith("\r\n", at)) {
                Matcher field = FIELD.matcher(body).region(at, body.length());
                if (!field.lookingAt()) {
                    return new Multiparts.Reading(parts, 400);
                }
                head.append(field.group(1)).append(':').append(field.group(2)).append("\r\n");
                at = field.end();
            }
            at += 2;
            fields = head.toString();
        }
    }
}
