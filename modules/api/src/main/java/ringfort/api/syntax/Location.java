package ringfort.api.syntax;

/** Values of {@code Location} (RFC 9110, section 10.2.2; RFC 3986). Stateless; any thread. */
public final class Location {
    private Location() {}

    /**
     * Refuses what browsers read in surprising ways.
     *
     * @param location a URI reference, encoded
     * @return the reference
     */
    public static String require(String location) {
        if (location.isEmpty()) {
            throw refused(location, "is empty");
        }
        for (int i = 0; i < location.length(); i++) {
            char c = location.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '\\' || c == '"' || c == '<' || c == '>') {
                throw refused(location, "holds a character that must be percent-encoded, at index " + i);
            }
        }
        if (location.startsWith("//")) {
            throw refused(location, "starts with two slashes, which names another host; write its scheme");
        }
        int colon = location.indexOf(':');
        int end = firstOf(location, "/?#");
        if (colon >= 0 && colon < end) {
            String scheme = location.substring(0, colon);
            boolean web = scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
            if (!web || !location.startsWith("//", colon + 1)) {
                throw refused(location, "is neither a path nor an http or https URI with a host");
            }
        }
        return location;
    }

    private static int firstOf(String text, String delimiters) {
        for (int i = 0; i < text.length(); i++) {
            if (delimiters.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }

    private static IllegalArgumentException refused(String location, String why) {
        return new IllegalArgumentException("location " + Fields.quote(location) + " " + why);
    }
}
