package ringfort.fuzz;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ringfort.h1.Limits;

/**
 * A second reading of chunked content, from RFC 9112, 7.1: a string is searched and matched with the grammar.
 *
 * @param state what it is
 * @param end index behind the content, -1 when it is not complete
 * @param content the data of its chunks
 * @param trailers the trailers a recipient may use, as {@link Rendering} writes them
 */
record NaiveChunks(State state, int end, String content, String trailers) {
    enum State {
        INCOMPLETE,
        REFUSED,
        COMPLETE
    }

    private static final NaiveChunks INCOMPLETE = new NaiveChunks(State.INCOMPLETE, -1, "", "");
    private static final NaiveChunks REFUSED = new NaiveChunks(State.REFUSED, -1, "", "");

    private static final String VALUE = "[\\t\\x20-\\x7E\\x80-\\xFF]";
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
    private static final String TOKEN_OR_OLD = "[!#$%&'*+.^_`|~0-9A-Za-z\\x80-\\xFF-]";
    private static final String PLAIN = "[\\t\\x20!\\x23-\\x5B\\x5D-\\x7E\\x80-\\xFF]*";
    private static final String QUOTED = "\"" + PLAIN + "(?:\\\\" + VALUE + PLAIN + ")*\"";
    private static final String EXTENSION =
            "[ \\t]*" + TOKEN + "+[ \\t]*(?:=[ \\t]*(?:" + TOKEN_OR_OLD + "+|" + QUOTED + ")[ \\t]*)?";
    private static final Pattern SIZE =
            Pattern.compile("([0-9A-Fa-f]{1,16})(?:;(" + EXTENSION + "(?:;" + EXTENSION + ")*))?");
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "+):[ \\t]*(" + VALUE + "*?)[ \\t]*");

    /** What a trailer must not bring (RFC 9110, 6.5.1): framing, routing, modifiers, authentication, how to read the content. */
    private static final Pattern DROPPED = Pattern.compile(
            "content-(length|encoding|type|range)|transfer-encoding|trailer|te|(proxy-)?connection|keep-alive|upgrade|host"
                    + "|cache-control|expect|max-forwards|pragma|range|if-((none-)?match|(un)?modified-since|range)"
                    + "|(proxy-)?authorization|(set-)?cookie|forwarded|x-forwarded-(for|host|proto)");

    static NaiveChunks read(String text, Limits limits) {
        var content = new StringBuilder();
        int extensionBytes = 0;
        int at = 0;
        while (true) {
            int lineEnd = text.indexOf("\r\n", at);
            if (lineEnd < 0) {
                return INCOMPLETE;
            }
            Matcher size = SIZE.matcher(text.substring(at, lineEnd));
            if (!size.matches()) {
                return REFUSED;
            }
            extensionBytes += size.group(2) == null ? 0 : size.group(2).length();
            BigInteger bytes = new BigInteger(size.group(1), 16);
            BigInteger most = BigInteger.valueOf(limits.bodyBytes() - content.length());
            if (extensionBytes > limits.chunkExtensionBytes() || bytes.compareTo(most) > 0) {
                return REFUSED;
            }
            at = lineEnd + 2;
            if (bytes.signum() == 0) {
                return trailers(text, at, limits, content.toString());
            }
            int dataEnd = at + bytes.intValueExact();
            if (text.length() < dataEnd + 2) {
                return INCOMPLETE;
            } else if (!text.startsWith("\r\n", dataEnd)) {
                return REFUSED;
            }
            content.append(text, at, dataEnd);
            at = dataEnd + 2;
        }
    }

    private static NaiveChunks trailers(String text, int from, Limits limits, String content) {
        var kept = new StringBuilder("[");
        int count = 0;
        int at = from;
        while (true) {
            int lineEnd = text.indexOf("\r\n", at);
            if (lineEnd < 0) {
                return INCOMPLETE;
            } else if (lineEnd + 2 - from > limits.trailerBytes()) {
                return REFUSED;
            } else if (lineEnd == at) {
                return new NaiveChunks(
                        State.COMPLETE, at + 2, content, kept.append(']').toString());
            }
            Matcher field = FIELD.matcher(text.substring(at, lineEnd));
            if (count == limits.trailerFields() || !field.matches()) {
                return REFUSED;
            }
            if (!DROPPED.matcher(field.group(1).toLowerCase(Locale.ROOT)).matches()) {
                kept.append(count == 0 ? "" : "; ")
                        .append(field.group(1))
                        .append(": ")
                        .append(field.group(2));
                count++;
            }
            at = lineEnd + 2;
        }
    }
}
