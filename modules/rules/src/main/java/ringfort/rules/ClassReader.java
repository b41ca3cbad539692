package ringfort.rules;

import java.lang.classfile.Annotation;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what the methods of a class do, for the graph of calls: which function is handed where, {@code synchronized}
 * blocks, annotations of parameters, string constants.
 */
final class ClassReader {
    private ClassReader() {}

    static ClassCode read(ImportedClass imported) {
        ClassModel model = imported.parse();
        String name = imported.name();
        Map<Integer, Code> targets = new HashMap<>();
        Map<String, ClassCode.FieldCode> fields = new HashMap<>();
        for (FieldModel field : model.fields()) {
            var type = field.fieldTypeSymbol();
            fields.put(
                    Names.of(field.fieldName()),
                    new ClassCode.FieldCode(
                            Names.dotted(type),
                            type.isArray(),
                            field.flags().has(AccessFlag.STATIC),
                            field.flags().has(AccessFlag.VOLATILE)));
        }
        return new ClassCode(
                name,
                imported.isInterface(),
                mark(annotations(model)),
                imported.sourceFile(),
                fields,
                model.methods().stream()
                        .map(method -> read(name, method, targets))
                        .toList());
    }

    static List<String> supertypes(ClassModel model) {
        List<String> supertypes = new ArrayList<>();
        model.superclass().ifPresent(type -> supertypes.add(Names.dotted(type)));
        model.interfaces().forEach(type -> supertypes.add(Names.dotted(type)));
        return List.copyOf(supertypes);
    }

    private static ClassCode.MethodCode read(String owner, MethodModel method, Map<Integer, Code> targets) {
        Code code = new Code(owner, Names.of(method.methodName()), Names.of(method.methodType()));
        boolean isStatic = method.flags().has(AccessFlag.STATIC);
        List<Use> uses = method.code()
                .map(body -> CodeReader.read(code, isStatic, body, targets))
                .orElse(List.of());
        return new ClassCode.MethodCode(
                code,
                isStatic,
                method.flags().has(AccessFlag.ABSTRACT),
                method.flags().has(AccessFlag.BRIDGE),
                method.flags().has(AccessFlag.SYNCHRONIZED),
                mark(annotations(method)),
                parameterMarks(method, code.parameterCount()),
                uses);
    }

    static List<Annotation> annotations(AttributedElement element) {
        List<Annotation> annotations = new ArrayList<>();
        element.findAttribute(Attributes.runtimeInvisibleAnnotations())
                .ifPresent(attribute -> annotations.addAll(attribute.annotations()));
        element.findAttribute(Attributes.runtimeVisibleAnnotations())
                .ifPresent(attribute -> annotations.addAll(attribute.annotations()));
        return annotations;
    }

    private static List<Mark> parameterMarks(MethodModel method, int count) {
        List<Mark> marks = new ArrayList<>();
        method.findAttribute(Attributes.runtimeInvisibleParameterAnnotations())
                .ifPresent(attribute ->
                        attribute.parameterAnnotations().forEach(annotations -> marks.add(mark(annotations))));
        while (marks.size() < count) {
            marks.addFirst(Mark.NONE); // the compiler's own parameters come first and are not counted
        }
        return marks;
    }

    private static Mark mark(List<Annotation> annotations) {
        Mark mark = Mark.NONE;
        for (Annotation annotation : annotations) {
            mark = mark.orElse(Mark.of(annotation.className().stringValue()));
        }
        return mark;
    }
}
