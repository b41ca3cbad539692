package ringfort.rules;

import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.DiscontinuedInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Reads one method body and follows the values through it: a data-flow analysis (G. Kildall, POPL 1973) over a model of
 * the operand stack and the local variables. Where ways join, all values of all ways are kept; the body is read again from
 * there until nothing new comes.
 */
final class CodeReader {
    private final Code code;
    private final Map<Integer, Code> targets;
    private final List<CodeElement> elements;
    private final Map<Label, Integer> positions = new HashMap<>();
    private final Map<Label, Frame> joins = new HashMap<>();
    private final List<ExceptionCatch> handlers;
    private final int[] lines;
    private final TreeMap<Integer, Use> uses = new TreeMap<>();
    private final ArrayDeque<Label> next = new ArrayDeque<>();
    private Frame frame;

    private CodeReader(Code code, CodeModel body, Map<Integer, Code> targets) {
        this.code = code;
        this.targets = targets;
        this.elements = body.elementList();
        this.handlers = body.exceptionHandlers();
        this.frame = new Frame(body instanceof CodeAttribute attribute ? attribute.maxLocals() : 0);
        this.lines = new int[elements.size()];
        int line = 0;
        for (int i = 0; i < elements.size(); i++) {
            if (elements.get(i) instanceof LabelTarget target) {
                positions.put(target.label(), i);
            } else if (elements.get(i) instanceof LineNumber number) {
                line = number.line();
            }
            lines[i] = line;
        }
    }

    /**
     * What the body does, in the order of its instructions; instructions that are never reached do nothing.
     *
     * @param targets the methods that the class calls, by their places in its constant pool, where each is added
     */
    static List<Use> read(Code code, boolean isStatic, CodeModel body, Map<Integer, Code> targets) {
        CodeReader reader = new CodeReader(code, body, targets);
        reader.enter(isStatic);
        reader.run(0);
        for (Label label = reader.next.poll(); label != null; label = reader.next.poll()) {
            Frame join = reader.joins.get(label);
            if (join != null) {
                reader.frame = join.copy();
                reader.enterRange(label);
                reader.run(reader.positions.getOrDefault(label, reader.elements.size()) + 1);
            }
        }
        return List.copyOf(reader.uses.values());
    }

    private void enter(boolean isStatic) {
        int slot = 0;
        int index = 0;
        if (!isStatic) {
            frame.setLocal(slot++, Set.of(new Value.Parameter(code, index++, code.owner())));
        }
        for (ClassDesc type : MethodTypeDesc.ofDescriptor(code.descriptor()).parameterList()) {
            frame.setLocal(slot, Set.of(new Value.Parameter(code, index++, Names.dotted(type))));
            slot += TypeKind.from(type).slotSize();
        }
    }

    /** Reads on until the flow ends, or comes to a join to which it brings nothing new. */
    private void run(int start) {
        for (int i = start; i < elements.size(); i++) {
            switch (elements.get(i)) {
                case LabelTarget target -> {
                    if (!arrive(target.label())) {
                        return;
                    }
                }
                case Instruction instruction -> {
                    if (!step(instruction, i)) {
                        return;
                    }
                    if (instruction instanceof StoreInstruction) {
                        throwTo(i);
                    }
                }
                default -> {}
            }
        }
    }

    /** Goes on at a label with what all ways bring there; false if this way brought nothing new. */
    private boolean arrive(Label label) {
        enterRange(label);
        Frame join = joins.get(label);
        if (join == null) {
            joins.put(label, frame.copy());
            return true;
        }
        if (!join.merge(frame)) {
            return false;
        }
        frame = join.copy();
        return true;
    }

    /** What the variables hold where a range of code begins, they hold when it throws. */
    private void enterRange(Label label) {
        for (ExceptionCatch handler : handlers) {
            if (handler.tryStart().equals(label)) {
                flowToHandler(handler.handler());
            }
        }
    }

    /** What is stored in a local variable may be there when an exception is thrown after it. */
    private void throwTo(int position) {
        for (ExceptionCatch handler : handlers) {
            int from = positions.getOrDefault(handler.tryStart(), Integer.MAX_VALUE);
            int to = positions.getOrDefault(handler.tryEnd(), elements.size());
            if (from < position && position < to) {
                flowToHandler(handler.handler());
            }
        }
    }

    private void flowToHandler(Label target) {
        Frame join = joins.get(target);
        if (join == null) {
            joins.put(target, frame.atHandler());
            next.add(target);
        } else if (join.mergeLocals(frame)) {
            next.add(target);
        }
    }

    private void flowTo(Label target, Frame brought) {
        Frame join = joins.get(target);
        if (join == null) {
            joins.put(target, brought.copy());
            next.add(target);
        } else if (join.merge(brought)) {
            next.add(target);
        }
    }

