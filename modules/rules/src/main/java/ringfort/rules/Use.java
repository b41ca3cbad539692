package ringfort.rules;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Something a method does, with its line in the source; 0 where the class file has none. Those that also make a value are
 * compared by identity: two lambdas of one body are two.
 *
 * <p>The sets of values are those over all ways to the instruction. They grow while {@link CodeReader} reads the method,
 * and are left alone after that.
 */
sealed interface Use {
    int line();

    /** A call, and the value it returns. */
    final class Call implements Use, Value {
        private final Code in;
        private final Code target;
        private final boolean isDispatched;
        private final int line;
        final ValueSet receiver = new ValueSet();
        final List<ValueSet> arguments;

        /**
         * A call.
         *
         * @param in the method that calls
         * @param isDispatched whether an override may be what runs
         * @param parameters how many arguments there are
         */
        Call(Code in, Code target, boolean isDispatched, int parameters, int line) {
            this.in = in;
            this.target = target;
            this.isDispatched = isDispatched;
            this.line = line;
            this.arguments = ValueSet.list(parameters);
        }

        Code in() {
            return in;
        }

        Code target() {
            return target;
        }

        boolean isDispatched() {
            return isDispatched;
        }

        boolean isConstructor() {
            return target.name().equals(Code.CONSTRUCTOR);
        }

        @Override
        public int line() {
            return line;
        }
    }

    /** A lambda or method reference comes into being. */
    final class Function implements Use, Value {
        private final Code in;
        private final Code body;
        private final boolean isDispatched;
        private final String type;
        private final String method;
        private final int line;
        final List<ValueSet> captured;

        /**
         * A function.
         *
         * @param in the method that makes it
         * @param body what it runs
         * @param isDispatched whether an override may be what runs
         * @param type the functional interface
         * @param method the interface's method
         * @param captured how many values the function takes along
         */
        Function(Code in, Code body, boolean isDispatched, String type, String method, int captured, int line) {
            this.in = in;
            this.body = body;
            this.isDispatched = isDispatched;
            this.type = type;
            this.method = method;
            this.line = line;
            this.captured = ValueSet.list(captured);
        }

        Code in() {
            return in;
        }

        Code body() {
            return body;
        }

        boolean isDispatched() {
            return isDispatched;
        }

        String type() {
            return type;
        }

        String method() {
            return method;
        }

        @Override
        public int line() {
            return line;
        }
    }

    /** A field is read or written; what was read is a value. */
    final class FieldUse implements Use, Value {
        private final Code in;
        private final String owner;
        private final String name;
        private final String type;
        private final boolean isWrite;
        private final int line;
        final ValueSet receiver = new ValueSet();
        final ValueSet written = new ValueSet();

        /**
         * A use of a field.
         *
         * @param in the method that uses it
         * @param owner the class that the instruction names, which may be a subclass of the one that declares the field
         */
        FieldUse(Code in, String owner, String name, String type, boolean isWrite, int line) {
            this.in = in;
            this.owner = owner;
            this.name = name;
            this.type = type;
            this.isWrite = isWrite;
            this.line = line;
        }

        Code in() {
            return in;
        }

        String owner() {
            return owner;
        }

        String name() {
            return name;
        }

        String type() {
            return type;
        }

        boolean isWrite() {
            return isWrite;
        }

        @Override
        public int line() {
            return line;
        }
    }

    /** An object is made; the call of its constructor follows. */
    final class Made implements Use, Value {
        private final Code in;
        private final String type;
        private final int line;

        Made(Code in, String type, int line) {
            this.in = in;
            this.type = type;
            this.line = line;
        }

        Code in() {
            return in;
        }

        String type() {
            return type;
        }

        @Override
        public int line() {
            return line;
        }
    }

    /** An array is made; what is stored into it is known where it is stored in the same method. */
    final class ArrayMade implements Use, Value {
        private static final int KEPT_NUMBERS = 16;

        private final Code in;
        private final String type;
        private final int line;
        private final Map<Integer, Integer> numbers = new TreeMap<>();
        final ValueSet elements = new ValueSet();

        ArrayMade(Code in, String type, int line) {
            this.in = in;
            this.type = type;
            this.line = line;
        }

        Code in() {
            return in;
        }

        String type() {
            return type;
        }

        void put(int index, int number) {
            if (index < KEPT_NUMBERS) {
                numbers.put(index, number);
            }
        }

        /** The beginning, taken for text. */
        String text() {
            StringBuilder text = new StringBuilder();
            numbers.forEach((index, number) -> {
                if (index == text.length()) {
                    text.append((char) number.intValue());
                }
            });
            return text.toString();
        }

        @Override
        public int line() {
            return line;
        }
    }

    /** An element of an array is set. */
    record ArrayStore(ValueSet array, ValueSet value, int line) implements Use {}

    /** A string constant. */
    final class Text implements Use, Value {
        private final Code in;
        private final String text;
        private final int line;

        Text(Code in, String text, int line) {
            this.in = in;
            this.text = text;
            this.line = line;
        }

        Code in() {
            return in;
        }

        String text() {
            return text;
        }

        @Override
        public int line() {
            return line;
        }
    }

    /** Strings are joined by {@code +}. */
    final class Concatenation implements Use, Value {
        private final Code in;
        private final String beginning;
        private final int line;
        final List<ValueSet> arguments;

        /**
         * A concatenation.
         *
         * @param in the method that joins
         * @param beginning the text that is known before the first value; empty when it begins with a value
         */
        Concatenation(Code in, String beginning, int arguments, int line) {
            this.in = in;
            this.beginning = beginning;
            this.line = line;
            this.arguments = ValueSet.list(arguments);
        }

        Code in() {
            return in;
        }

        String beginning() {
            return beginning;
        }

        @Override
        public int line() {
            return line;
        }
    }

    /** A monitor is entered by {@code synchronized (...)}. */
    record Monitor(int line) implements Use {}

    /** The method returns. */
    record Return(ValueSet value, int line) implements Use {}
}
