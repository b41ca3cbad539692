package ringfort.rules;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ringfort.rules.ClassCode.Call;
import ringfort.rules.ClassCode.Function;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.ClassCode.Use;

/**
 * Who may call whom among imported classes: class hierarchy analysis (J. Dean, D. Grove, C. Chambers, ECOOP 1995) with
 * lambdas.
 *
 * <ul>
 *   <li>A call through a type that was imported reaches the method it resolves to, everything imported that overrides
 *       it, and each lambda or method reference made for that interface.
 *   <li>A lambda or method reference runs where it was made, so that a method reaches what its lambdas reach; unless it
 *       is {@link #handed handed over} in the same statement, or through a local variable, to a parameter marked
 *       {@code @OnWorker} or {@code @OffWorker} or to something of the JDK that runs it on another thread.
 *   <li>A call through a type of the JDK ({@code Runnable.run}) ends there: following it would connect everything with
 *       everything. So do reflection and method handles.
 * </ul>
 */
final class CallGraph {
    /** A way from one method into another: {@code via} is what the call names, {@code to} what it may run. */
    record Edge(Code from, Code to, Code via, int line) {}

    /** A lambda or method reference that {@code by} makes and has run elsewhere, on a worker or off. */
    record Handed(Code by, Function function, Mark mark, List<Code> bodies) {}

    private final Map<String, ClassCode> classes = new LinkedHashMap<>();
    private final Map<String, JavaClass> known = new HashMap<>();
    private final Map<Code, MethodCode> methods = new LinkedHashMap<>();
    private final Map<String, Set<String>> supertypes = new HashMap<>();
    private final Map<String, List<ClassCode>> subtypes = new HashMap<>();
    private final Map<String, List<Function>> functions = new HashMap<>();
    private final Map<Code, List<Edge>> edges = new HashMap<>();
    private final List<Handed> handed = new ArrayList<>();

