package ringfort.rules;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ringfort.rules.ClassCode.FieldCode;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.Use.Call;
import ringfort.rules.Use.Function;
import ringfort.rules.Use.Made;

/**
 * Who may call whom among imported classes.
 *
 * <ul>
 *   <li>Where it is known which objects a call may be made on, because they were made or their functions written in
 *       imported code, it reaches what those run. Where it is not, it reaches all that {@link Targets} finds.
 *   <li>A lambda or method reference runs where it was made, so that a method reaches what its lambdas reach; unless all
 *       that happens to it is that it is {@link #handed} to a parameter marked {@code @OnWorker} or {@code @OffWorker}, or
 *       to something of the JDK that runs it on another thread.
 *   <li>A call of something of the JDK ends there, except that it runs a task object that it is given for an interface.
 *       Reflection and method handles are not followed.
 * </ul>
 */
final class CallGraph {
    /**
     * A way from one method into another.
     *
     * @param via what the call names
     * @param to what it may run
     * @param call the call; null where a function is made
     * @param isCertain whether it is known that the call is made on an object, or the function, that leads there
     */
    record Edge(
            Code from,
            Code to,
            Code via,
            int line,
            @Nullable Call call,
            boolean isCertain) {
        @Override
        public int hashCode() {
            return to.hashCode() * 31 + line; // all that compares edges has one method they lead from
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other
                    || (other instanceof Edge edge
                            && line == edge.line
                            && call == edge.call
                            && isCertain == edge.isCertain
                            && to.equals(edge.to)
                            && via.equals(edge.via)
                            && from.equals(edge.from));
        }
    }

    /**
     * A function or a task object that {@code by} has run elsewhere, on a worker or off.
     *
     * @param isFunction whether it is a function; a task object's methods can be marked, a function's body cannot
     */
    record Handed(Code by, int line, Mark mark, List<Code> bodies, boolean isFunction) {}

    /** What a class file mentions in any case that has worker's code, or calls some: the mark, or types that are known. */
    private static final String[] WORKERS = {"ringfort/sys/OnWorker", "ringfort/ring/", "ringfort/poller/"};

    private final Project project;
    private final Types types;
    private final Targets targets;
    private final ValueFlow flow;
    private final Marks marks;
    private final Map<Code, List<Edge>> edges = new HashMap<>();
    private final List<Handed> handed = new ArrayList<>();
    private final Map<Function, Set<Mark>> sinks = new HashMap<>();
    private final boolean hasWorkers;
    private @Nullable Set<Code> workerCode;

    /** The graph of a project, which is made once. */
    static CallGraph of(Project project) {
        return project.derived(CallGraph.class, CallGraph::new);
    }

    private CallGraph(Project project) {
        this.project = project;
        this.types = new Types(project.hierarchy(), project.classes());
        this.targets = new Targets(types);
        this.flow = new ValueFlow(types, targets);
        this.marks = new Marks(types);
        this.hasWorkers = project.mentionsAny(WORKERS);
        if (hasWorkers) {
            taskObjects();
            types.methods().forEach(this::handOver);
        }
    }

    /**
     * Whether anything is a worker's. In most applications nothing is: it is then of no interest what is handed to other
     * threads, and ways to workers are not looked for.
     */
    boolean hasWorkers() {
        return hasWorkers;
    }

    // Tasks.

    /** Finds the classes whose objects are given to workers, or to other threads, as tasks. */
    private void taskObjects() {
        Map<String, Set<Mark>> sinks = new LinkedHashMap<>();
        Map<String, Made> firstMade = new HashMap<>();
        for (MethodCode method : types.methods()) {
            for (Use use : method.uses()) {
                if (use instanceof Made made && isTask(made.type())) {
                    sinks.computeIfAbsent(made.type(), _ -> EnumSet.noneOf(Mark.class))
                            .addAll(flow.sinks(made, this::parameterMark));
                    firstMade.putIfAbsent(made.type(), made);
                }
            }
        }
        sinks.forEach((type, found) -> {
            List<Code> bodies = taskMethods(type);
            if (found.equals(EnumSet.of(Mark.ON))) {
                bodies.forEach(marks::addTask);
            }
            for (Mark mark : found) {
                Made made = firstMade.get(type);
                if (mark != Mark.NONE && made != null) {
                    handed.add(new Handed(made.in(), made.line(), mark, bodies, false));
                }
            }
        });
    }

