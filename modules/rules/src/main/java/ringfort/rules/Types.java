package ringfort.rules;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ringfort.rules.ClassCode.FieldCode;
import ringfort.rules.ClassCode.MethodCode;

/**
 * The hierarchy of imported classes and of what they extend: who is whose subtype, which method an object of a class runs,
 * and where a field is declared.
 */
final class Types {
    private final Map<String, ClassCode> classes = new LinkedHashMap<>();
    private final Map<Code, MethodCode> methods = new LinkedHashMap<>();
    private final Map<String, List<ClassCode>> subtypes = new HashMap<>();
    private final Map<Code, Set<String>> bridges = new HashMap<>();
    private final Set<String> bridged = new HashSet<>();
    private final Map<String, Map<String, String>> fieldNames = new HashMap<>();
    private final Hierarchy hierarchy;

    Types(Hierarchy hierarchy, Collection<ImportedClass> imported) {
        this.hierarchy = hierarchy;
        for (ClassCode code : imported.parallelStream().map(ClassReader::read).toList()) {
            classes.put(code.name(), code);
            code.methods().forEach(method -> methods.put(method.code(), method));
        }
        for (ClassCode type : classes.values()) {
            for (String supertype : supertypes(type.name())) {
                subtypes.computeIfAbsent(supertype, _ -> new ArrayList<>()).add(type);
            }
            type.methods().stream().filter(MethodCode::isBridge).forEach(this::bridge);
        }
    }

    /** A bridge has the descriptor of what is overridden, and calls the method that the source has. */
    private void bridge(MethodCode bridge) {
        for (Use use : bridge.uses()) {
            if (use instanceof Use.Call call
                    && call.target().name().equals(bridge.code().name())) {
                bridged.add(call.target().name() + call.target().descriptor());
                bridges.computeIfAbsent(call.target(), _ -> new LinkedHashSet<>())
                        .add(bridge.code().descriptor());
            }
        }
    }

    Collection<ClassCode> classes() {
        return classes.values();
    }

    Collection<MethodCode> methods() {
        return methods.values();
    }

    @Nullable ClassCode imported(String type) {
        return classes.get(type);
    }

    boolean isImported(String type) {
        return classes.containsKey(type);
    }

    @Nullable MethodCode method(Code code) {
        return methods.get(code);
    }

    /** {@link Hierarchy#supertypes}. */
    Set<String> supertypes(String type) {
        return hierarchy.supertypes(type);
    }

    boolean isA(String type, String supertype) {
        return hierarchy.isA(type, supertype);
    }

    /** Imported classes that are of the type, itself among them. */
    List<ClassCode> subtypes(String type) {
        return subtypes.getOrDefault(type, List.of());
    }

    boolean isInterface(String type) {
        return hierarchy.isInterface(type);
    }

    /** What an object of the class runs for a call: the imported method, if it is one. */
    @Nullable MethodCode implementation(String type, String name, String descriptor) {
        MethodCode declared = null;
        for (String supertype : supertypes(type)) {
            MethodCode method = methods.get(new Code(supertype, name, descriptor));
            if (method != null && !method.isAbstract()) {
                return method;
            }
            declared = declared == null ? method : declared;
        }
        return declared;
    }

    /** The descriptors that a method has in what it overrides: its own, and those of its bridges. */
    Set<String> descriptors(Code code) {
        if (!bridged.contains(code.name() + code.descriptor())) {
            return Set.of(code.descriptor());
        }
        Set<String> all = new LinkedHashSet<>();
        all.add(code.descriptor());
        for (ClassCode subtype : subtypes(code.owner())) {
            all.addAll(bridges.getOrDefault(new Code(subtype.name(), code.name(), code.descriptor()), Set.of()));
        }
        return all;
    }

    /** The methods that an implementation of an interface has to give, with the interface that declares each. */
    List<Code> abstractMethods(String type) {
        List<Code> found = new ArrayList<>();
        for (String supertype : supertypes(type)) {
            ClassCode code = classes.get(supertype);
            if (code != null) {
                code.methods().stream().filter(MethodCode::isAbstract).forEach(method -> found.add(method.code()));
            } else {
                for (String method : hierarchy.abstractMethodsOutside(supertype)) {
                    int at = method.indexOf('(');
                    found.add(new Code(supertype, method.substring(0, at), method.substring(at)));
                }
            }
        }
        return found;
    }

    /** The name of a field by the class that declares it, whichever subclass an instruction names. */
    String fieldName(String owner, String name) {
        return fieldNames
                .computeIfAbsent(owner, _ -> new HashMap<>())
                .computeIfAbsent(name, _ -> findFieldName(owner, name));
    }

    private String findFieldName(String owner, String name) {
        for (String type : supertypes(owner)) {
            ClassCode code = classes.get(type);
            if (code != null && code.fields().containsKey(name)) {
                return type + "." + name;
            }
        }
        return owner + "." + name;
    }

    @Nullable FieldCode field(String owner, String name) {
        for (String type : supertypes(owner)) {
            ClassCode code = classes.get(type);
            if (code != null && code.fields().containsKey(name)) {
                return code.fields().get(name);
            }
        }
        return null;
    }
}
