package ringfort.api;

import java.util.Locale;

/**
 * A server option, as text for help pages and command lines.
 *
 * @param name its name: {@code header-timeout}
 * @param type what values look like: {@code duration}, {@code size}, {@code count}, {@code rate}, {@code text},
 *     {@code word}, {@code switch}, {@code size or auto}, {@code count or auto}
 * @param range which values are accepted
 * @param defaultValue the value without a setting
 * @param help what it does, one sentence
 */
public record Option(String name, String type, String range, String defaultValue, String help) {
    /**
     * The command line flag.
     *
     * @return {@code --header-timeout}
     */
    public String flag() {
        return "--" + name;
    }

    /**
     * The system property.
     *
     * @return {@code ringfort.header-timeout}
     */
    public String property() {
        return "ringfort." + name;
    }

    /**
     * The variable of the environment.
     *
     * @return {@code RINGFORT_HEADER_TIMEOUT}
     */
    public String variable() {
        return "RINGFORT_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
