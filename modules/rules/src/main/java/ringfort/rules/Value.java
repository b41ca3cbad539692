package ringfort.rules;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a value on the operand stack or in a local variable: the place in the code where it came from. A
 * method's instruction makes one value, however often it runs, so that values are compared by identity, except where a
 * record says what it is. Where ways join, a variable holds the values of all of them.
 */
sealed interface Value
        permits Use.Call,
                Use.Function,
                Use.FieldUse,
                Use.Made,
                Use.ArrayMade,
                Use.Text,
                Use.Concatenation,
                Value.Element,
                Value.Parameter,
                Value.IntConstant,
                Value.Unknown {
    /** An element of an array, whichever. */
    record Element(Value array) implements Value {}

    /**
     * A parameter of a method.
     *
     * @param index counted from 0; the object of an instance method is 0, and its parameters follow
     */
    record Parameter(Code of, int index, String type) implements Value {
        @Override
        public int hashCode() {
            return of.hashCode() * 31 + index;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Parameter parameter && index == parameter.index && of.equals(parameter.of);
        }
    }

    /** An {@code int} of the source. */
    record IntConstant(int value) implements Value {}

    /** Arithmetic, exceptions, what nothing is known of; or the second half of a {@code long} or {@code double}. */
    record Unknown() implements Value {}

    Value UNKNOWN = new Unknown();
}
