package ringfort.rules;

import java.util.Objects;
import java.util.regex.Pattern;

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
        return pattern().matcher(other.qualifiedName()).matches();
    }

    private Pattern pattern() {
        return Pattern.compile(Pattern.quote(code).replace("*", "\\E.*\\Q"));
    }
}
