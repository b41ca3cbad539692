package ringfort.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.EntityTags;
import ringfort.api.syntax.HttpDate;
import ringfort.api.syntax.RangeHeader;

/**
 * Preconditions and ranges (RFC 9110, sections 13.2.2 and 14), as a function of request and complete response, or of
 * request and validators. Stateless; any thread.
 */
final class Conditional {
    private enum Verdict {
        HOLDS,
        NOT_MODIFIED,
        FAILED
    }

    private Conditional() {}

    /** Before the method is performed; null to go on. */
    static @Nullable Response check(Request request, Validators current) {
        return switch (request.method()) {
            // Section 13.2.1: neither selects nor modifies a representation.
            case "OPTIONS", "TRACE" -> null;
            case "GET", "HEAD" -> {
                Verdict verdict = current.exists() ? reading(request.headers(), current) : Verdict.HOLDS;
                yield verdict == Verdict.NOT_MODIFIED ? notModified(current) : failed(verdict);
            }
            default -> failed(writing(request.headers(), current));
        };
    }

    private static @Nullable Response failed(Verdict verdict) {
        return verdict == Verdict.FAILED ? Response.of(412) : null;
    }

    private static Response notModified(Validators current) {
        Response response = Response.of(304);
        if (current.etag() != null) {
            response = response.header("ETag", current.etag());
        }
        Instant modified = current.lastModified();
        Instant now = Instant.now(); // section 8.8.2.1: never later than Date
        return modified == null
                ? response
                : response.header("Last-Modified", HttpDate.format(modified.isAfter(now) ? now : modified));
    }

    /** After a GET or HEAD was performed. */
    static Response answer(Request request, Response response) {
        boolean get = request.method().equals("GET");
        boolean successful = response.status() / 100 == 2 && response.status() != 206;
        if (!successful || !(get || request.method().equals("HEAD"))) {
            return response;
        }
        Headers asked = request.headers();
        Validators current = Validators.of(response);
        return switch (reading(asked, current)) {
            case FAILED -> Response.of(412);
            case NOT_MODIFIED -> notModified(response);
            case HOLDS -> {
                String range = single(asked, "Range");
                yield get && range != null && response.status() == 200 && ifRangeHolds(asked, current)
                        ? partOf(response, range)
                        : response;
            }
        };
    }

    /** Section 13.2.2 for GET and HEAD of what exists. */
    private static Verdict reading(Headers asked, Validators current) {
        if (!matches(asked, current)) {
            return Verdict.FAILED;
        }
        boolean notModified;
        if (asked.contains("If-None-Match")) {
            notModified = noneMatch(asked, current) == EntityTags.Match.LISTED;
        } else {
            Long since = HttpDate.epochSecond(single(asked, "If-Modified-Since"));
            Long modified = current.lastModifiedSecond();
            notModified = since != null && modified != null && modified <= since;
        }
        return notModified ? Verdict.NOT_MODIFIED : Verdict.HOLDS;
    }

    /** Section 13.2.2 for methods that change something: what cannot be read does not hold. */
    private static Verdict writing(Headers asked, Validators current) {
        boolean holds = matches(asked, current)
                && (!asked.contains("If-None-Match") || noneMatch(asked, current) == EntityTags.Match.NOT_LISTED);
        return holds ? Verdict.HOLDS : Verdict.FAILED;
    }

    private static boolean matches(Headers asked, Validators current) {
        if (asked.contains("If-Match")) {
            return EntityTags.find(asked.all("If-Match"), current.exists(), current.etag(), true)
                    == EntityTags.Match.LISTED;
        }
        Long since = HttpDate.epochSecond(single(asked, "If-Unmodified-Since"));
        Long modified = current.lastModifiedSecond();
        return since == null || modified == null || modified <= since;
    }

    private static EntityTags.Match noneMatch(Headers asked, Validators current) {
        return EntityTags.find(asked.all("If-None-Match"), current.exists(), current.etag(), false);
    }

    /** The value of a field that is no list: of two lines neither counts. */
    private static @Nullable String single(Headers asked, String name) {
        List<String> lines = asked.all(name);
        return lines.size() == 1 ? lines.getFirst() : null;
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
    private static boolean ifRangeHolds(Headers asked, Validators current) {
        if (!asked.contains("If-Range")) {
            return true;
        }
        String condition = single(asked, "If-Range");
        if (condition != null && EntityTags.isTag(condition)) {
            return current.etag() != null && EntityTags.matches(condition, current.etag(), true);
        }
        Long date = HttpDate.epochSecond(condition);
        return date != null && date.equals(current.lastModifiedSecond());
    }

    private static Response partOf(Response response, String range) {
        long length = response.body().length();
        boolean divisible = response.body() instanceof Body.Bytes || response.body() instanceof Body.FileBody;
        List<RangeHeader.Range> ranges =
                divisible && !"none".equals(response.header("Accept-Ranges")) ? RangeHeader.parse(range, length) : null;
        if (ranges == null) {
            return response;
        }
        return ranges.isEmpty()
                ? Response.of(416).header("Content-Range", "bytes */" + length).header("Accept-Ranges", "bytes")
                : ByteRanges.of(response, ranges);
    }
}
