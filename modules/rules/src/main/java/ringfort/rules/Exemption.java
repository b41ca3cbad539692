package ringfort.rules;

import java.util.Objects;

/**
 * Code that a rule lets pass, and why: what it does is not counted, and calls of it or through it are not followed.
 *
 * @param code {@code package.Type.method}, in which {@code *} stands for any characters; a nested type is written with
 *     {@code $}, a constructor {@code <init>}
 * @param because the reason, for whoever finds the exemption later
 */
public record Exemption(String code, String because) {
    /**
     * Checks that both are given.
     *
     * @throws IllegalArgumentException when the reason is blank: an exemption is a decision
     */
    public Exemption {
        Objects.requireNonNull(code, "code");
        if (because.isBlank()) {
            throw new IllegalArgumentException("an exemption needs a reason: " + code);
        }
    }

    boolean matches(Code other) {
        return matches(other.qualifiedName());
    }

    /** What stands between two stars is found at its first place: a later one leaves less room for the rest. */
    private boolean matches(String name) {
        int star = code.indexOf('*');
        if (star < 0) {
            return code.equals(name);
        }
        int last = code.lastIndexOf('*');
        String end = code.substring(last + 1);
        if (!name.startsWith(code.substring(0, star)) || name.length() < star + end.length() || !name.endsWith(end)) {
            return false;
        }
        int at = star;
        while (star < last) {
            int next = code.indexOf('*', star + 1);
            String part = code.substring(star + 1, next);
            at = name.indexOf(part, at);
            if (at < 0 || at + part.length() > name.length() - end.length()) {
                return false;
            }
            at += part.length();
            star = next;
        }
        return true;
    }
}
