package ringfort.api;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Preconditions and ranges (RFC 9110, sections 13.2.2 and 14), as a function of request and complete response.
 * Stateless; any thread.
 */
final class Conditional {
    private Conditional() {}

    static Response answer(Request request, Response response) {
        boolean get = request.method().equals("GET");
        if (response.status() != 200 || !(get || request.method().equals("HEAD"))) {
            return response;
        }
        String etag = response.header("ETag");
        Long modified = Validators.epochSecond(response.header("Last-Modified"));
        Headers asked = request.headers();
        if (failsMatch(asked, etag, modified)) {
            return Response.of(412);
        }
        if (isNotModified(asked, etag, modified)) {
            return notModified(response);
        }
        String range = asked.first("Range");
        return get && range != null && ifRangeHolds(asked, etag, response.header("Last-Modified"))
                ? partOf(response, range)
                : response;
    }

    private static boolean failsMatch(Headers asked, @Nullable String etag, @Nullable Long modified) {
        if (asked.contains("If-Match")) {
            return !names(asked, "If-Match", etag, true);
        }
        Long since = Validators.epochSecond(asked.first("If-Unmodified-Since"));
        return since != null && modified != null && modified > since;
    }

    private static boolean isNotModified(Headers asked, @Nullable String etag, @Nullable Long modified) {
        if (asked.contains("If-None-Match")) {
            return names(asked, "If-None-Match", etag, false);
        }
        Long since = Validators.epochSecond(asked.first("If-Modified-Since"));
        return since != null && modified != null && modified <= since;
    }

    /** Whether a list of entity tags holds this one, by strong or weak comparison (section 8.8.3.2). */
    private static boolean names(Headers asked, String field, @Nullable String etag, boolean strong) {
        for (String line : asked.all(field)) {
            if (line.strip().equals("*")) {
                return true;
            }
            if (etag != null && (!strong || !etag.startsWith("W/")) && lists(line, etag, strong)) {
                return true;
            }
        }
        return false;
    }

    private static boolean lists(String line, String etag, boolean strong) {
        String opaque = opaque(etag);
        int at = 0;
        while (at < line.length()) {
            char c = line.charAt(at);
            if (c == ',' || c == ' ' || c == '\t') {
                at++;
                continue;
            }
            boolean weak = line.startsWith("W/", at);
            int open = weak ? at + 2 : at;
            int close = line.indexOf('"', open + 1);
            if (open >= line.length() || line.charAt(open) != '"' || close < 0) {
                return false; // not a list of entity tags: matches nothing
            }
            if (!(strong && weak) && line.substring(open, close + 1).equals(opaque)) {
                return true;
            }
            at = close + 1;
        }
        return false;
    }

    private static String opaque(String etag) {
        return etag.startsWith("W/") ? etag.substring(2) : etag;
    }

    /** A 304 repeats what a cache needs and nothing that describes content (section 15.4.5). */
    private static Response notModified(Response response) {
        return response.body(Body.EMPTY)
                .withoutHeader("Content-Type")
                .withoutHeader("Content-Encoding")
                .withoutHeader("Content-Language")
                .withoutHeader("Content-Range")
                .status(304);
    }

    /** If-Range compares strongly; a date must be exactly that of the response (section 13.1.5). */
    private static boolean ifRangeHolds(Headers asked, @Nullable String etag, @Nullable String lastModified) {
        String condition = asked.first("If-Range");
        if (condition == null) {
            return true;
        }
        return condition.startsWith("\"") ? condition.equals(etag) : condition.equals(lastModified);
    }

    private static Response partOf(Response response, String range) {
        long length = response.body().length();
        boolean divisible = response.body() instanceof Body.Bytes || response.body() instanceof Body.FileBody;
        Range wanted = divisible ? Range.parse(range, length) : null;
        if (wanted == null) {
            return response;
        }
        if (wanted.from() >= wanted.to()) {
            return Response.of(416).header("Content-Range", "bytes */" + length).header("Accept-Ranges", "bytes");
        }
        Body part = switch (response.body()) {
            case Body.Bytes(byte[] bytes) ->
                new Body.Bytes(Arrays.copyOfRange(bytes, (int) wanted.from(), (int) wanted.to()));
            case Body.FileBody file ->
                new Body.FileBody(file.path(), file.offset() + wanted.from(), wanted.to() - wanted.from());
            case Body.Empty _, Body.Streaming _ -> throw new AssertionError("not divisible");
        };
        return response.status(206)
                .body(part)
                .header("Content-Range", "bytes " + wanted.from() + "-" + (wanted.to() - 1) + "/" + length);
    }

    /** Half-open, in bytes; empty when nothing of it exists. */
    private record Range(long from, long to) {
        /** Null for what is to be ignored: other units, several ranges, malformed ones (section 14.2). */
        static @Nullable Range parse(String field, long length) {
            if (!field.regionMatches(true, 0, "bytes=", 0, 6)) {
                return null;
            }
            String spec = field.substring(6).strip();
            int dash = spec.indexOf('-');
            if (dash < 0 || spec.indexOf(',') >= 0) {
                return null;
            }
            String first = spec.substring(0, dash);
            String last = spec.substring(dash + 1);
            if (!isDigits(first) || !isDigits(last) || (first.isEmpty() && last.isEmpty())) {
                return null;
            }
            if (first.isEmpty()) {
                return new Range(Math.max(0, length - number(last)), length);
            }
            long from = number(first);
            long inclusive = last.isEmpty() ? Long.MAX_VALUE - 1 : number(last);
            return inclusive < from ? null : new Range(from, Math.min(length, inclusive + 1));
        }

        private static boolean isDigits(String text) {
            return text.chars().allMatch(c -> c >= '0' && c <= '9');
        }

        /** Saturates: positions beyond any file are all the same. */
        private static long number(String digits) {
            return digits.length() > 18 ? Long.MAX_VALUE - 1 : Long.parseLong(digits);
        }
    }
}
