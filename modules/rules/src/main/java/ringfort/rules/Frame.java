package ringfort.rules;

import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operand stack and the local variables at one point of a method (JVMS 2.6), each with all the values it may hold. A
 * {@code long} or {@code double} takes two slots, as it does for {@code dup2} and its like.
 */
final class Frame {
    private static final Set<Value> UNKNOWN = Set.of(Value.UNKNOWN);

    private final List<Set<Value>> stack;
    private @Nullable Set<Value>[] locals; // null where no way has stored anything

    /**
     * A frame.
     *
     * @param maxLocals how many slots for variables the method has; more are made where its class file is wrong
     */
    Frame(int maxLocals) {
        this(new ArrayList<>(), array(maxLocals));
    }

    private Frame(List<Set<Value>> stack, @Nullable Set<Value>[] locals) {
        this.stack = stack;
        this.locals = locals;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of a generic type
    private static @Nullable Set<Value>[] array(int size) {
        return (@Nullable Set<Value>[]) new Set[size];
    }

    Frame copy() {
        return new Frame(new ArrayList<>(stack), locals.clone());
    }

    /** The same variables, and nothing on the stack but an exception: what a handler begins with. */
    Frame atHandler() {
        Frame handler = new Frame(new ArrayList<>(), locals.clone());
        handler.push(UNKNOWN);
        return handler;
    }

    /** Takes in what another way brings to this point, and tells whether it brought anything new. */
    boolean merge(Frame other) {
        boolean changed = false;
        for (int i = 0; i < Math.min(stack.size(), other.stack.size()); i++) {
            Set<Value> before = stack.get(i);
            Set<Value> both = ValueSet.join(before, other.stack.get(i));
            changed |= both.size() != before.size();
            stack.set(i, both);
        }
        return mergeLocals(other) || changed;
    }

    /** {@link #merge} of the variables alone: what a handler of exceptions takes in. */
    boolean mergeLocals(Frame other) {
        boolean changed = false;
        for (int slot = 0; slot < other.locals.length; slot++) {
            Set<Value> brought = other.locals[slot];
            Set<Value> before = slot < locals.length ? locals[slot] : null;
            if (brought != null) {
                Set<Value> both = before == null ? brought : ValueSet.join(before, brought);
                if (before == null || both.size() != before.size()) {
                    changed = true;
                    setLocal(slot, both);
                }
            }
        }
        return changed;
    }

    Set<Value> local(int slot) {
        Set<Value> values = slot < locals.length ? locals[slot] : null;
        return values == null ? UNKNOWN : values;
    }

    void setLocal(int slot, Set<Value> values) {
        if (slot >= locals.length) {
            locals = Arrays.copyOf(locals, slot + 1);
        }
        locals[slot] = values;
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