    private boolean isTask(String type) {
        return types.isImported(type) && types.supertypes(type).stream().anyMatch(types::isInterface);
    }

    /** What an object of the class runs for the interfaces it implements. */
    private List<Code> taskMethods(String type) {
        Set<Code> found = new LinkedHashSet<>();
        for (String supertype : types.supertypes(type)) {
            if (types.isInterface(supertype)) {
                found.addAll(methodsFor(type, supertype));
            }
        }
        return List.copyOf(found);
    }

    private List<Code> methodsFor(String type, String interfaceName) {
        List<Code> found = new ArrayList<>();
        for (Code method : types.abstractMethods(interfaceName)) {
            MethodCode body = types.implementation(type, method.name(), method.descriptor());
            if (body != null && !body.isAbstract()) {
                found.add(body.code());
            }
        }
        return found;
    }

    private Mark parameterMark(Call call, int index) {
        return marks.ofParameter(call, index, flow);
    }

    // Edges.

    private List<Edge> connect(MethodCode method) {
        Set<Edge> out = new LinkedHashSet<>();
        for (Use use : method.uses()) {
            switch (use) {
                case Call call -> {
                    connect(out, method, call);
                    tasksRunBy(call)
                            .forEach(
                                    to -> out.add(new Edge(method.code(), to, call.target(), call.line(), call, true)));
                }
                case Function function -> {
                    if (sinks(function).contains(Mark.NONE)) {
                        for (Code to : targets.bodies(function)) {
                            out.add(new Edge(method.code(), to, function.body(), function.line(), null, true));
                        }
                    }
                }
                default -> {}
            }
        }
        return List.copyOf(out);
    }

    private void handOver(MethodCode method) {
        for (Use use : method.uses()) {
            if (use instanceof Function function) {
                for (Mark sink : sinks(function)) {
                    if (sink != Mark.NONE) {
                        handed.add(new Handed(method.code(), function.line(), sink, targets.bodies(function), true));
                    }
                }
            }
        }
    }

    /** Where a function runs: by the mark of the method that it implements, or by where it is given. */
    private Set<Mark> sinks(Function function) {
        return sinks.computeIfAbsent(function, _ -> {
            Mark mark = marks.of(function);
            return mark == Mark.NONE ? flow.sinks(function, this::parameterMark) : Set.of(mark);
        });
    }

    private boolean isHandedOver(Function function) {
        return !sinks(function).contains(Mark.NONE);
    }

    /** What a call may run. */
    private void connect(Set<Edge> out, MethodCode method, Call call) {
        if (!call.isDispatched() || call.receiver.values().isEmpty()) {
            for (Code to : targets.of(call.target(), call.isDispatched())) {
                out.add(new Edge(method.code(), to, call.target(), call.line(), call, !call.isDispatched()));
            }
            return;
        }
        for (Value receiver : flow.origins(call.receiver.values())) {
            if (receiver instanceof Function function && isHandedOver(function)) {
                continue; // it is judged as the task of a worker, or of another thread
            }
            boolean isCertain = receiver instanceof Function || receiver instanceof Made;
            List<Code> found = switch (receiver) {
                case Function function -> targets(call.target(), function);
                case Made made -> List.of(target(call.target(), made.type()));
                default -> targets.of(narrowed(call.target(), receiver), true);
            };
            if (receiver instanceof Call source && isFunctional(call.target().owner())) {
                found = new ArrayList<>(found);
                found.addAll(takenFrom(source, call));
            }
            for (Code to : found) {
                if (!marks.isTask(to)) {
                    out.add(new Edge(method.code(), to, call.target(), call.line(), call, isCertain));
                }
            }
        }
    }

    /** The JDK's interfaces whose objects are kept to be run later. Of imported ones all implementations are found anyway. */
    private static boolean isFunctional(String type) {
        return type.startsWith("java.util.function.")
                || type.equals("java.lang.Runnable")
                || type.equals("java.util.concurrent.Callable");
    }

