package ringfort.rules;

import java.util.Locale;

/** What a rule says beside where it is broken: why it is there, what to do, and where more is written. */
final class Advice {
    private Advice() {}

    /**
     * Completes "classes should ..., because ...".
     *
     * @param rule its name in {@code docs/RULES.md}, such as {@code CodeRules.NO_UNSAFE}
     * @param because why the rule is there
     * @param remedy what to do where it is broken
     */
    static String of(String rule, String because, String remedy) {
        return because + ". To do: " + remedy + ". See docs/RULES.md#" + anchor(rule);
    }

    /** The name that a heading gets as a target of links. */
    static String anchor(String rule) {
        return rule.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "");
    }
}