    /** Does one instruction; false if the flow does not go on to the next one. */
    private boolean step(Instruction instruction, int at) {
        switch (instruction) {
            case InvokeInstruction call -> call(call, at);
            case InvokeDynamicInstruction call -> callDynamic(call, at);
            case FieldInstruction access -> access(access, at);
            case LoadInstruction load -> frame.push(load.typeKind(), frame.local(load.slot()));
            case StoreInstruction store -> frame.setLocal(store.slot(), frame.pop(store.typeKind()));
            case IncrementInstruction increment -> frame.setLocal(increment.slot(), Set.of(Value.UNKNOWN));
            case ConstantInstruction constant -> constant(constant, at);
            case NewObjectInstruction made ->
                frame.push(once(at, () -> new Use.Made(code, Names.dotted(made.className()), lines[at])));
            case NewPrimitiveArrayInstruction made ->
                makeArray(at, made.typeKind().upperBound().displayName(), 1);
            case NewReferenceArrayInstruction made -> makeArray(at, Names.dotted(made.componentType()), 1);
            case NewMultiArrayInstruction made -> makeArray(at, Names.dotted(made.arrayType()), made.dimensions());
            case ArrayLoadInstruction load -> loadElement(load.typeKind());
            case ArrayStoreInstruction store -> storeElement(store.typeKind(), at);
            case TypeCheckInstruction check -> {
                if (check.opcode() == Opcode.INSTANCEOF) {
                    frame.pop();
                    frame.pushUnknown(TypeKind.INT);
                }
            }
            case ConvertInstruction convert -> {
                frame.pop(convert.fromType());
                frame.pushUnknown(convert.toType());
            }
            case OperatorInstruction operator -> calculate(operator);
            case StackInstruction move -> frame.move(move.opcode());
            case MonitorInstruction monitor -> {
                frame.pop();
                if (monitor.opcode() == Opcode.MONITORENTER) {
                    once(at, () -> new Use.Monitor(lines[at]));
                }
            }
            case BranchInstruction branch -> {
                return branch(branch);
            }
            case TableSwitchInstruction branch -> {
                return branch(branch.defaultTarget(), branch.cases());
            }
            case LookupSwitchInstruction branch -> {
                return branch(branch.defaultTarget(), branch.cases());
            }
            case ReturnInstruction end -> {
                if (end.typeKind() == TypeKind.REFERENCE) {
                    once(at, () -> new Use.Return(new ValueSet(), lines[at]))
                            .value()
                            .addAll(frame.pop());
                }
                return false;
            }
            case ThrowInstruction _, DiscontinuedInstruction _ -> {
                return false;
            }
            default -> {}
        }
        return true;
    }

    /** One use for each instruction, however often it is read. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // an instruction always makes the same kind of use
    private <U extends Use> U once(int at, Supplier<U> make) {
        return (U) uses.computeIfAbsent(at, _ -> make.get());
    }

    private void call(InvokeInstruction call, int at) {
        Code target = targets.computeIfAbsent(
                call.method().index(),
                _ -> new Code(Names.dotted(call.owner()), Names.of(call.name()), Names.of(call.type())));
        boolean isDispatched = call.opcode() == Opcode.INVOKEVIRTUAL || call.opcode() == Opcode.INVOKEINTERFACE;
        MethodTypeDesc type = call.typeSymbol();
        Use.Call use = once(at, () -> new Use.Call(code, target, isDispatched, type.parameterCount(), lines[at]));
        popArguments(type, use.arguments);
        if (call.opcode() != Opcode.INVOKESTATIC) {
            use.receiver.addAll(frame.pop());
        }
        frame.push(TypeKind.from(type.returnType()), Set.of(use));
    }

    private void popArguments(MethodTypeDesc type, List<ValueSet> into) {
        for (int i = type.parameterCount() - 1; i >= 0; i--) {
            into.get(i).addAll(frame.pop(TypeKind.from(type.parameterType(i))));
        }
    }

    private void callDynamic(InvokeDynamicInstruction call, int at) {
        MethodTypeDesc type = call.typeSymbol();
        String factory = Names.dotted(call.bootstrapMethod().owner());
        if (factory.equals("java.lang.invoke.LambdaMetafactory")
                && call.bootstrapArgs().get(1) instanceof DirectMethodHandleDesc body) {
            Use.Function function = once(
                    at,
                    () -> new Use.Function(
                            code,
                            body(body),
                            isDispatched(body.kind()),
                            Names.dotted(type.returnType()),
                            Names.of(call.name()),
                            type.parameterCount(),
                            lines[at]));
            popArguments(type, function.captured);
            frame.push(function);
        } else if (factory.equals("java.lang.invoke.StringConcatFactory")) {
            String recipe = call.bootstrapArgs().isEmpty()
                    ? ""
                    : call.bootstrapArgs().getFirst().toString();
            int end = indexOfValue(recipe);
            Use.Concatenation joined = once(
                    at, () -> new Use.Concatenation(code, recipe.substring(0, end), type.parameterCount(), lines[at]));
            popArguments(type, joined.arguments);
            frame.push(joined);
        } else {
            popArguments(type, ValueSet.list(type.parameterCount())); // pattern switches, methods of records
            frame.pushUnknown(TypeKind.from(type.returnType()));
        }
    }

    /** Where the first value of a concatenation comes: {@code StringConcatFactory} marks it by a character. */
    private static int indexOfValue(String recipe) {
        int end = 0;
        while (end < recipe.length() && recipe.charAt(end) > '\2') {
            end++;
        }
        return end;
    }

