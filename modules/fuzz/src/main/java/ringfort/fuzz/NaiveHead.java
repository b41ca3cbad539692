package ringfort.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ringfort.h1.Limits;

/**
 * A second reading of a request head, from RFC 9112 and without a thought for speed: the text is split into lines, and
 * each is matched with the grammar. It knows complete heads only.
 *
 * @param state what it is
 * @param end index behind the head, -1 when it is none
 * @param framing how the content is framed and whether the connection persists, as {@link Rendering} writes it
 */
record NaiveHead(State state, int end, String framing) {
    enum State {
        INCOMPLETE,
        REFUSED,
        HEAD
    }

    private static final NaiveHead INCOMPLETE = new NaiveHead(State.INCOMPLETE, -1, "");
    private static final NaiveHead REFUSED = new NaiveHead(State.REFUSED, -1, "");

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final String HOST = "([0-9A-Za-z._~!$&'()*+;=-]+|\\[[0-9A-Fa-f:.]{2,}\\])(?::([0-9]{0,5}))?";
    private static final Pattern LINE =
            Pattern.compile("(" + TOKEN + ") ([\\x21-\\x7E&&[^#]]+) HTTP/([0-9])\\.([0-9])");
    private static final Pattern FIELD =
            Pattern.compile("(" + TOKEN + "):[ \\t]*([\\t\\x20-\\x7E\\x80-\\xFF]*?)[ \\t]*");
    private static final Pattern AUTHORITY = Pattern.compile(HOST);
    private static final Pattern ABSOLUTE = Pattern.compile("(?i:(https?))://([^/?]*)([/?].*)?");
    private static final Pattern LENGTH = Pattern.compile("0|[1-9][0-9]{0,18}");

    private record Line(String method, String target, int minor) {}

    private record Field(String name, String value) {}

    static NaiveHead read(String text, Limits limits) {
        int at = 0;
        for (int empty = 0; text.startsWith("\r", at); empty++) {
            if (text.length() == at + 1) {
                return empty == 2 ? REFUSED : INCOMPLETE;
            } else if (empty == 2 || text.charAt(at + 1) != '\n') {
                return REFUSED;
            }
            at += 2;
        }
        List<String> lines = new ArrayList<>();
        int end = lines(text, at, lines);
        if (end < 0) {
            return INCOMPLETE;
        }
        Line line = line(lines.getFirst());
        List<Field> fields = fields(lines.subList(1, lines.size()));
        int lineBytes = lines.getFirst().length() + 2;
        boolean fits = lineBytes <= limits.requestLineBytes()
                && end - at - lineBytes <= limits.headBytes()
                && fields.size() <= limits.headerFields();
        if (!fits || line.equals(NO_LINE) || fields.contains(NO_FIELD) || !hostIsRight(line, fields)) {
            return REFUSED;
        }
        String framing = framing(line, fields);
        return framing.isEmpty() ? REFUSED : new NaiveHead(State.HEAD, end, framing);
    }

    /** Splits up to the first empty line and returns the index behind it, or -1. */
    private static int lines(String text, int from, List<String> lines) {
        int at = from;
        while (true) {
            int end = text.indexOf("\r\n", at);
            if (end < 0) {
                return -1;
            } else if (end == at && at > from) {
                return end + 2;
            }
            lines.add(text.substring(at, end));
            at = end + 2;
        }
    }

    private static final Line NO_LINE = new Line("", "", 0);
    private static final Field NO_FIELD = new Field("", "");

    private static Line line(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches() || !matcher.group(3).equals("1")) {
            return NO_LINE;
        }
        String method = matcher.group(1);
        String target = matcher.group(2);
        boolean star = target.equals("*") && method.equals("OPTIONS");
        boolean good =
                star || target.startsWith("/") || ABSOLUTE.matcher(target).matches();
        boolean bad = method.equals("CONNECT") || target.contains("%00");
        return good && !bad ? new Line(method, target, matcher.group(4).equals("0") ? 0 : 1) : NO_LINE;
    }

    private static List<Field> fields(List<String> lines) {
        List<Field> fields = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = FIELD.matcher(line);
            fields.add(matcher.matches() ? new Field(matcher.group(1), matcher.group(2)) : NO_FIELD);
        }
        return fields;
    }

    private static List<String> values(List<Field> fields, String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
    }

    private static boolean hostIsRight(Line line, List<Field> fields) {
        List<String> hosts = values(fields, "host");
        Matcher absolute = ABSOLUTE.matcher(line.target());
        if (hosts.size() > 1 || (hosts.isEmpty() && line.minor() > 0)) {
            return false;
        } else if (!hosts.isEmpty() && normal(hosts.getFirst(), "80").isEmpty()) {
            return false;
        } else if (line.target().startsWith("/") || !absolute.matches()) {
            return true;
        }
        String port = absolute.group(1).equalsIgnoreCase("https") ? "443" : "80";
        String authority = normal(absolute.group(2), port);
        return !authority.isEmpty() && (hosts.isEmpty() || authority.equals(normal(hosts.getFirst(), port)));
    }

    /** Host in lower case and port as a number; empty when it is none. */
    private static String normal(String authority, String defaultPort) {
        Matcher matcher = AUTHORITY.matcher(authority);
        if (!matcher.matches()) {
            return "";
        }
        String port = matcher.group(2);
        int number = Integer.parseInt(port == null || port.isEmpty() ? defaultPort : port);
        return number > 65_535 ? "" : matcher.group(1).toLowerCase(Locale.ROOT) + ':' + number;
    }

    /** Empty when the head is to be refused. */
    private static String framing(Line line, List<Field> fields) {
        List<String> lengths = values(fields, "content-length");
        List<String> codings = values(fields, "transfer-encoding");
        boolean expects = !values(fields, "expect").isEmpty() && line.minor() > 0;
        if (lengths.size() + codings.size() > 1
                || (!codings.isEmpty()
                        && (line.minor() == 0 || !codings.getFirst().equalsIgnoreCase("chunked")))
                || (expects && !values(fields, "expect").stream().allMatch("100-continue"::equalsIgnoreCase))) {
            return "";
        }
        long length = -1;
        if (!lengths.isEmpty()) {
            if (!LENGTH.matcher(lengths.getFirst()).matches()) {
                return "";
            }
            try {
                length = Long.parseLong(lengths.getFirst());
            } catch (NumberFormatException _) {
                return "";
            }
        }
        List<String> options = new ArrayList<>();
        values(fields, "connection").forEach(value -> {
            for (String option : value.split(",", -1)) {
                options.add(option.replaceAll("^[ \\t]+|[ \\t]+\\z", "").toLowerCase(Locale.ROOT));
            }
        });
        boolean keepAlive = !options.contains("close") && (line.minor() > 0 || options.contains("keep-alive"));
        boolean body = !codings.isEmpty() || length > 0;
        return " 1." + line.minor() + " length=" + length + (codings.isEmpty() ? "" : " chunked")
                + (body ? " body" : "") + (keepAlive ? " keep-alive" : "") + (expects && body ? " expects" : "")
                + " upgrade=";
    }
}
