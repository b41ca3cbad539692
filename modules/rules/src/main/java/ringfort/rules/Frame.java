package ringfort.rules;

import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The operand stack and the local variables at one point of a method (JVMS 2.6), each with all the values it may hold. A
 * {@code long} or {@code double} takes two slots, as it does for {@code dup2} and its like.
 */
final class Frame {
    private static final Set<Value> UNKNOWN = Set.of(Value.UNKNOWN);

    private final List<Set<Value>> stack;
    private final Map<Integer, Set<Value>> locals;

    Frame() {
        this(new ArrayList<>(), new HashMap<>());
    }

    private Frame(List<Set<Value>> stack, Map<Integer, Set<Value>> locals) {
        this.stack = stack;
        this.locals = locals;
    }

    Frame copy() {
        return new Frame(new ArrayList<>(stack), new HashMap<>(locals));
    }

    /** The same variables, and nothing on the stack but an exception: what a handler begins with. */
    Frame atHandler() {
        Frame handler = new Frame(new ArrayList<>(), new HashMap<>(locals));
        handler.push(UNKNOWN);
        return handler;
    }

    /** Takes in what another way brings to this point, and tells whether it brought anything new. */
    boolean merge(Frame other) {
        boolean changed = false;
        for (int i = 0; i < Math.min(stack.size(), other.stack.size()); i++) {
            Set<Value> both = ValueSet.join(stack.get(i), other.stack.get(i));
            changed |= both.size() != stack.get(i).size();
            stack.set(i, both);
        }
        for (Map.Entry<Integer, Set<Value>> local : other.locals.entrySet()) {
            Set<Value> before = locals.getOrDefault(local.getKey(), Set.of());
            Set<Value> both = ValueSet.join(before, local.getValue());
            if (both.size() != before.size()) {
                changed = true;
                locals.put(local.getKey(), both);
            }
        }
        return changed;
    }

    Set<Value> local(int slot) {
        return locals.getOrDefault(slot, UNKNOWN);
    }

    void setLocal(int slot, Set<Value> values) {
        locals.put(slot, values);
    }

    void push(Set<Value> values) {
        stack.add(values);
    }

    void push(Value value) {
        stack.add(Set.of(value));
    }

    /** Pushes one value of that kind; nothing for {@code void}. */
    void push(TypeKind kind, Set<Value> values) {
        if (kind != TypeKind.VOID) {
            stack.add(values);
        }
        if (kind.slotSize() == 2) {
            stack.add(UNKNOWN);
        }
    }

    void pushUnknown(TypeKind kind) {
        push(kind, UNKNOWN);
    }

    Set<Value> pop() {
        return stack.isEmpty() ? UNKNOWN : stack.removeLast();
    }

    /** Pops one value of that kind. */
    Set<Value> pop(TypeKind kind) {
        if (kind.slotSize() == 2) {
            pop();
        }
        return kind == TypeKind.VOID ? UNKNOWN : pop();
    }

    /** The instructions that only move what is on the stack, JVMS 6.5. */
    void move(Opcode opcode) {
        switch (opcode) {
            case POP -> pop();
            case POP2 -> take(2);
            case DUP -> duplicate(1, 0);
            case DUP_X1 -> duplicate(1, 1);
            case DUP_X2 -> duplicate(1, 2);
            case DUP2 -> duplicate(2, 0);
            case DUP2_X1 -> duplicate(2, 1);
            case DUP2_X2 -> duplicate(2, 2);
            case SWAP -> {
                Set<Value> top = pop();
                Set<Value> below = pop();
                push(top);
                push(below);
            }
            default -> throw new IllegalArgumentException(opcode + " does more than move");
        }
    }

    /** Puts a copy of the top slots below the slots that are under them. */
    private void duplicate(int slots, int below) {
        List<Set<Value>> top = take(slots);
        List<Set<Value>> under = take(below);
        stack.addAll(top);
        stack.addAll(under);
        stack.addAll(top);
    }

    private List<Set<Value>> take(int slots) {
        List<Set<Value>> taken = new ArrayList<>();
        for (int i = 0; i < slots; i++) {
            taken.addFirst(pop());
        }
        return taken;
    }
}
