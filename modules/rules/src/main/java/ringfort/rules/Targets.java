package ringfort.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.Use.Call;
import ringfort.rules.Use.Function;

/**
 * What a call may run when nothing is known of its object: class hierarchy analysis (J. Dean, D. Grove, C. Chambers,
 * ECOOP 1995). A call through an imported type reaches the method it resolves to, what each imported subtype runs for it,
 * and each lambda or method reference made for that interface.
 */
final class Targets {
    private final Types types;
    private final Map<String, List<Function>> functions = new HashMap<>();
    private final Map<String, List<Call>> calls = new HashMap<>();
    private final Map<Code, List<Code>> dispatched = new HashMap<>();

    Targets(Types types) {
        this.types = types;
        for (MethodCode method : types.methods()) {
            for (Use use : method.uses()) {
                if (use instanceof Function function) {
                    for (String type : types.supertypes(function.type())) {
                        functions.computeIfAbsent(type, _ -> new ArrayList<>()).add(function);
                    }
                } else if (use instanceof Call call
                        && types.isImported(call.target().owner())) {
                    calls.computeIfAbsent(
                                    call.target().owner() + "." + call.target().name(), _ -> new ArrayList<>())
                            .add(call);
                }
            }
        }
    }

    /** Methods of imported classes, or the target itself where that is outside. */
    List<Code> of(Code target, boolean isDispatched) {
        if (!isDispatched) {
            return List.of(declared(target));
        }
        List<Code> found = dispatched.get(target);
        if (found == null) {
            dispatched.put(target, List.of(declared(target))); // a method reference may lead back to where it is called
            found = dispatched(target);
            dispatched.put(target, found);
        }
        return found;
    }

    private Code declared(Code target) {
        MethodCode method = types.implementation(target.owner(), target.name(), target.descriptor());
        return method == null ? target : method.code();
    }

    private List<Code> dispatched(Code target) {
        Set<Code> found = new LinkedHashSet<>();
        found.add(declared(target));
        if (types.isImported(target.owner())) {
            for (ClassCode subtype : types.subtypes(target.owner())) {
                MethodCode method = types.implementation(subtype.name(), target.name(), target.descriptor());
                if (method != null && !method.isStatic()) {
                    found.add(method.code());
                }
            }
            for (Function function : functions(target.owner())) {
                if (function.method().equals(target.name())) {
                    found.addAll(bodies(function));
                }
            }
        }
        return List.copyOf(found);
    }

    /** What a function runs. */
    List<Code> bodies(Function function) {
        boolean own = types.method(function.body()) != null && function.body().isLambda();
        return own ? List.of(function.body()) : of(function.body(), function.isDispatched());
    }

    /** Functions that are of the type. */
    List<Function> functions(String type) {
        return functions.getOrDefault(type, List.of());
    }

    /** Calls of a method through an imported interface or one that it extends. */
    List<Call> callsOf(String type, String method) {
        List<Call> found = new ArrayList<>();
        for (String supertype : types.supertypes(type)) {
            found.addAll(calls.getOrDefault(supertype + "." + method, List.of()));
        }
        return found;
    }

    /** Methods of imported classes that are the one method of an interface: overrides and functions. */
    Set<Code> implementations(String interfaceName, String methodName) {
        Set<Code> found = new LinkedHashSet<>();
        for (ClassCode subtype : types.subtypes(interfaceName)) {
            if (!subtype.isInterface()) {
                found.addAll(named(subtype.name(), methodName));
            }
        }
        for (Function function : functions(interfaceName)) {
            if (function.method().equals(methodName)) {
                found.addAll(bodies(function));
            }
        }
        found.removeIf(code -> types.method(code) == null);
        return found;
    }

    /**
     * What an object of the class runs under that name, from the nearest class that has it. The interface's descriptor is
     * not asked for: the interface may be out of reach.
     */
    private List<Code> named(String type, String methodName) {
        for (String supertype : types.supertypes(type)) {
            ClassCode code = types.imported(supertype);
            List<Code> found = code == null
                    ? List.of()
                    : code.methods().stream()
                            .filter(method -> method.code().name().equals(methodName)
                                    && !method.isStatic()
                                    && !method.isAbstract())
                            .map(MethodCode::code)
                            .toList();
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }
}