    /** What may run when a function or an object was taken from a map, a list or the like into which it was put. */
    private List<Code> takenFrom(Call source, Call call) {
        List<Code> found = new ArrayList<>();
        if (!types.isImported(source.target().owner())) {
            for (Value inside : flow.originsThroughContainers(Set.of(source))) {
                if (inside instanceof Function function
                        && types.isA(function.type(), call.target().owner())) {
                    found.addAll(targets(call.target(), function));
                } else if (inside instanceof Made made
                        && types.isA(made.type(), call.target().owner())) {
                    found.add(target(call.target(), made.type()));
                }
            }
        }
        return found;
    }

    private List<Code> targets(Code target, Function function) {
        if (function.method().equals(target.name())) {
            return targets.bodies(function);
        }
        return List.of(target(target, function.type()));
    }

    private Code target(Code target, String type) {
        if (!types.isA(type, target.owner())) {
            return target; // a value of another object, which came along through a field of all objects
        }
        MethodCode method = types.implementation(type, target.name(), target.descriptor());
        return method == null ? new Code(type, target.name(), target.descriptor()) : method.code();
    }

    /** A variable may say less of an object's type than the field or parameter it came from. */
    private Code narrowed(Code target, Value receiver) {
        String type = ValueFlow.typeOf(receiver);
        boolean saysMore = !type.equals(target.owner()) && types.isA(type, target.owner());
        return saysMore ? new Code(type, target.name(), target.descriptor()) : target;
    }

    /** What code outside runs of a task object it is given for one of its interfaces. */
    private List<Code> tasksRunBy(Call call) {
        if (types.isImported(call.target().owner())) {
            return List.of();
        }
        List<Code> found = new ArrayList<>();
        for (int i = 0; i < call.arguments.size(); i++) {
            String parameter = call.target().parameterTypes().get(i);
            if (!types.isInterface(parameter)) {
                continue;
            }
            for (Value value : flow.origins(call.arguments.get(i).values())) {
                if (value instanceof Made made
                        && types.isImported(made.type())
                        && types.isA(made.type(), parameter)
                        && parameterMark(call, i) == Mark.NONE) {
                    found.addAll(methodsFor(made.type(), parameter));
                }
            }
        }
        return found;
    }

    // What rules ask.

    Types types() {
        return types;
    }

    ValueFlow flow() {
        return flow;
    }

    List<Code> bodies(Function function) {
        return targets.bodies(function);
    }

    Collection<MethodCode> methods() {
        return types.methods();
    }

    @Nullable MethodCode method(Code code) {
        return types.method(code);
    }

    Collection<ClassCode> classes() {
        return types.classes();
    }

    boolean isA(String type, String supertype) {
        return types.isA(type, supertype);
    }

    /** The ways from a method, which are found when they are asked for first. */
    List<Edge> edgesFrom(Code code) {
        List<Edge> known = edges.get(code);
        if (known == null) {
            MethodCode method = types.method(code);
            known = method == null ? List.of() : connect(method);
            edges.put(code, known);
        }
        return known;
    }

    /** What is handed to workers and, where there are workers, to other threads. */
    List<Handed> handed() {
        return handed;
    }

    Set<Code> implementations(String interfaceName, String methodName) {
        return targets.implementations(interfaceName, methodName);
    }

    Mark mark(Code code) {
        return marks.of(code);
    }

    /** The worker's own by the target's mark, or by that of the type through which it is called. */
    boolean isWorkers(Edge edge) {
        return marks.of(edge.to()) == Mark.ON || marks.of(edge.via()) == Mark.ON;
    }

    /** All that is marked, or runs for something marked, or is handed to a worker. */
    Set<Code> workerCode() {
        Set<Code> found = workerCode;
        if (found == null) {
            found = hasWorkers ? marks.implementations() : new LinkedHashSet<>();
            for (Handed one : handed) {
                if (one.mark() == Mark.ON) {
                    found.addAll(one.bodies());
                }
            }
            workerCode = found;
        }
        return found;
    }

    /** Whether a field of an imported class is declared volatile. */
    boolean isVolatile(String owner, String field) {
        FieldCode declared = types.field(owner, field);
        return declared != null && declared.isVolatile();
    }

    /** The types that a method names. */
    List<TypeUse> typesNamed(Code code) {
        ImportedClass type = project.imported(code.owner());
        String in = TypeReader.subject(code);
        return type == null
                ? List.of()
                : type.typesNamed().stream().filter(use -> use.in().equals(in)).toList();
    }

    String sourceFile(Code code) {
        ClassCode type = types.imported(code.owner());
        return type == null ? "" : type.sourceFile();
    }
}
