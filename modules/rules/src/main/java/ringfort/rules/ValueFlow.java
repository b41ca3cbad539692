package ringfort.rules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.LocalUses.Consumer;
import ringfort.rules.Use.ArrayMade;
import ringfort.rules.Use.Call;
import ringfort.rules.Use.Concatenation;
import ringfort.rules.Use.FieldUse;
import ringfort.rules.Use.Function;
import ringfort.rules.Use.Made;

/**
 * Where values come from and where they go, from method to method: through parameters, results, fields, arrays and what
 * lambdas take along. A field holds what any imported code puts there, whichever object it belongs to; a parameter is what
 * any imported caller gives.
 */
final class ValueFlow {
    /** More places than these are not followed for one value; it is then not known where it comes from. */
    private static final int MOST_PLACES = 400;

    /** Containers have much in them, and most of it leads nowhere. */
    private static final int MOST_PLACES_IN_CONTAINERS = 150;

    /** Arrays whose elements come from arrays are followed so deep. */
    private static final int MOST_NESTED = 2;

    private static final Set<String> FILLING = Set.of("add", "addFirst", "addLast", "addAll", "offer", "push");

    private final Types types;
    private final Targets targets;
    private final Map<Called, List<Call>> calls = new LinkedHashMap<>();
    private final Map<Code, List<Called>> calledAs = new HashMap<>();
    private final Map<Code, List<Call>> callers = new HashMap<>();
    private final Map<Code, List<Function>> functionsOfBody = new HashMap<>();
    private final Map<Code, List<Use.Return>> returns = new HashMap<>();
    private final Map<Called, Set<Value>> returned = new HashMap<>();
    private final Map<String, List<FieldUse>> writes = new HashMap<>();
    private final Map<String, List<FieldUse>> reads = new HashMap<>();
    private final Map<String, List<Set<Value>>> putIntoFields = new HashMap<>();
    private final Map<Code, LocalUses> local = new HashMap<>();
    private final Map<Object, Set<Value>> origins = new HashMap<>();
    private final Map<Set<Value>, Set<Value>> sameOrigins = new HashMap<>();
    private int nested;

    ValueFlow(Types types, Targets targets) {
        this.types = types;
        this.targets = targets;
        types.methods().forEach(this::index);
        for (Called called : calls.keySet()) {
            for (Code target : targets.of(called.by(), called.isDispatched())) {
                if (types.method(target) != null) {
                    calledAs.computeIfAbsent(target, _ -> new ArrayList<>(1)).add(called);
                }
            }
        }
    }

    private void index(MethodCode method) {
        for (Use use : method.uses()) {
            switch (use) {
                case Call call ->
                    calls.computeIfAbsent(new Called(call), _ -> new ArrayList<>(2))
                            .add(call);
                case Function function -> {
                    for (Code body : targets.of(function.body(), function.isDispatched())) {
                        functionsOfBody
                                .computeIfAbsent(body, _ -> new ArrayList<>(1))
                                .add(function);
                    }
                }
                case FieldUse access ->
                    (access.isWrite() ? writes : reads)
                            .computeIfAbsent(fieldName(access), _ -> new ArrayList<>(2))
                            .add(access);
                case Use.Return end ->
                    returns.computeIfAbsent(method.code(), _ -> new ArrayList<>(1))
                            .add(end);
                default -> {}
            }
            LocalUses.forEachPut(use, (container, what) -> {
                if (container instanceof FieldUse field) {
                    putIntoFields
                            .computeIfAbsent(fieldName(field), _ -> new ArrayList<>(2))
                            .add(what);
                }
            });
        }
    }

    private String fieldName(FieldUse field) {
        return types.fieldName(field.owner(), field.name());
    }

    private LocalUses local(Value value) {
        Code in = LocalUses.methodOf(value);
        MethodCode method = in == null ? null : types.method(in);
        return method == null ? LocalUses.NONE : local.computeIfAbsent(method.code(), _ -> LocalUses.of(method));
    }

    List<Consumer> consumers(Value value) {
        return local(value).consumers(value);
    }

    /** The places that read a field, by the name {@link Types#fieldName} gives it. */
    List<FieldUse> reads(String field) {
        return reads.getOrDefault(field, List.of());
    }

    /** The calls that may run an imported method. */
    List<Call> callers(Code method) {
        List<Call> known = callers.get(method);
        if (known == null) {
            List<Called> as = calledAs.getOrDefault(method, List.of());
            known = as.size() == 1
                    ? calls.getOrDefault(as.getFirst(), List.of())
                    : as.stream()
                            .flatMap(called -> calls.getOrDefault(called, List.of()).stream())
                            .toList();
            callers.put(method, known);
        }
        return known;
    }

