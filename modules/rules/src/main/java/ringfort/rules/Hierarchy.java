package ringfort.rules;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What extends and implements what: by the headers of imported classes, and of the classes outside that they build on. */
final class Hierarchy {
    private final Map<String, ImportedClass> classes;
    private final Map<String, Set<String>> supertypes = new HashMap<>();
    private final Outside outside = new Outside();

    /**
     * A hierarchy.
     *
     * @param classes the imported classes, by name
     */
    Hierarchy(Map<String, ImportedClass> classes) {
        this.classes = classes;
    }

    /** The type itself, then its superclasses and interfaces, nearest first; also of types that were not imported. */
    Set<String> supertypes(String type) {
        Set<String> done = supertypes.get(type);
        if (done != null) {
            return done;
        }
        Set<String> all = new LinkedHashSet<>();
        all.add(type);
        supertypes.put(type, all); // a class file that extends itself must not end in a loop
        ImportedClass imported = classes.get(type);
        List<String> direct = imported == null ? outside.header(type).supertypes() : imported.supertypes();
        direct.forEach(supertype -> all.addAll(supertypes(supertype)));
        return all;
    }

    boolean isA(String type, String supertype) {
        return type.equals(supertype) || supertypes(type).contains(supertype);
    }

    boolean isInterface(String type) {
        ImportedClass imported = classes.get(type);
        return imported == null ? outside.header(type).isInterface() : imported.isInterface();
    }

    @Nullable ImportedClass imported(String type) {
        return classes.get(type);
    }

    /** The abstract methods that a type outside declares, as names followed by descriptors. */
    List<String> abstractMethodsOutside(String type) {
        return outside.header(type).abstractMethods();
    }
}
