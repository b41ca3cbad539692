package ringfort.rules;

import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.Signature;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds each type that a class file names: in its header, in declarations and their generic signatures, in annotations,
 * and in code, where a cast, a pattern or the creation of an array may be the only place that names it.
 *
 * <p>Not counted: the types of parameters and results of methods that are called, since the calling source does not name
 * them; and what a sealed type permits, since that is a list of its own subtypes.
 */
final class TypeReader {
    private final ClassModel model;
    private final String name;
    private final String file;
    private final Set<TypeUse> uses = new LinkedHashSet<>();
    private final Map<String, Integer> fieldLines = new HashMap<>();
    private int firstLine = Integer.MAX_VALUE;

    private TypeReader(ClassModel model, String file) {
        this.model = model;
        this.name = Names.dotted(model.thisClass());
        this.file = file;
    }

    static List<TypeUse> read(ClassModel model, String file) {
        return new TypeReader(model, file).read();
    }

    private List<TypeUse> read() {
        model.methods().forEach(this::method);
        int line = firstLine == Integer.MAX_VALUE ? 1 : firstLine;
        header(line);
        model.fields().forEach(field -> field(field, line));
        uses.removeIf(use -> use.type().equals(name) || isOfNoInterest(use.type()));
        return List.copyOf(uses);
    }

    /** The JDK's own types are no part of a project; no rule asks who uses them, with two exceptions. */
    private static boolean isOfNoInterest(String type) {
        return type.startsWith("java.")
                && !type.startsWith("java.lang.foreign.")
                && !type.startsWith("java.lang.reflect.");
    }

    private void header(int line) {
        String in = "Class <" + name + ">";
        model.superclass().ifPresent(type -> add(type, in, "extends class", line));
        model.interfaces().forEach(type -> add(type, in, "implements interface", line));
        annotations(model, in, line);
        model.findAttribute(Attributes.signature()).ifPresent(attribute -> {
            var signature = attribute.asClassSignature();
            typeParameters(signature.typeParameters(), in, line);
            signature(signature.superclassSignature(), in, line);
            signature.superinterfaceSignatures().forEach(type -> signature(type, in, line));
        });
        model.findAttribute(Attributes.record())
                .ifPresent(attribute -> attribute.components().forEach(component -> annotations(component, in, line)));
    }

    private void field(FieldModel field, int classLine) {
        String in = "Field <" + name + "." + Names.of(field.fieldName()) + ">";
        int line = fieldLines.getOrDefault(Names.of(field.fieldName()), classLine);
        add(field.fieldTypeSymbol(), in, "has type", line);
        annotations(field, in, line);
        field.findAttribute(Attributes.signature())
                .ifPresent(attribute -> signature(attribute.asTypeSignature(), in, line));
    }

    private void method(MethodModel method) {
        Code code = new Code(name, Names.of(method.methodName()), Names.of(method.methodType()));
        String in = subject(code);
        int line = method.code().map(body -> code(body, in)).orElse(1);
        MethodTypeDesc type = method.methodTypeSymbol();
        type.parameterList().forEach(parameter -> add(parameter, in, "has parameter of type", line));
        add(type.returnType(), in, "has return type", line);
        annotations(method, in, line);
        for (var annotations : parameterAnnotations(method)) {
            annotations.forEach(annotation -> annotation(annotation, in, line));
        }
        method.findAttribute(Attributes.annotationDefault())
                .ifPresent(attribute -> annotationValue(attribute.defaultValue(), in, line));
        method.findAttribute(Attributes.exceptions())
                .ifPresent(attribute -> attribute.exceptions().forEach(thrown -> add(thrown, in, "throws type", line)));
        method.findAttribute(Attributes.signature()).ifPresent(attribute -> {
            var signature = attribute.asMethodSignature();
            typeParameters(signature.typeParameters(), in, line);
            signature.arguments().forEach(argument -> signature(argument, in, line));
            signature(signature.result(), in, line);
        });
    }

    /** A method, as what names a type. */
    static String subject(Code code) {
        String kind = switch (code.name()) {
            case Code.CONSTRUCTOR -> "Constructor";
            case Code.STATIC_INITIALIZER -> "Static initializer";
            default -> "Method";
        };
        return kind + " <" + code.inFull() + ">";
    }

    private static List<List<Annotation>> parameterAnnotations(MethodModel method) {
        List<List<Annotation>> all = new ArrayList<>();
        method.findAttribute(Attributes.runtimeInvisibleParameterAnnotations())
                .ifPresent(attribute -> all.addAll(attribute.parameterAnnotations()));
        method.findAttribute(Attributes.runtimeVisibleParameterAnnotations())
                .ifPresent(attribute -> all.addAll(attribute.parameterAnnotations()));
        return all;
    }