    /** The lambdas and method references that run a method. */
    List<Function> functionsOf(Code body) {
        return functionsOfBody.getOrDefault(body, List.of());
    }

    /** What imported code that a call may run returns. */
    Set<Value> results(Call call) {
        ArrayDeque<Value> found = new ArrayDeque<>();
        returned(call, found);
        return new LinkedHashSet<>(found);
    }

    /** What imported callers give for a parameter, or lambdas take along for it. */
    Set<Value> argumentsFor(Value.Parameter parameter) {
        ArrayDeque<Value> found = new ArrayDeque<>();
        given(parameter, found);
        return new LinkedHashSet<>(found);
    }

    /** The call that initializes an object just made; null when it is in another method. */
    @Nullable Call constructorCall(Made made) {
        for (Consumer consumer : consumers(made)) {
            if (consumer.by() instanceof Call call && consumer.index() == LocalUses.RECEIVER && call.isConstructor()) {
                return call;
            }
        }
        return null;
    }

    // Where values come from.

    /** Where the values come from in the end, as far as imported code shows it. */
    Set<Value> origins(Collection<Value> values) {
        Set<Value> all = new LinkedHashSet<>();
        for (Value value : values) {
            if (isEnd(value)) {
                all.add(value);
                continue;
            }
            Object place = place(value);
            Set<Value> known = origins.get(place);
            if (known == null) {
                known = origins(Set.of(value), false);
                known = sameOrigins.computeIfAbsent(known, Set::copyOf);
                origins.put(place, known);
            }
            if (values.size() == 1) {
                return known;
            }
            all.addAll(known);
        }
        return all;
    }

    /**
     * What the origins of a value depend on: all reads of one field have the same, and all calls of one method that was
     * imported. So they are looked for once, and kept once.
     */
    private Object place(Value value) {
        if (value instanceof FieldUse field) {
            String name = fieldName(field);
            return writes.containsKey(name) ? name : value;
        }
        if (value instanceof Call call && isReturnedByTargets(call)) {
            return new Called(call);
        }
        return value;
    }

    /** All calls that name one method in one way: they may run, and return, what any of them does. */
    private record Called(Code by, boolean isDispatched) {
        Called(Call call) {
            this(call.target(), call.isDispatched());
        }

        @Override
        public int hashCode() {
            return by.hashCode() * 2 + (isDispatched ? 1 : 0);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Called called && isDispatched == called.isDispatched && by.equals(called.by);
        }
    }

    private boolean isReturnedByTargets(Call call) {
        return !call.target().owner().startsWith("ringfort.api.")
                && !isRequireNonNull(call)
                && !returnedByTargets(call).isEmpty();
    }

    private Set<Value> returnedByTargets(Call call) {
        return returned.computeIfAbsent(new Called(call), _ -> {
            Set<Value> found = new LinkedHashSet<>();
            for (Code target : targets.of(call.target(), call.isDispatched())) {
                returns.getOrDefault(target, List.of())
                        .forEach(end -> found.addAll(end.value().values()));
            }
            return Set.copyOf(found);
        });
    }

    private static boolean isRequireNonNull(Call call) {
        return call.target().owner().equals("java.util.Objects")
                && call.target().name().startsWith("requireNonNull");
    }

    /** {@link #origins}, and what went into objects of the JDK from which the values may have been taken. */
    Set<Value> originsThroughContainers(Collection<Value> values) {
        return origins(values, true);
    }

    private Set<Value> origins(Collection<Value> values, boolean throughContainers) {
        int most = throughContainers ? MOST_PLACES_IN_CONTAINERS : MOST_PLACES;
        Set<Value> ends = new LinkedHashSet<>();
        Set<Value> seen = new HashSet<>(values);
        ArrayDeque<Value> next = new ArrayDeque<>(values);
        for (Value value = next.poll(); value != null; value = next.poll()) {
            if (seen.size() > most) {
                ends.add(Value.UNKNOWN);
                return ends;
            }
            Set<Value> known = throughContainers ? null : origins.get(place(value));
            if (known != null) {
                ends.addAll(known);
                continue;
            }
            ArrayDeque<Value> found = new ArrayDeque<>();
            if (!back(value, found, throughContainers)) {
                ends.add(value);
            }
            for (Value origin : found) {
                if (seen.add(origin)) {
                    next.add(origin);
                }
            }
        }
        return ends;
    }

