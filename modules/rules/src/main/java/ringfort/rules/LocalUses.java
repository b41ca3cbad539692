package ringfort.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.Use.Call;
import ringfort.rules.Use.Concatenation;
import ringfort.rules.Use.FieldUse;
import ringfort.rules.Use.Function;

/**
 * Where the values of one method go within that method, which is the only place where they go: from method to method they
 * are other values. It is made for the methods that are asked about, which are few of a large project.
 */
final class LocalUses {
    /**
     * A place that takes a value.
     *
     * @param by a call, a function that takes the value along, a write of a field, an array, a return
     * @param index which parameter of the call it is, or which captured value; {@link #RECEIVER} for the object called
     */
    record Consumer(MethodCode in, Use by, int index) {}

    static final int RECEIVER = -1;

    static final LocalUses NONE = new LocalUses();

    private final Map<Value, List<Consumer>> consumers = new HashMap<>();
    private final Map<Value, List<Set<Value>>> putInto = new HashMap<>();

    private LocalUses() {}

    static LocalUses of(MethodCode method) {
        LocalUses made = new LocalUses();
        method.uses().forEach(use -> made.add(method, use));
        return made;
    }

    /** The method that a value belongs to; null for a value that is the same everywhere. */
    static @Nullable Code methodOf(Value value) {
        return switch (value) {
            case Value.Parameter parameter -> parameter.of();
            case Value.Element(Value array) -> methodOf(array);
            case Call call -> call.in();
            case Function function -> function.in();
            case FieldUse field -> field.in();
            case Use.Made made -> made.in();
            case Use.ArrayMade made -> made.in();
            case Use.Text text -> text.in();
            case Concatenation joined -> joined.in();
            case Value.IntConstant _, Value.Unknown _ -> null;
        };
    }

    List<Consumer> consumers(Value value) {
        return consumers.getOrDefault(value, List.of());
    }

    /** What calls give to an object, or stores to an array, in the order of the code. */
    List<Set<Value>> putInto(Value container) {
        return putInto.getOrDefault(container, List.of());
    }

    private void add(MethodCode method, Use use) {
        switch (use) {
            case Call call -> {
                consume(method, call.receiver, call, RECEIVER);
                for (int i = 0; i < call.arguments.size(); i++) {
                    consume(method, call.arguments.get(i), call, i);
                }
            }
            case Function function -> {
                for (int i = 0; i < function.captured.size(); i++) {
                    consume(method, function.captured.get(i), function, i);
                }
            }
            case FieldUse access -> consume(method, access.written, access, 0);
            case Use.ArrayStore store -> consume(method, store.value(), store, 0);
            case Use.Return end -> consume(method, end.value(), end, 0);
            case Concatenation joined -> {
                for (int i = 0; i < joined.arguments.size(); i++) {
                    consume(method, joined.arguments.get(i), joined, i);
                }
            }
            default -> {}
        }
        forEachPut(use, (container, what) -> {
            if (!(container instanceof FieldUse)) {
                putInto.computeIfAbsent(container, _ -> new ArrayList<>()).add(what);
            }
        });
    }

    private void consume(MethodCode in, ValueSet values, Use by, int index) {
        for (Value value : values.values()) {
            if (!value.equals(Value.UNKNOWN) && !(value instanceof Value.IntConstant)) {
                consumers.computeIfAbsent(value, _ -> new ArrayList<>()).add(new Consumer(in, by, index));
            }
        }
    }

    /** What calls give to an object may come out of it again: a map, a builder, an array. */
    static void forEachPut(Use use, BiConsumer<Value, Set<Value>> put) {
        if (use instanceof Call call) {
            for (ValueSet argument : call.arguments) {
                put(call.receiver, argument, put);
            }
        } else if (use instanceof Use.ArrayStore store) {
            put(store.array(), store.value(), put);
        }
    }

    private static void put(ValueSet into, ValueSet what, BiConsumer<Value, Set<Value>> put) {
        if (!what.values().isEmpty()) {
            for (Value container : into.values()) {
                if (!container.equals(Value.UNKNOWN)) {
                    put.accept(container, what.values());
                }
            }
        }
    }
}
