package ringfort.api;

import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.EntityTags;
import ringfort.api.syntax.Fields;
import ringfort.api.syntax.HttpDate;

/**
 * What tells one version of a resource from another (RFC 9110, section 8.8), for {@link Request#preconditions}.
 * Immutable; any thread.
 *
 * @param exists whether there is a version at all
 * @param etag its entity tag with its quotes, {@code "v1"}, or {@code W/"v1"} for one that is only as good as the same;
 *     null when it has none
 * @param lastModified when it was changed, of which whole seconds count; null when that is not known
 */
public record Validators(
        boolean exists, @Nullable String etag, @Nullable Instant lastModified) {
    /** FAT, the coarsest, counts in steps of two seconds. */
    private static final Duration STAMP_RESOLUTION = Duration.ofSeconds(2);

    public Validators {
        if (etag != null && !EntityTags.isTag(etag)) {
            throw new IllegalArgumentException(
                    "entity tag " + Fields.quote(etag) + " is not text in double quotes, with W/ before it when weak");
        }
        if (!exists && (etag != null || lastModified != null)) {
            throw new IllegalArgumentException("what does not exist has neither an entity tag nor a date");
        }
    }

    /**
     * There is nothing yet: what a PUT with {@code If-None-Match: *} wants to hear.
     *
     * @return the validators
     */
    public static Validators none() {
        return new Validators(false, null, null);
    }

    /**
     * There is a version with an entity tag.
     *
     * @param etag the tag with its quotes
     * @return the validators
     * @throws IllegalArgumentException when it is no entity tag
     */
    public static Validators etag(String etag) {
        return new Validators(true, etag, null);
    }

    /**
     * There is a version of some time.
     *
     * @param lastModified when it was changed
     * @return the validators
     */
    public static Validators lastModified(Instant lastModified) {
        return new Validators(true, null, lastModified);
    }

    /** Those of a response; a tag or date that is malformed is none. */
    static Validators of(Response response) {
        String etag = response.header("ETag");
        Long second = HttpDate.epochSecond(response.header("Last-Modified"));
        return new Validators(
                true,
                etag != null && EntityTags.isTag(etag) ? etag : null,
                second == null ? null : Instant.ofEpochSecond(second));
    }

    @Nullable Long lastModifiedSecond() {
        return lastModified == null ? null : lastModified.getEpochSecond();
    }

    /**
     * By size and time of change. Strong once the file has been left alone for longer than any file system's time stamp
     * is coarse; until then a second change might not move the stamp, so the tag is weak, which ranges are not continued
     * by, and another one than the later strong tag, which therefore does not confirm it.
     */
    static String etag(BasicFileAttributes attributes, Instant now) {
        Instant modified = attributes.lastModifiedTime().toInstant();
        long nanos = modified.getEpochSecond() * 1_000_000_000L + modified.getNano();
        String tag = Long.toHexString(attributes.size()) + "-" + Long.toHexString(nanos);
        return modified.plus(STAMP_RESOLUTION).isBefore(now) ? "\"" + tag + "\"" : "W/\"" + tag + "-new\"";
    }

    /** Section 8.8.2.1: a time that is later than Date, from another clock for instance, is sent as Date's. */
    static String lastModified(BasicFileAttributes attributes, Instant now) {
        Instant modified = attributes.lastModifiedTime().toInstant();
        return HttpDate.format(modified.isAfter(now) ? now : modified);
    }
}