    private static boolean isEnd(Value value) {
        return !(value instanceof Value.Parameter
                || value instanceof FieldUse
                || value instanceof Value.Element
                || value instanceof Call);
    }

    /** One step back; false if there is none, so that the value is an end. */
    private boolean back(Value value, ArrayDeque<Value> into, boolean throughContainers) {
        return switch (value) {
            case Value.Parameter parameter -> given(parameter, into);
            case FieldUse field -> written(field, into);
            case Value.Element(Value array) -> elements(array, into, throughContainers);
            case Call call -> {
                boolean isKnown = returned(call, into);
                if (!isKnown && throughContainers) {
                    throughContainer(call, into);
                }
                yield isKnown;
            }
            default -> false;
        };
    }

    private boolean written(FieldUse field, ArrayDeque<Value> into) {
        writes.getOrDefault(fieldName(field), List.of()).forEach(write -> into.addAll(write.written.values()));
        return !into.isEmpty();
    }

    private boolean elements(Value array, ArrayDeque<Value> into, boolean throughContainers) {
        if (nested == MOST_NESTED) {
            return false;
        }
        nested++;
        for (Value made : origins(Set.of(array), throughContainers)) {
            if (made instanceof ArrayMade ofMethod) {
                into.addAll(ofMethod.elements.values());
            } else if (!(made instanceof Use.Text)) {
                into.add(made);
            }
            putIntoOf(made).forEach(into::addAll);
        }
        nested--;
        putIntoOf(array).forEach(into::addAll);
        return !into.isEmpty();
    }

    private List<Set<Value>> putIntoOf(Value container) {
        return container instanceof FieldUse field
                ? putIntoFields.getOrDefault(fieldName(field), List.of())
                : local(container).putInto(container);
    }

    /** What callers give for a parameter. The object of a method is what it is: its class is all that counts. */
    private boolean given(Value.Parameter parameter, ArrayDeque<Value> into) {
        MethodCode method = types.method(parameter.of());
        if (method == null
                || (!method.isStatic()
                        && parameter.index() == 0
                        && !parameter.of().isLambda())) {
            return false;
        }
        int self = method.isStatic() ? 0 : 1;
        boolean known = false;
        for (Call call : callers(parameter.of())) {
            int index = parameter.index() - self;
            if (index >= 0 && index < call.arguments.size()) {
                into.addAll(call.arguments.get(index).values());
                known = true;
            }
        }
        for (Function function : functionsOfBody.getOrDefault(parameter.of(), List.of())) {
            int made = parameter.of().name().equals(Code.CONSTRUCTOR) ? 1 : 0;
            int index = parameter.index() - made;
            if (index >= 0 && index < function.captured.size()) {
                into.addAll(function.captured.get(index).values());
                known = true;
            } else if (index >= 0) {
                known |= givenToFunction(function, index - function.captured.size(), into);
            }
        }
        return known && !into.isEmpty();
    }

    /** What is given to the method of a functional interface, where the interface is imported. */
    private boolean givenToFunction(Function function, int index, ArrayDeque<Value> into) {
        boolean known = false;
        for (Call call : targets.callsOf(function.type(), function.method())) {
            if (index < call.arguments.size()) {
                into.addAll(call.arguments.get(index).values());
                known = true;
            }
        }
        return known;
    }

    private boolean returned(Call call, ArrayDeque<Value> into) {
        if (call.target().owner().startsWith("ringfort.api.")) {
            return false; // what the API returns is known by the method's name, also where its code was imported
        }
        if (isRequireNonNull(call)) {
            into.addAll(call.arguments.getFirst().values());
            return true;
        }
        into.addAll(returnedByTargets(call));
        if (into.isEmpty()) {
            for (Value receiver : call.receiver.values()) {
                if (receiver instanceof Function function
                        && function.method().equals(call.target().name())) {
                    for (Code body : targets.of(function.body(), function.isDispatched())) {
                        returns.getOrDefault(body, List.of())
                                .forEach(end -> into.addAll(end.value().values()));
                    }
                }
            }
        }
        return !into.isEmpty();
    }

    /** A step back over a call of something that was not imported: to all that went into it, and into its receiver. */
    private void throughContainer(Call call, ArrayDeque<Value> into) {
        if (types.isImported(call.target().owner()) || call.target().owner().startsWith("ringfort.")) {
            return;
        }
        into.addAll(call.receiver.values());
        call.arguments.forEach(argument -> into.addAll(argument.values()));
        call.receiver.values().forEach(receiver -> putIntoOf(receiver).forEach(into::addAll));
        // The call stays among the ends: what it returns may be something else.
    }

