package ringfort.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the rules want to know of a class file.
 *
 * @param name binary name, with dots
 * @param supertypes superclass and interfaces
 * @param sourceFile for reports
 */
record ClassCode(String name, List<String> supertypes, Mark mark, String sourceFile, List<MethodCode> methods) {
    /**
     * A method with what it does, in order.
     *
     * @param parameterMarks one for each parameter
     */
    record MethodCode(
            Code code,
            boolean isStatic,
            boolean isSynchronized,
            Mark mark,
            List<Mark> parameterMarks,
            List<Use> uses) {}

    /** Something a method does, with its line in the source; 0 where the class file has none. */
    sealed interface Use {
        int line();
    }

    /**
     * A call.
     *
     * @param dispatched whether an override may be what runs
     * @param receiver what is known of the object it is called on
     * @param arguments what is known of each argument
     */
    record Call(Code target, boolean dispatched, Value receiver, List<Value> arguments, int line) implements Use {}

    /**
     * A field is read or written.
     *
     * @param receiver what is known of the object it belongs to
     */
    record FieldUse(String owner, String name, Value receiver, boolean isWrite, int line) implements Use {}

    /** A lambda or an object just made is put into a field. */
    record Kept(String owner, String name, Value value, int line) implements Use {}

    /** A monitor is entered by {@code synchronized (...)}. */
    record Monitor(int line) implements Use {}

    /** A string constant. */
    record Text(String text, int line) implements Use {}

    /** What is known of a value on the operand stack. */
    sealed interface Value {}

    /**
     * A lambda or method reference comes into being.
     *
     * @param body what it runs
     * @param dispatched whether an override may be what runs
     * @param function the functional interface
     * @param functionMethod its method
     */
    record Function(Code body, boolean dispatched, String function, String functionMethod, int line)
            implements Use, Value {
        /** Two lambdas of one body are two: identity tells which one was handed where. */
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** An object just made. */
    record Instance(String type) implements Value {}

    /** What a field holds. */
    record Held(String owner, String name, String type) implements Value {}

    /** What a call returned, and what is known of the object it was called on. */
    record Returned(Code from, Value receiver) implements Value {}

    /** Something else. */
    record Unknown() implements Value {}
}