    CallGraph(Collection<JavaClass> imported) {
        for (JavaClass type : imported) {
            ClassCode code = ClassReader.read(type);
            classes.put(code.name(), code);
            code.methods().forEach(method -> methods.put(method.code(), method));
            known.put(type.getName(), type);
        }
        for (JavaClass type : imported) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                known.putIfAbsent(dependency.getTargetClass().getName(), dependency.getTargetClass());
            }
        }
        for (ClassCode type : classes.values()) {
            for (String supertype : supertypes(type.name())) {
                subtypes.computeIfAbsent(supertype, _ -> new ArrayList<>()).add(type);
            }
        }
        for (MethodCode method : methods.values()) {
            for (Use use : method.uses()) {
                if (use instanceof Function function) {
                    for (String type : supertypes(function.function())) {
                        functions.computeIfAbsent(type, _ -> new ArrayList<>()).add(function);
                    }
                }
            }
        }
        methods.values().forEach(this::connect);
    }

    private void connect(MethodCode method) {
        List<Edge> out = new ArrayList<>();
        Map<Function, Mark> handedOver = handedOver(method);
        for (Use use : method.uses()) {
            switch (use) {
                case Call call -> connect(out, method, call.target(), call.dispatched(), call.line());
                case Function function -> {
                    Mark mark = handedOver.getOrDefault(function, Mark.NONE);
                    if (mark == Mark.NONE) {
                        connect(out, method, function.body(), function.dispatched(), function.line());
                    } else {
                        List<Code> bodies = resolve(function.body(), function.dispatched());
                        handed.add(new Handed(method.code(), function, mark, bodies));
                    }
                }
                default -> {}
            }
        }
        edges.put(method.code(), out);
    }

    private void connect(List<Edge> out, MethodCode method, Code via, boolean dispatched, int line) {
        for (Code to : resolve(via, dispatched)) {
            out.add(new Edge(method.code(), to, via, line));
        }
    }

    /** What is given to code that runs it elsewhere, and to nobody else. */
    private Map<Function, Mark> handedOver(MethodCode method) {
        Map<Function, Mark> marks = new HashMap<>();
        for (Use use : method.uses()) {
            if (use instanceof Call call) {
                for (int i = 0; i < call.arguments().size(); i++) {
                    if (call.arguments().get(i) instanceof Function function) {
                        Mark mark = parameterMark(call.target(), i);
                        marks.merge(function, mark, (one, other) -> one == other ? one : Mark.NONE);
                    }
                }
            }
        }
        return marks;
    }

    private Mark parameterMark(Code target, int index) {
        Mark mark = Mark.NONE;
        for (String type : supertypes(target.owner())) {
            MethodCode method = methods.get(new Code(type, target.name(), target.descriptor()));
            if (method != null) {
                mark = mark.orElse(method.parameterMarks().get(index));
            } else if (OtherThreads.run(type, target.name())) {
                mark = mark.orElse(Mark.OFF);
            }
        }
        return mark;
    }

    /** What a call may run: methods of imported classes, or the target itself where that is outside. */
    List<Code> resolve(Code target, boolean dispatched) {
        Set<Code> found = new LinkedHashSet<>();
        for (String type : supertypes(target.owner())) {
            Code declared = new Code(type, target.name(), target.descriptor());
            if (methods.containsKey(declared)) {
                found.add(declared);
                break;
            }
        }
        if (dispatched && classes.containsKey(target.owner())) {
            for (ClassCode subtype : subtypes.getOrDefault(target.owner(), List.of())) {
                MethodCode override = methods.get(new Code(subtype.name(), target.name(), target.descriptor()));
                if (override != null && !override.isStatic()) {
                    found.add(override.code());
                }
            }
            for (Function function : functions.getOrDefault(target.owner(), List.of())) {
                if (function.functionMethod().equals(target.name())) {
                    found.addAll(
                            methods.containsKey(function.body())
                                    ? List.of(function.body())
                                    : resolve(function.body(), function.dispatched()));
                }
            }
        }
        return found.isEmpty() ? List.of(target) : List.copyOf(found);
    }

    /** The type itself, then its superclasses and interfaces, nearest first; also of types that were not imported. */
    Set<String> supertypes(String type) {
        Set<String> done = supertypes.get(type);
        if (done != null) {
            return done;
        }
        Set<String> all = new LinkedHashSet<>();
        all.add(type);
        ClassCode code = classes.get(type);
        if (code != null) {
            code.supertypes().forEach(supertype -> all.addAll(supertypes(supertype)));
        } else if (known.containsKey(type)) {
            known.get(type).getAllRawSuperclasses().forEach(supertype -> all.add(supertype.getName()));
            known.get(type).getAllRawInterfaces().forEach(supertype -> all.add(supertype.getName()));
        }
        supertypes.put(type, all);
        return all;
    }

    boolean isA(String type, String supertype) {
        return supertypes(type).contains(supertype);
    }

    Collection<MethodCode> methods() {
        return methods.values();
    }

    @Nullable MethodCode method(Code code) {
        return methods.get(code);
    }

    Collection<ClassCode> classes() {
        return classes.values();
    }

    List<Edge> edgesFrom(Code code) {
        return edges.getOrDefault(code, List.of());
    }

    List<Handed> handed() {
        return handed;
    }

    /** Methods of imported classes that are the one method of an interface: overrides and lambdas. */
    Set<Code> implementations(String interfaceName, String methodName) {
        Set<Code> found = new LinkedHashSet<>();
        for (ClassCode subtype : subtypes.getOrDefault(interfaceName, List.of())) {
            for (MethodCode method : subtype.methods()) {
                if (method.code().name().equals(methodName)
                        && !method.isStatic()
                        && !method.uses().isEmpty()) {
                    found.add(method.code());
                }
            }
        }
        for (Function function : functions.getOrDefault(interfaceName, List.of())) {
            if (function.functionMethod().equals(methodName)) {
                found.addAll(resolve(function.body(), function.dispatched()));
            }
        }
        found.removeIf(code -> !methods.containsKey(code));
        return found;
    }

    /**
     * Whether a method is the worker's own: by its mark, that of a method it overrides, or that of its type or a
     * supertype. A constructor is so by its own mark only: while an object is made nobody else has it. Lambdas and static
     * initializers are nobody's: they run where they are made, and where the class is first used.
     */
    Mark mark(Code code) {
        if (code.isLambda() || code.name().equals(Code.STATIC_INITIALIZER)) {
            return Mark.NONE;
        }
        MethodCode own = methods.get(code);
        if (code.name().equals(Code.CONSTRUCTOR)) {
            return own == null ? Mark.NONE : own.mark();
        }
        Mark ofMethod = Mark.NONE;
        Mark ofType = RingTypes.mark(code);
        for (String type : supertypes(code.owner())) {
            MethodCode declared = methods.get(new Code(type, code.name(), code.descriptor()));
            if (declared != null) {
                ofMethod = ofMethod.orElse(declared.mark());
            }
            ClassCode declaring = classes.get(type);
            if (declaring != null) {
                ofType = ofType.orElse(declaring.mark());
            }
        }
        return ofMethod.orElse(ofType);
    }

    /** Whether a field of an imported class is declared volatile. */
    boolean isVolatile(String owner, String field) {
        JavaClass type = known.get(owner);
        return type != null
                && type.tryGetField(field)
                        .map(found -> found.getModifiers().contains(JavaModifier.VOLATILE))
                        .orElse(false);
    }

    String sourceFile(Code code) {
        ClassCode type = classes.get(code.owner());
        return type == null ? "" : type.sourceFile();
    }
}
