package ringfort.api;

import java.util.Objects;
import ringfort.api.syntax.Fields;

/** An option has a value it cannot have. The message says which, from where, and what would do. */
public final class OptionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String option;
    private final String value;
    private final String origin;

    /**
     * Makes an exception.
     *
     * @param option name of the option
     * @param value the value it was given, as text
     * @param origin where it came from: a flag, a property, a variable of the environment, the program
     * @param remedy what would do
     */
    public OptionException(String option, String value, String origin, String remedy) {
        super("Option " + option + " cannot be " + Fields.quote(value) + " (from " + origin + "): " + remedy);
        this.option = option;
        this.value = value;
        this.origin = origin;
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNullElse(super.getMessage(), option);
    }

    /**
     * The option.
     *
     * @return its name
     */
    public String option() {
        return option;
    }

    /**
     * The value.
     *
     * @return its text
     */
    public String value() {
        return value;
    }

    /**
     * Where the value came from.
     *
     * @return the flag, property or variable
     */
    public String origin() {
        return origin;
    }
}