    // Where values go.

    /** On which threads what a function does, or a task object, is done: {@link Mark#NONE} for the one that makes it. */
    Set<Mark> sinks(Value value, BiFunction<Call, Integer, Mark> parameterMark) {
        Set<Mark> found = EnumSet.noneOf(Mark.class);
        Set<Value> seen = new HashSet<>(Set.of(value));
        ArrayDeque<Value> next = new ArrayDeque<>(seen);
        for (Value at = next.poll(); at != null; at = next.poll()) {
            for (Consumer consumer : consumers(at)) {
                ArrayDeque<Value> further = new ArrayDeque<>();
                found.addAll(forward(consumer, further, parameterMark));
                for (Value to : further) {
                    if (seen.add(to)) {
                        next.add(to);
                    }
                }
            }
            if (seen.size() > MOST_PLACES) {
                found.add(Mark.NONE);
                return found;
            }
        }
        if (found.isEmpty()) {
            found.add(Mark.NONE);
        }
        return found;
    }

    private Set<Mark> forward(
            Consumer consumer, ArrayDeque<Value> further, BiFunction<Call, Integer, Mark> parameterMark) {
        switch (consumer.by()) {
            case Call call
            when consumer.index() == LocalUses.RECEIVER -> {
                return call.isConstructor() || fills(call) ? Set.of() : Set.of(Mark.NONE);
            }
            case Call call -> {
                return forward(call, consumer.index(), further, parameterMark);
            }
            case Function function -> {
                for (Code body : targets.of(function.body(), function.isDispatched())) {
                    parameter(body, consumer.index(), further);
                }
                return Set.of();
            }
            case FieldUse write -> further.addAll(reads(fieldName(write)));
            case Use.ArrayStore store -> further.addAll(store.array().values());
            case Use.Return _ -> further.addAll(callers(consumer.in().code()));
            default -> {}
        }
        return further.isEmpty() ? Set.of(Mark.NONE) : Set.of();
    }

    private Set<Mark> forward(
            Call call, int index, ArrayDeque<Value> further, BiFunction<Call, Integer, Mark> parameterMark) {
        Mark mark = parameterMark.apply(call, index);
        if (mark != Mark.NONE) {
            return Set.of(mark);
        }
        boolean imported = false;
        for (Code target : targets.of(call.target(), call.isDispatched())) {
            MethodCode method = types.method(target);
            if (method != null) {
                imported = true;
                parameter(target, index + (method.isStatic() ? 0 : 1), further);
            }
        }
        if (imported) {
            return Set.of();
        }
        boolean isKept = fills(call) && call.receiver.values().stream().allMatch(Made.class::isInstance);
        if (isKept) {
            further.addAll(call.receiver.values()); // whatever happens to the collection happens to the task
            return Set.of();
        }
        String type = call.target().parameterTypes().get(index);
        boolean runsIt = types.isInterface(type) && !types.isA(type, "java.util.Collection");
        if (runsIt && !call.isConstructor()) {
            return Set.of(Mark.NONE);
        }
        if (call.isConstructor()) {
            further.addAll(call.receiver.values());
        } else if (!call.target().returnsPrimitive()) {
            further.add(call);
        } else {
            return Set.of(Mark.NONE);
        }
        return Set.of();
    }

    /** Tells whether all that a call does is to put something into a collection of the JDK. */
    private boolean fills(Call call) {
        return FILLING.contains(call.target().name())
                && !types.isImported(call.target().owner())
                && types.isA(call.target().owner(), "java.util.Collection");
    }

    private void parameter(Code of, int index, ArrayDeque<Value> further) {
        MethodCode method = types.method(of);
        if (method == null) {
            return;
        }
        List<String> parameters = of.parameterTypes();
        int self = method.isStatic() ? 0 : 1;
        if (index < self) {
            further.add(new Value.Parameter(of, 0, of.owner()));
        } else if (index - self < parameters.size()) {
            further.add(new Value.Parameter(of, index, parameters.get(index - self)));
        }
    }

    /** The type a value is declared with, or was made as; empty if nothing says so. */
    static String typeOf(Value value) {
        return switch (value) {
            case Value.Parameter parameter -> parameter.type();
            case FieldUse field -> field.type();
            case Call call -> call.target().returnType();
            case Made made -> made.type();
            case Function function -> function.type();
            case Use.Text _, Concatenation _ -> "java.lang.String";
            case ArrayMade _, Value.Element _, Value.IntConstant _, Value.Unknown _ -> "";
        };
    }
}
