package ringfort.api;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.Fields;

/**
 * A cookie a response sets (RFC 6265bis, sections 4.1 and 5.6). Immutable: methods that seem to change it return
 * another. {@link Response#cookie} checks the rules between its parts.
 *
 * @param name a token; {@code __Secure-} and {@code __Host-} prefixes carry their rules
 * @param value cookie octets: visible ASCII without white space, quote, comma, semicolon, backslash
 * @param maxAge how long it lives; null for as long as the browser runs, zero or less to delete it
 * @param path path it is returned to; null for that of the request
 * @param domain domain it is returned to with its subdomains; null for this host only
 * @param secure returned over TLS only
 * @param httpOnly hidden from scripts
 * @param sameSite returned with requests of other sites; null leaves it to the browser
 */
public record Cookie(
        String name,
        String value,
        @Nullable Duration maxAge,
        @Nullable String path,
        @Nullable String domain,
        boolean secure,
        boolean httpOnly,
        @Nullable SameSite sameSite) {
    /** Above these browsers ignore the cookie, or the attribute (RFC 6265bis, sections 5.6 and 5.7). */
    private static final int MOST_BYTES = 4096;

    private static final int MOST_ATTRIBUTE_BYTES = 1024;

    /** With which requests of other sites a cookie is returned. */
    public enum SameSite {
        /** None of them. */
        STRICT("Strict"),
        /** Top-level navigation with a safe method. */
        LAX("Lax"),
        /** All of them; needs {@link Cookie#secure()}. */
        NONE("None");

        private final String text;

        SameSite(String text) {
            this.text = text;
        }
    }

    public Cookie {
        if (!Fields.isToken(name)) {
            throw new IllegalArgumentException("cookie name " + Fields.quote(name) + " is not a token");
        }
        if (!isCookieValue(Objects.requireNonNull(value, "value"))) {
            throw new IllegalArgumentException("value of cookie " + name
                    + " holds white space, a control, a quote, comma, semicolon, backslash or non-ASCII; encode it,"
                    + " in Base64url for instance");
        }
        if (name.length() + value.length() > MOST_BYTES) {
            throw new IllegalArgumentException("cookie " + Fields.quote(name) + " has more than " + MOST_BYTES
                    + " bytes of name and value: browsers ignore it; keep the rest on the server");
        }
        if ((path != null && path.length() > MOST_ATTRIBUTE_BYTES)
                || (domain != null && domain.length() > MOST_ATTRIBUTE_BYTES)) {
            throw new IllegalArgumentException("cookie " + Fields.quote(name) + " has a path or domain of more than "
                    + MOST_ATTRIBUTE_BYTES + " bytes: browsers ignore it");
        }
        if (path != null && (!path.startsWith("/") || !isAttribute(path))) {
            throw new IllegalArgumentException("cookie path " + Fields.quote(path)
                    + " must start with a slash and hold neither semicolons nor controls");
        }
        if (domain != null && (domain.isEmpty() || !domain.chars().allMatch(Cookie::isHostCharacter))) {
            throw new IllegalArgumentException("cookie domain " + Fields.quote(domain) + " is not a host name");
        }
    }

    /**
     * A cookie with the attributes that should be there unless there is a reason: {@code HttpOnly} and
     * {@code SameSite=Lax}, for the whole host while the browser runs.
     *
     * @param name a token
     * @param value cookie octets
     * @return the cookie
     * @throws IllegalArgumentException when name or value hold what cookies cannot
     */
    public static Cookie of(String name, String value) {
        return new Cookie(name, value, null, "/", null, false, true, SameSite.LAX);
    }

    /**
     * A cookie that deletes the one of the same name and path.
     *
     * @param name its name
     * @return the cookie
     */
    public static Cookie expired(String name) {
        return of(name, "").maxAge(Duration.ZERO);
    }

    /**
     * With a life time.
     *
     * @param newMaxAge whole seconds count
     * @return the cookie
     */
    public Cookie maxAge(Duration newMaxAge) {
        return new Cookie(name, value, newMaxAge, path, domain, secure, httpOnly, sameSite);
    }

    /**
     * With a path.
     *
     * @param newPath path it is returned to
     * @return the cookie
     */
    public Cookie path(String newPath) {
        return new Cookie(name, value, maxAge, newPath, domain, secure, httpOnly, sameSite);
    }

    /**
     * With a domain.
     *
     * @param newDomain domain it is returned to
     * @return the cookie
     */
    public Cookie domain(String newDomain) {
        return new Cookie(name, value, maxAge, path, newDomain, secure, httpOnly, sameSite);
    }

    /**
     * Returned over TLS only, or not.
     *
     * @param newSecure whether
     * @return the cookie
     */
    public Cookie secure(boolean newSecure) {
        return new Cookie(name, value, maxAge, path, domain, newSecure, httpOnly, sameSite);
    }

    /**
     * Hidden from scripts, or not.
     *
     * @param newHttpOnly whether
     * @return the cookie
     */
    public Cookie httpOnly(boolean newHttpOnly) {
        return new Cookie(name, value, maxAge, path, domain, secure, newHttpOnly, sameSite);
    }

    /**
     * With a rule for other sites.
     *
     * @param newSameSite the rule
     * @return the cookie
     */
    public Cookie sameSite(SameSite newSameSite) {
        return new Cookie(name, value, maxAge, path, domain, secure, httpOnly, newSameSite);
    }

    /**
     * The value of the {@code Set-Cookie} field.
     *
     * @return the cookie as a browser reads it
     * @throws IllegalArgumentException when a browser would ignore it: SameSite=None or a prefix without what it needs
     */
    public String toSetCookie() {
        requireConsistent();
        StringBuilder text = new StringBuilder(64).append(name).append('=').append(value);
        if (maxAge != null) {
            text.append("; Max-Age=").append(Math.max(0, maxAge.toSeconds()));
        }
        if (path != null) {
            text.append("; Path=").append(path);
        }
        if (domain != null) {
            text.append("; Domain=").append(domain);
        }
        if (secure) {
            text.append("; Secure");
        }
        if (httpOnly) {
            text.append("; HttpOnly");
        }
        if (sameSite != null) {
            text.append("; SameSite=").append(sameSite.text);
        }
        return text.toString();
    }

    /** Browsers compare the prefixes without regard to case (RFC 6265bis, section 5.7). */
    private void requireConsistent() {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean host = lower.startsWith("__host-");
        if (!secure && (host || lower.startsWith("__secure-") || sameSite == SameSite.NONE)) {
            throw new IllegalArgumentException("cookie " + name + " needs secure(true): browsers ignore it without");
        }
        if (host && (domain != null || !"/".equals(path))) {
            throw new IllegalArgumentException("cookie " + name + " needs path(\"/\") and no domain, as __Host- says");
        }
    }

    static boolean isCookieValue(String value) {
        int from = 0;
        int to = value.length();
        if (to >= 2 && value.charAt(0) == '"' && value.charAt(to - 1) == '"') {
            from++;
            to--;
        }
        for (int i = from; i < to; i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '"' || c == ',' || c == ';' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private static boolean isAttribute(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7F && c != ';');
    }

    private static boolean isHostCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    }
}
