package ringfort.rules;

import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.constant.DirectMethodHandleDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lists what the code of a class calls and uses, without following any value: for rules that ask for a name. A lambda's
 * body, and the methods by which compilers before Java 11 let nested classes in, count as part of the method that uses
 * them.
 */
final class AccessReader {
    private final String owner;
    private final String file;
    private final List<Access> all = new ArrayList<>();
    private final Map<Code, Code> makers = new HashMap<>(); // the method that makes a lambda, by the lambda's body

    private AccessReader(String owner, String file) {
        this.owner = owner;
        this.file = file;
    }

    static List<Access> read(ClassModel model, String file) {
        AccessReader reader = new AccessReader(Names.dotted(model.thisClass()), file);
        model.methods().forEach(reader::method);
        return reader.all.stream().map(reader::bySource).toList();
    }

    private Access bySource(Access access) {
        Code from = access.from();
        Set<Code> seen = new HashSet<>();
        for (Code maker = makers.get(from); maker != null && seen.add(from); maker = makers.get(from)) {
            from = maker;
        }
        return new Access(from, access.kind(), access.to(), access.file(), access.line());
    }

    private void method(MethodModel method) {
        Code from = new Code(owner, Names.of(method.methodName()), Names.of(method.methodType()));
        method.code().ifPresent(body -> {
            int line = 0;
            for (CodeElement element : body) {
                switch (element) {
                    case LineNumber number -> line = number.line();
                    case InvokeInstruction call ->
                        add(
                                from,
                                Access.Kind.CALL,
                                Names.dotted(call.owner()),
                                Names.of(call.name()),
                                Names.of(call.type()),
                                line);
                    case FieldInstruction use -> {
                        boolean isWrite = use.opcode() == Opcode.PUTFIELD || use.opcode() == Opcode.PUTSTATIC;
                        Access.Kind kind = isWrite ? Access.Kind.WRITE : Access.Kind.READ;
                        add(from, kind, Names.dotted(use.owner()), Names.of(use.name()), Names.of(use.type()), line);
                    }
                    case InvokeDynamicInstruction made -> function(from, made, line);
                    default -> {}
                }
            }
        });
    }

    private void function(Code from, InvokeDynamicInstruction made, int line) {
        if (!Names.dotted(made.bootstrapMethod().owner()).equals("java.lang.invoke.LambdaMetafactory")
                || !(made.bootstrapArgs().get(1) instanceof DirectMethodHandleDesc body)) {
            return;
        }
        Code to = CodeReader.body(body);
        if (to.owner().equals(owner) && to.isLambda()) {
            makers.put(to, from);
        } else {
            all.add(new Access(from, Access.Kind.REFERENCE, to, file, line));
        }
    }

    private void add(Code from, Access.Kind kind, String type, String name, String descriptor, int line) {
        all.add(new Access(from, kind, new Code(type, name, descriptor), file, line));
    }
}
