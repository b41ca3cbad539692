package ringfort.rules;

import java.util.List;
import java.util.Map;

/**
 * What the rules want to know of a class file.
 *
 * @param name binary name, with dots
 * @param isInterface whether it is one
 * @param sourceFile for reports
 * @param fields by name
 */
record ClassCode(
        String name,
        boolean isInterface,
        Mark mark,
        String sourceFile,
        Map<String, FieldCode> fields,
        List<MethodCode> methods) {
    /**
     * A field.
     *
     * @param type of an array, that of its elements
     */
    record FieldCode(String type, boolean isArray, boolean isStatic, boolean isVolatile) {}

    /**
     * A method with what it does, in order.
     *
     * @param isBridge the compiler's own method, which calls the one that the source has
     * @param parameterMarks one for each parameter
     */
    record MethodCode(
            Code code,
            boolean isStatic,
            boolean isAbstract,
            boolean isBridge,
            boolean isSynchronized,
            Mark mark,
            List<Mark> parameterMarks,
            List<Use> uses) {
        /** The line of the first thing it does; 0 if there is none. */
        int firstLine() {
            return uses.isEmpty() ? 0 : uses.getFirst().line();
        }
    }
}