    /** Reads a body, and answers with its first line. */
    private int code(CodeModel body, String in) {
        int first = 0;
        int line = 1;
        for (CodeElement element : body) {
            switch (element) {
                case LineNumber number -> {
                    line = number.line();
                    first = first == 0 ? line : first;
                    firstLine = Math.min(firstLine, line);
                }
                case InvokeInstruction call -> call(call, in, line);
                case InvokeDynamicInstruction call -> callDynamic(call, in, line);
                case FieldInstruction access -> access(access, in, line);
                case NewObjectInstruction made -> add(made.className(), in, "makes an object of", line);
                case NewReferenceArrayInstruction made -> add(made.componentType(), in, "makes an array of", line);
                case NewMultiArrayInstruction made -> add(made.arrayType(), in, "makes an array of", line);
                case TypeCheckInstruction check ->
                    add(check.type(), in, check.opcode() == Opcode.CHECKCAST ? "casts to" : "tests for type", line);
                case ConstantInstruction.LoadConstantInstruction constant ->
                    constant(constant.constantValue(), in, line);
                case ExceptionCatch caught -> {
                    int at = line;
                    caught.catchType().ifPresent(type -> add(type, in, "catches type", at));
                }
                default -> {}
            }
        }
        return Math.max(first, 1);
    }

    private void call(InvokeInstruction call, String in, int line) {
        Code target = new Code(Names.dotted(call.owner()), Names.of(call.name()), Names.of(call.type()));
        String how = target.name().equals(Code.CONSTRUCTOR) ? "calls constructor" : "calls method";
        uses.add(new TypeUse(target.owner(), in, how, target, file, line));
    }

    private void callDynamic(InvokeDynamicInstruction call, String in, int line) {
        if (Names.dotted(call.bootstrapMethod().owner()).equals("java.lang.invoke.LambdaMetafactory")) {
            add(call.typeSymbol().returnType(), in, "makes a function for", line);
        }
        call.bootstrapArgs().forEach(argument -> constant(argument, in, line));
    }

    private void access(FieldInstruction access, String in, int line) {
        String owner = Names.dotted(access.owner());
        String field = Names.of(access.name());
        boolean isWrite = access.opcode() == Opcode.PUTFIELD || access.opcode() == Opcode.PUTSTATIC;
        uses.add(new TypeUse(owner, in, isWrite ? "sets field" : "gets field", owner + "." + field, file, line));
        if (isWrite && owner.equals(name)) {
            fieldLines.putIfAbsent(field, line);
        }
    }

    private void constant(ConstantDesc value, String in, int line) {
        switch (value) {
            case ClassDesc type -> add(type, in, "names class", line);
            case DirectMethodHandleDesc handle -> {
                Code target = new Code(Names.dotted(handle.owner()), handle.methodName(), handle.lookupDescriptor());
                boolean isField = switch (handle.kind()) {
                    case GETTER, SETTER, STATIC_GETTER, STATIC_SETTER -> true;
                    default -> false;
                };
                Object named = isField ? target.owner() + "." + target.name() : target;
                uses.add(new TypeUse(target.owner(), in, "refers to", named, file, line));
            }
            case DynamicConstantDesc<?> dynamic -> {
                constant(dynamic.bootstrapMethod(), in, line);
                for (ConstantDesc argument : dynamic.bootstrapArgs()) {
                    constant(argument, in, line);
                }
            }
            default -> {}
        }
    }

    private void annotations(AttributedElement element, String in, int line) {
        ClassReader.annotations(element).forEach(annotation -> annotation(annotation, in, line));
    }

    private void annotation(Annotation annotation, String in, int line) {
        add(annotation.classSymbol(), in, "is annotated with", line);
        for (AnnotationElement element : annotation.elements()) {
            annotationValue(element.value(), in, line);
        }
    }

    private void annotationValue(AnnotationValue value, String in, int line) {
        switch (value) {
            case AnnotationValue.OfClass type -> add(type.classSymbol(), in, "names class", line);
            case AnnotationValue.OfEnum constant -> add(constant.classSymbol(), in, "names constant of", line);
            case AnnotationValue.OfAnnotation nested -> annotation(nested.annotation(), in, line);
            case AnnotationValue.OfArray array -> array.values().forEach(element -> annotationValue(element, in, line));
            case AnnotationValue.OfConstant _ -> {}
        }
    }

    private void typeParameters(List<Signature.TypeParam> parameters, String in, int line) {
        for (Signature.TypeParam parameter : parameters) {
            parameter.classBound().ifPresent(bound -> signature(bound, in, line));
            parameter.interfaceBounds().forEach(bound -> signature(bound, in, line));
        }
    }

    private void signature(Signature signature, String in, int line) {
        switch (signature) {
            case Signature.ClassTypeSig type -> {
                add(type.classDesc(), in, "names in its generic type", line);
                type.outerType().ifPresent(outer -> signature(outer, in, line));
                for (Signature.TypeArg argument : type.typeArgs()) {
                    if (argument instanceof Signature.TypeArg.Bounded bounded) {
                        signature(bounded.boundType(), in, line);
                    }
                }
            }
            case Signature.ArrayTypeSig array -> signature(array.componentSignature(), in, line);
            default -> {}
        }
    }

    private void add(ClassEntry type, String in, String how, int line) {
        add(type.asSymbol(), in, how, line);
    }

    private void add(ClassDesc type, String in, String how, int line) {
        String named = Names.dotted(type);
        if (!Names.isPrimitive(type)) {
            uses.add(new TypeUse(named, in, how, named, file, line));
        }
    }
}
