package ringfort.rules;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Reads the class files of imported classes once more, for what ArchUnit does not keep: which lambda an access belongs to
 * and where it is handed, {@code synchronized} blocks, annotations of parameters, string constants.
 */
final class ClassReader {
    /** Read once for all rules that ask, and kept for as long as the classes are. */
    private static final Map<JavaClass, List<TypeUse>> TYPES_NAMED = new WeakHashMap<>();

    private ClassReader() {}

    static ClassCode read(JavaClass imported) {
        return read(parse(imported));
    }

    /** The types that a class names, in the order of its class file; itself is none of them. */
    static List<TypeUse> typesNamed(JavaClass imported) {
        synchronized (TYPES_NAMED) {
            return TYPES_NAMED.computeIfAbsent(imported, _ -> {
                ClassModel model = parse(imported);
                return TypeReader.read(model, sourceFile(model));
            });
        }
    }

    private static ClassModel parse(JavaClass imported) {
        Source source = imported.getSource()
                .orElseThrow(() -> new IllegalArgumentException(imported.getName() + " was imported without its file"));
        try (InputStream in = source.getUri().toURL().openStream()) {
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + source.getUri() + " again", e);
        }
    }

    private static String sourceFile(ClassModel model) {
        return model.findAttribute(Attributes.sourceFile())
                .map(attribute -> Names.of(attribute.sourceFile()))
                .orElse("");
    }

    private static ClassCode read(ClassModel model) {
        String name = Names.dotted(model.thisClass());
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
                supertypes(model),
                model.flags().has(AccessFlag.INTERFACE),
                mark(annotations(model)),
                sourceFile(model),
                fields,
                model.methods().stream().map(method -> read(name, method)).toList());
    }

    static List<String> supertypes(ClassModel model) {
        List<String> supertypes = new ArrayList<>();
        model.superclass().ifPresent(type -> supertypes.add(Names.dotted(type)));
        model.interfaces().forEach(type -> supertypes.add(Names.dotted(type)));
        return List.copyOf(supertypes);
    }

    private static ClassCode.MethodCode read(String owner, MethodModel method) {
        Code code = new Code(owner, Names.of(method.methodName()), Names.of(method.methodType()));
        boolean isStatic = method.flags().has(AccessFlag.STATIC);
        List<Use> uses =
                method.code().map(body -> CodeReader.read(code, isStatic, body)).orElse(List.of());
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