    /** What a lambda or method reference runs. */
    static Code body(DirectMethodHandleDesc body) {
        String descriptor = body.kind() == DirectMethodHandleDesc.Kind.CONSTRUCTOR
                ? body.invocationType().changeReturnType(ConstantDescs.CD_void).descriptorString()
                : body.lookupDescriptor();
        return new Code(Names.dotted(body.owner()), body.methodName(), descriptor);
    }

    private static boolean isDispatched(DirectMethodHandleDesc.Kind kind) {
        return kind == DirectMethodHandleDesc.Kind.VIRTUAL || kind == DirectMethodHandleDesc.Kind.INTERFACE_VIRTUAL;
    }

    private void access(FieldInstruction access, int at) {
        boolean isWrite = access.opcode() == Opcode.PUTFIELD || access.opcode() == Opcode.PUTSTATIC;
        boolean isOfObject = access.opcode() == Opcode.PUTFIELD || access.opcode() == Opcode.GETFIELD;
        TypeKind kind = TypeKind.from(access.typeSymbol());
        Use.FieldUse use = once(
                at,
                () -> new Use.FieldUse(
                        code,
                        Names.dotted(access.owner()),
                        Names.of(access.name()),
                        Names.dotted(access.typeSymbol()),
                        isWrite,
                        lines[at]));
        if (isWrite) {
            use.written.addAll(frame.pop(kind));
        }
        if (isOfObject) {
            use.receiver.addAll(frame.pop());
        }
        if (!isWrite) {
            frame.push(kind, Set.of(use));
        }
    }

    private void constant(ConstantInstruction constant, int at) {
        switch (constant.constantValue()) {
            case String text -> frame.push(once(at, () -> new Use.Text(code, text, lines[at])));
            case Integer number -> frame.push(new Value.IntConstant(number));
            default -> frame.pushUnknown(constant.typeKind());
        }
    }

    private void makeArray(int at, String type, int dimensions) {
        for (int i = 0; i < dimensions; i++) {
            frame.pop();
        }
        frame.push(once(at, () -> new Use.ArrayMade(code, type, lines[at])));
    }

    private void loadElement(TypeKind kind) {
        frame.pop();
        Set<Value> arrays = frame.pop();
        if (kind == TypeKind.REFERENCE) {
            Set<Value> elements = Set.of();
            for (Value array : arrays) {
                elements = ValueSet.join(elements, Set.of(new Value.Element(array)));
            }
            frame.push(elements);
        } else {
            frame.pushUnknown(kind);
        }
    }

    private void storeElement(TypeKind kind, int at) {
        Set<Value> value = frame.pop(kind);
        Set<Value> index = frame.pop();
        Set<Value> arrays = frame.pop();
        Use.ArrayStore store = once(at, () -> new Use.ArrayStore(new ValueSet(), new ValueSet(), lines[at]));
        store.array().addAll(arrays);
        store.value().addAll(value);
        for (Value array : arrays) {
            if (array instanceof Use.ArrayMade made) {
                made.elements.addAll(value);
                if (value.size() == 1
                        && index.size() == 1
                        && value.iterator().next() instanceof Value.IntConstant(int number)
                        && index.iterator().next() instanceof Value.IntConstant(int position)) {
                    made.put(position, number);
                }
            }
        }
    }

    private void calculate(OperatorInstruction operator) {
        TypeKind kind = operator.typeKind();
        switch (operator.opcode()) {
            case ARRAYLENGTH -> {
                frame.pop();
                frame.pushUnknown(TypeKind.INT);
            }
            case INEG, LNEG, FNEG, DNEG -> {
                frame.pop(kind);
                frame.pushUnknown(kind);
            }
            case ISHL, ISHR, IUSHR, LSHL, LSHR, LUSHR -> {
                frame.pop();
                frame.pop(kind);
                frame.pushUnknown(kind);
            }
            case LCMP, FCMPL, FCMPG, DCMPL, DCMPG -> {
                frame.pop(kind);
                frame.pop(kind);
                frame.pushUnknown(TypeKind.INT);
            }
            default -> {
                frame.pop(kind);
                frame.pop(kind);
                frame.pushUnknown(kind);
            }
        }
    }

    private boolean branch(BranchInstruction branch) {
        switch (branch.opcode()) {
            case GOTO, GOTO_W -> {
                flowTo(branch.target(), frame);
                return false;
            }
            case IF_ICMPEQ, IF_ICMPNE, IF_ICMPLT, IF_ICMPGE, IF_ICMPGT, IF_ICMPLE, IF_ACMPEQ, IF_ACMPNE -> {
                frame.pop();
                frame.pop();
            }
            default -> frame.pop();
        }
        flowTo(branch.target(), frame);
        return true;
    }

    private boolean branch(Label otherwise, List<SwitchCase> cases) {
        frame.pop();
        flowTo(otherwise, frame);
        cases.forEach(one -> flowTo(one.target(), frame));
        return false;
    }
}
