package ringfort.rules;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.Use.Call;
import ringfort.rules.Use.Function;

/** Which code is a worker's, and which parameters take tasks for one: what the annotations say, and what follows. */
final class Marks {
    /** What every object has: unless its class says otherwise, any thread may ask for it. */
    private static final Set<String> OF_OBJECT = Set.of(
            "equals(Ljava/lang/Object;)Z",
            "hashCode()I",
            "toString()Ljava/lang/String;",
            "getClass()Ljava/lang/Class;");

    private final Types types;
    private final Map<Code, Mark> known = new HashMap<>();
    private final Set<Code> tasksOfWorkers = new HashSet<>();
    private final Set<String> takingTasks = new HashSet<>(); // names of methods that are worth a look

    Marks(Types types) {
        this.types = types;
        takingTasks.addAll(OtherThreads.names());
        RingTypes.TASKS.values().forEach(methods -> takingTasks.addAll(methods.keySet()));
        for (MethodCode method : types.methods()) {
            if (method.parameterMarks().stream().anyMatch(mark -> mark != Mark.NONE)) {
                takingTasks.add(method.code().name());
            }
        }
    }

    /** Adds what a task object runs that is given to workers, and to nothing else. */
    void addTask(Code code) {
        tasksOfWorkers.add(code);
    }

    /**
     * Whether a method is the worker's own: by its mark, that of a method it overrides, or that of its type or a
     * supertype. A constructor is so by its own mark only: while an object is made nobody else has it. Lambdas and static
     * initializers are nobody's: they run where they are made, and where the class is first used.
     */
    Mark of(Code code) {
        return tasksOfWorkers.contains(code) ? Mark.ON : known.computeIfAbsent(code, this::declared);
    }

    private Mark declared(Code code) {
        if (code.isLambda() || code.name().equals(Code.STATIC_INITIALIZER)) {
            return Mark.NONE;
        }
        MethodCode own = types.method(code);
        if (code.name().equals(Code.CONSTRUCTOR)) {
            return own == null ? Mark.NONE : own.mark();
        }
        Mark ofMethod = Mark.NONE;
        Mark ofType = RingTypes.mark(code);
        boolean isDeclared = !OF_OBJECT.contains(code.name() + code.descriptor());
        Set<String> descriptors = types.descriptors(code);
        for (String type : types.supertypes(code.owner())) {
            for (String descriptor : descriptors) {
                MethodCode declared = types.method(new Code(type, code.name(), descriptor));
                if (declared != null) {
                    isDeclared = true;
                    ofMethod = ofMethod.orElse(declared.mark());
                }
            }
            ClassCode declaring = types.imported(type);
            if (declaring != null) {
                ofType = ofType.orElse(declaring.mark());
            }
        }
        return isDeclared ? ofMethod.orElse(ofType) : Mark.NONE;
    }

    /** Tells whether the code is a task object's, and such objects are given to workers alone. */
    boolean isTask(Code code) {
        return tasksOfWorkers.contains(code);
    }

    /** The mark of the method that a function implements, which makes its body the worker's. */
    Mark of(Function function) {
        for (Code method : types.abstractMethods(function.type())) {
            if (method.name().equals(function.method())) {
                Mark mark = of(new Code(function.type(), method.name(), method.descriptor()));
                if (mark != Mark.NONE) {
                    return mark;
                }
            }
        }
        return Mark.NONE;
    }

    /** What imported classes run when a marked method is called on them, though the code itself may not know of the mark. */
    Set<Code> implementations() {
        Set<Code> found = new LinkedHashSet<>(tasksOfWorkers);
        for (ClassCode type : types.classes()) {
            for (String supertype : types.supertypes(type.name())) {
                ClassCode declaring = types.imported(supertype);
                if (declaring != null) {
                    for (MethodCode method : declaring.methods()) {
                        addImplementation(type, method, found);
                    }
                }
            }
        }
        return found;
    }

    private void addImplementation(ClassCode type, MethodCode method, Set<Code> found) {
        if (of(method.code()) != Mark.ON) {
            return;
        }
        found.add(method.code());
        boolean inherited = !method.isStatic() && !method.code().name().equals(Code.CONSTRUCTOR);
        MethodCode body = inherited
                ? types.implementation(
                        type.name(), method.code().name(), method.code().descriptor())
                : null;
        if (body != null) {
            found.add(body.code());
        }
    }

    /** Where a task runs that is given to a parameter: the mark there, or another thread of the JDK's. */
    Mark ofParameter(Call call, int index, ValueFlow flow) {
        Code target = call.target();
        if (!takingTasks.contains(target.name()) && !target.name().endsWith("Async")) {
            return Mark.NONE;
        }
        Mark mark = Mark.NONE;
        for (Value receiver : flow.origins(call.receiver.values())) {
            String type = ValueFlow.typeOf(receiver);
            if (types.isImported(type) && !type.equals(target.owner()) && types.isA(type, target.owner())) {
                mark = mark.orElse(ofParameter(new Code(type, target.name(), target.descriptor()), index));
            }
        }
        mark = mark.orElse(ofParameter(target, index));
        return mark == Mark.OFF && OtherThreads.isStage(target.owner()) ? ofExecutor(call, flow) : mark;
    }

    /** A stage's task runs where the executor that is given with it runs tasks. */
    private Mark ofExecutor(Call call, ValueFlow flow) {
        for (ValueSet argument : call.arguments) {
            for (Value executor : flow.origins(argument.values())) {
                String type = ValueFlow.typeOf(executor);
                if (types.isImported(type) && types.isA(type, "java.util.concurrent.Executor")) {
                    return ofParameter(new Code(type, "execute", "(Ljava/lang/Runnable;)V"), 0);
                }
            }
        }
        return Mark.OFF;
    }

    private Mark ofParameter(Code target, int index) {
        Mark mark = Mark.NONE;
        Set<String> descriptors = types.descriptors(target);
        for (String type : types.supertypes(target.owner())) {
            boolean declared = false;
            for (String descriptor : descriptors) {
                MethodCode method = types.method(new Code(type, target.name(), descriptor));
                if (method != null) {
                    declared = true;
                    mark = mark.orElse(method.parameterMarks().get(index));
                }
            }
            mark = mark.orElse(RingTypes.parameterMark(type, target.name(), index));
            if (!declared && OtherThreads.run(type, target.name())) {
                mark = mark.orElse(Mark.OFF);
            }
        }
        return mark;
    }
}
