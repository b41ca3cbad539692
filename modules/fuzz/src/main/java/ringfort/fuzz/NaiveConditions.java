package ringfort.fuzz;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.Headers;
import ringfort.api.Request;
import ringfort.api.RequestBuilder;
import ringfort.api.Response;
import ringfort.api.syntax.HttpDate;
import ringfort.api.syntax.MultipartReader;
import ringfort.api.syntax.RangeHeader;

/** RFC 9110, 13.2.2, said step by step, against {@link Response#conditional}. */
final class NaiveConditions {
    private static final String DATE = "Sun, 06 Nov 1994 08:49:37 GMT";
    private static final long SECOND = 784_111_777;

    private static final String TAG = "(?:W/)?\"[!\\x23-\\x7E\\x80-\\xFF]*\"";
    private static final Pattern TAGS = Pattern.compile("[ \\t,]*" + TAG + "([ \\t]*,[ \\t,]*" + TAG + ")*[ \\t,]*");
    private static final Pattern ONE_TAG = Pattern.compile(TAG);
    private static final Pattern CONDITION = Pattern.compile(
            "(If-Match|If-None-Match|If-Modified-Since|If-Unmodified-Since|If-Range): ?([\\t\\x20-\\x7E\\x80-\\xFF]*)");
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]+)-([0-9]+)/([0-9]+)");

    private final boolean get;
    private final @Nullable String tag;
    private final boolean dated;
    private final Headers asked;

    private NaiveConditions(int options, Headers asked) {
        get = (options & 1) == 0;
        tag = switch (options >> 1 & 3) {
            case 0 -> null;
            case 1 -> "W/\"v1\"";
            default -> "\"v1\"";
        };
        dated = (options & 8) != 0;
        this.asked = asked;
    }

    /** Sends a request with these lines for content of that many bytes, and checks the answer. */
    static void check(int options, int length, List<String> lines) {
        RequestBuilder builder = Request.builder((options & 1) == 0 ? "GET" : "HEAD", "/");
        if (lines.getFirst().matches("[\\t\\x20-\\x7E\\x80-\\xFF]+")) {
            builder.header("Range", lines.getFirst());
        }
        for (String line : lines.subList(1, lines.size())) {
            dates(line);
            Matcher condition = CONDITION.matcher(line);
            if (condition.matches()) {
                builder.header(condition.group(1), condition.group(2));
            }
        }
        Request request = builder.build();
        new NaiveConditions(options, request.headers()).answer(request, content(length));
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = (byte) (i * 31 + (i >> 8));
        }
        return content;
    }

    /** What is read as a date and written again is the same date. */
    private static void dates(String text) {
        Long second = HttpDate.epochSecond(text);
        if (second != null) {
            Check.same(
                    "a date read again", second, HttpDate.epochSecond(HttpDate.format(Instant.ofEpochSecond(second))));
        }
    }

    private void answer(Request request, byte[] content) {
        Response whole = Response.bytes(content, "text/plain");
        whole = tag == null ? whole : whole.header("ETag", tag);
        whole = dated ? whole.header("Last-Modified", DATE) : whole;
        Response answer = whole.conditional(request);
        List<RangeHeader.Range> ranges = ranges(content.length);
        int expected = failed() ? 412 : notModified() ? 304 : ranges == null ? 200 : ranges.isEmpty() ? 416 : 206;
        Check.same("status for " + asked, expected, answer.status());
        switch (expected) {
            case 206 -> partial(answer, content, ranges == null ? List.of() : ranges);
            case 200 -> Check.that(whole.equals(answer) || whole.body().equals(answer.body()), "changed for nothing");
            default -> Check.same("content of a " + expected, 0L, answer.body().length());
        }
    }

    private boolean failed() {
        if (asked.contains("If-Match")) {
            return !lists("If-Match", true);
        }
        Long since = HttpDate.epochSecond(single("If-Unmodified-Since"));
        return since != null && dated && SECOND > since;
    }

    private boolean notModified() {
        if (asked.contains("If-None-Match")) {
            return lists("If-None-Match", false);
        }
        Long since = HttpDate.epochSecond(single("If-Modified-Since"));
        return since != null && dated && SECOND <= since;
    }

    /** Null when there are none to be looked at. */
    private @Nullable List<RangeHeader.Range> ranges(int length) {
        String range = single("Range");
        return get && range != null && ifRange() ? RangeHeader.parse(range, length) : null;
    }

    private boolean ifRange() {
        if (!asked.contains("If-Range")) {
            return true;
        }
        String condition = single("If-Range");
        if (condition != null && ONE_TAG.matcher(condition).matches()) {
            return condition.equals(tag) && !condition.startsWith("W/");
        }
        Long date = HttpDate.epochSecond(condition);
        return date != null && dated && date == SECOND;
    }

    private @Nullable String single(String name) {
        List<String> lines = asked.all(name);
        return lines.size() == 1 ? lines.getFirst() : null;
    }

    private boolean lists(String name, boolean strong) {
        List<String> lines = asked.all(name);
        if (lines.size() == 1 && lines.getFirst().strip().equals("*")) {
            return true;
        } else if (!lines.stream().allMatch(line -> TAGS.matcher(line).matches()) || tag == null) {
            return false;
        }
        List<String> tags = new ArrayList<>();
        for (String line : lines) {
            ONE_TAG.matcher(line).results().forEach(found -> tags.add(found.group()));
        }
        return strong
                ? tags.contains(tag) && !tag.startsWith("W/")
                : tags.stream().anyMatch(one -> one.equals("\"v1\"") || one.equals("W/\"v1\""));
    }

    private static void partial(Response answer, byte[] content, List<RangeHeader.Range> ranges) {
        byte[] sent = answer.body() instanceof Body.Bytes(byte[] bytes) ? bytes : new byte[0];
        if (ranges.size() == 1) {
            slice(answer.header("Content-Range"), Check.text(sent), content, ranges.getFirst());
            return;
        }
        String boundary = MultipartReader.boundary(String.valueOf(answer.header("Content-Type")));
        Multiparts.Reading parts = NaiveMultipart.read(Check.text(sent), boundary);
        Check.same("status of the parts", 0, parts.status());
        Check.same("parts", ranges.size(), parts.parts().size());
        for (int i = 0; i < ranges.size(); i++) {
            Multiparts.Part part = parts.parts().get(i);
            String field = part.fields().replaceFirst("(?s).*Content-Range:([^\\r]*)\\r\\n", "$1");
            slice(field, part.content(), content, ranges.get(i));
        }
    }

    private static void slice(@Nullable String contentRange, String sent, byte[] content, RangeHeader.Range range) {
        Matcher named = CONTENT_RANGE.matcher(String.valueOf(contentRange));
        Check.that(named.matches(), "no Content-Range: " + contentRange);
        int from = Integer.parseInt(named.group(1));
        int to = Integer.parseInt(named.group(2)) + 1;
        Check.same("the range", range, new RangeHeader.Range(from, to));
        Check.same("the length", content.length, Integer.parseInt(named.group(3)));
        Check.same("the bytes", Check.text(Arrays.copyOfRange(content, from, to)), sent);
    }
}
