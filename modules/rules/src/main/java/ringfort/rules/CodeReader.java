package ringfort.rules;

import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.PseudoInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one method body and follows values through it as far as that is plain: what is loaded, made or returned and then
 * given to a call in the same statement, or through a local variable. Where the flow branches the stack is forgotten,
 * and what is not known is {@link ClassCode.Unknown}, never a guess.
 */
final class CodeReader {
    private static final ClassCode.Value UNKNOWN = new ClassCode.Unknown();

    private final List<ClassCode.Use> uses = new ArrayList<>();
    private final List<ClassCode.Value> stack = new ArrayList<>();
    private final Map<Integer, ClassCode.Value> locals = new HashMap<>();
    private int line;

    List<ClassCode.Use> read(CodeModel body) {
        for (CodeElement element : body) {
            switch (element) {
                case LineNumber number -> line = number.line();
                case InvokeInstruction call -> call(call);
                case InvokeDynamicInstruction call -> callDynamic(call);
                case FieldInstruction access -> access(access);
                case LoadInstruction load -> push(locals.getOrDefault(load.slot(), UNKNOWN));
                case StoreInstruction store -> locals.put(store.slot(), pop());
                case ConstantInstruction constant -> constant(constant.constantValue());
                case NewObjectInstruction made -> push(new ClassCode.Instance(Names.dotted(made.className())));
                case TypeCheckInstruction check -> checkType(check);
                case StackInstruction instruction -> moveOnStack(instruction.opcode());
                case MonitorInstruction monitor -> monitor(monitor);
                case PseudoInstruction _ -> {}
                default -> stack.clear();
            }
        }
        return List.copyOf(uses);
    }

    private void call(InvokeInstruction call) {
        int count = call.typeSymbol().parameterCount();
        List<ClassCode.Value> arguments = pop(count);
        ClassCode.Value receiver = call.opcode() == Opcode.INVOKESTATIC ? UNKNOWN : pop();
        Code target = new Code(
                Names.dotted(call.owner()),
                call.name().stringValue(),
                call.type().stringValue());
        boolean dispatched = call.opcode() == Opcode.INVOKEVIRTUAL || call.opcode() == Opcode.INVOKEINTERFACE;
        uses.add(new ClassCode.Call(target, dispatched, receiver, arguments, line));
        if (!isVoid(call.typeSymbol().returnType())) {
            push(new ClassCode.Returned(target, receiver));
        }
    }

    private void callDynamic(InvokeDynamicInstruction call) {
        pop(call.typeSymbol().parameterCount());
        String factory = Names.dotted(call.bootstrapMethod().owner());
        if (factory.equals("java.lang.invoke.LambdaMetafactory")
                && call.bootstrapArgs().get(1) instanceof DirectMethodHandleDesc body) {
            var function = new ClassCode.Function(
                    new Code(Names.dotted(body.owner()), body.methodName(), body.lookupDescriptor()),
                    isDispatched(body.kind()),
                    Names.dotted(call.typeSymbol().returnType()),
                    call.name().stringValue(),
                    line);
            uses.add(function);
            push(function);
        } else if (!isVoid(call.typeSymbol().returnType())) {
            push(UNKNOWN); // string concatenation, pattern switches, methods of records
        }
    }

    private static boolean isDispatched(DirectMethodHandleDesc.Kind kind) {
        return kind == DirectMethodHandleDesc.Kind.VIRTUAL || kind == DirectMethodHandleDesc.Kind.INTERFACE_VIRTUAL;
    }

    private void access(FieldInstruction access) {
        String owner = Names.dotted(access.owner());
        String name = access.name().stringValue();
        boolean isWrite = access.opcode() == Opcode.PUTFIELD || access.opcode() == Opcode.PUTSTATIC;
        ClassCode.Value written = isWrite ? pop() : UNKNOWN;
        boolean isOfObject = access.opcode() == Opcode.PUTFIELD || access.opcode() == Opcode.GETFIELD;
        ClassCode.Value receiver = isOfObject ? pop() : UNKNOWN;
        uses.add(new ClassCode.FieldUse(owner, name, receiver, isWrite, line));
        if (!isWrite) {
            push(new ClassCode.Held(owner, name, Names.dotted(access.typeSymbol())));
        } else if (written instanceof ClassCode.Function || written instanceof ClassCode.Instance) {
            uses.add(new ClassCode.Kept(owner, name, written, line));
        }
    }

    private void constant(ConstantDesc value) {
        if (value instanceof String text) {
            uses.add(new ClassCode.Text(text, line));
        }
        push(UNKNOWN);
    }

    private void checkType(TypeCheckInstruction check) {
        if (check.opcode() == Opcode.INSTANCEOF) {
            pop();
            push(UNKNOWN);
        }
    }

    private void moveOnStack(Opcode opcode) {
        switch (opcode) {
            case POP -> pop();
            case DUP -> {
                ClassCode.Value top = pop();
                push(top);
                push(top);
            }
            default -> stack.clear();
        }
    }

    private void monitor(MonitorInstruction monitor) {
        pop();
        if (monitor.opcode() == Opcode.MONITORENTER) {
            uses.add(new ClassCode.Monitor(line));
        }
    }

    private void push(ClassCode.Value value) {
        stack.add(value);
    }

    private ClassCode.Value pop() {
        return stack.isEmpty() ? UNKNOWN : stack.removeLast();
    }

    private List<ClassCode.Value> pop(int count) {
        List<ClassCode.Value> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.addFirst(pop());
        }
        return values;
    }

    private static boolean isVoid(ClassDesc type) {
        return type.descriptorString().equals("V");
    }
}
