package ringfort.api.syntax;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entity tags and lists of them (RFC 9110, sections 8.8.3, 13.1.1 and 13.1.2). Stateless; any thread. */
public final class EntityTags {
    /** What a list says about a tag. */
    public enum Match {
        /** The tag is in it, or it is {@code *}. */
        LISTED,
        /** The tag is not in it. */
        NOT_LISTED,
        /** It is neither {@code *} nor a list of entity tags. */
        MALFORMED
    }

    private EntityTags() {}

    /**
     * Whether the text is an entity tag.
     *
     * @param text such as {@code "v1"} or {@code W/"v1"}, quotes included
     * @return true for one tag and nothing else
     */
    public static boolean isTag(String text) {
        return !text.isEmpty() && tagEnd(text, 0) == text.length();
    }

    /**
     * Looks a tag up in {@code If-Match} or {@code If-None-Match}.
     *
     * @param lines values of the field
     * @param exists whether there is a current representation, which is what {@code *} asks
     * @param tag its entity tag; null when it has none
     * @param strong whether weak tags, on either side, match nothing (section 8.8.3.2)
     * @return what the field says
     */
    public static Match find(List<String> lines, boolean exists, @Nullable String tag, boolean strong) {
        if (lines.size() == 1 && lines.getFirst().strip().equals("*")) {
            return exists ? Match.LISTED : Match.NOT_LISTED;
        }
        Match match = Match.MALFORMED; // of nothing at all, too
        for (String line : lines) {
            Match here = find(line, tag, strong);
            if (here == Match.MALFORMED) {
                return here;
            }
            match = match == Match.LISTED ? match : here;
        }
        return match;
    }

    private static Match find(String line, @Nullable String tag, boolean strong) {
        boolean listed = false;
        boolean any = false;
        int at = 0;
        while (at < line.length()) {
            if (line.charAt(at) == ',' || Fields.isBlank(line.charAt(at))) {
                at++;
                continue;
            }
            int tagEnd = tagEnd(line, at);
            int next = tagEnd;
            while (next >= 0 && next < line.length() && Fields.isBlank(line.charAt(next))) {
                next++;
            }
            if (tagEnd < 0 || (next < line.length() && line.charAt(next) != ',')) {
                return Match.MALFORMED;
            }
            any = true;
            listed |= tag != null && matches(line.substring(at, tagEnd), tag, strong);
            at = next;
        }
        return listed ? Match.LISTED : any ? Match.NOT_LISTED : Match.MALFORMED;
    }

    /**
     * Compares two tags.
     *
     * @param one an entity tag
     * @param other an entity tag
     * @param strong whether both must be strong
     * @return true when they match
     */
    public static boolean matches(String one, String other, boolean strong) {
        return strong ? one.equals(other) && !isWeak(one) : opaque(one).equals(opaque(other));
    }

    private static boolean isWeak(String tag) {
        return tag.startsWith("W/");
    }

    private static String opaque(String tag) {
        return isWeak(tag) ? tag.substring(2) : tag;
    }

    /** After the tag that begins there; -1 when none does. */
    private static int tagEnd(String text, int from) {
        int open = text.startsWith("W/", from) ? from + 2 : from;
        if (open == text.length() || text.charAt(open) != '"') {
            return -1;
        }
        for (int i = open + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            } else if (c <= ' ' || c == 0x7F) {
                return -1;
            }
        }
        return -1;
    }
}
