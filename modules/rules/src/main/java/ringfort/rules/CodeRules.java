package ringfort.rules;

import com.tngtech.archunit.core.domain.PackageMatchers;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What code does not use: reflection, {@code Unsafe}, and native memory outside the places made for it. */
public final class CodeRules {
    /** Where Ringfort names the one hook that needs reflection: virtual threads on a scheduler of its own. */
    private static final List<String> METHODS_OF_CLASS = List.of(
            "forName",
            "newInstance",
            "getMethod",
            "getMethods",
            "getDeclaredMethod",
            "getDeclaredMethods",
            "getField",
            "getFields",
            "getDeclaredField",
            "getDeclaredFields",
            "getConstructor",
            "getConstructors",
            "getDeclaredConstructor",
            "getDeclaredConstructors",
            "getRecordComponents",
            "getEnclosingMethod",
            "getEnclosingConstructor");

    /**
     * What reflection is done with. Naming one of its exceptions, to catch it, is no reflection, and a {@code Type} only
     * describes a generic type.
     */
    private static final Set<String> REFLECTIVE_TYPES = Stream.of(
                    "AccessibleObject",
                    "Constructor",
                    "Executable",
                    "Field",
                    "InvocationHandler",
                    "Member",
                    "Method",
                    "Parameter",
                    "Proxy",
                    "RecordComponent")
            .map(name -> "java.lang.reflect." + name)
            .collect(Collectors.toUnmodifiableSet());

    private static final List<String> METHODS_OF_LOOKUP = List.of(
            "privateLookupIn",
            "unreflect",
            "unreflectSpecial",
            "unreflectConstructor",
            "unreflectGetter",
            "unreflectSetter",
            "unreflectVarHandle");

    /**
     * No reflection. Method and variable handles that the compiler's access rules hold for ({@code MethodHandles.lookup()})
     * are none.
     */
    public static final ArchRule NO_REFLECTION = noReflection();

    /** No {@code Unsafe}, of which there are two. */
    public static final ArchRule NO_UNSAFE = LeaveTypesAlone.of(
            "classes should not use Unsafe",
            Advice.of(
                    "CodeRules.NO_UNSAFE",
                    "Unsafe is being removed from the JDK, and a wrong offset is a crash instead of an exception",
                    "use a VarHandle, which checks bounds"),
            _ -> true,
            List.of("misc/Unsafe"),
            (_, type) -> type.equals("sun.misc.Unsafe") || type.equals("jdk.internal.misc.Unsafe"));

    /** Only {@code ringfort.sys}, {@code ring} and {@code poller} know the Foreign Function and Memory API. */
    public static final ArchRule NATIVE_CODE_STAYS_IN_ITS_ROOMS =
            nativeCodeOnlyIn("ringfort.sys..", "ringfort.ring..", "ringfort.poller..");

    private CodeRules() {}

    /** {@link #NO_REFLECTION}, except in the classes named; say there why. */
    public static ArchRule noReflection(String... exceptClasses) {
        Set<String> exempt = Set.of(exceptClasses);
        String but = exempt.isEmpty() ? "" : ", except in " + String.join(", ", exceptClasses);
        return ProjectRule.of(
                "no classes should use reflection" + but,
                Advice.of(
                        "CodeRules.NO_REFLECTION",
                        "reflection goes past modules, types and the next refactoring; it fails where nobody looks",
                        "use ServiceLoader, an interface, or a handle from MethodHandles.lookup()"),
                project ->
                        project.from(type -> !exempt.contains(type.name()) && mayReflect(type), CodeRules::reflection));
    }

    /** Only the packages named, in ArchUnit's notation, know the Foreign Function and Memory API. */
    public static ArchRule nativeCodeOnlyIn(String... packages) {
        PackageMatchers rooms = PackageMatchers.of(packages);
        String names = Stream.of(packages).map(name -> "'" + name + "'").collect(Collectors.joining(", "));
        return LeaveTypesAlone.of(
                "classes that reside outside of packages [" + names
                        + "] should not know the Foreign Function and Memory API",
                Advice.of(
                        "CodeRules.NATIVE_CODE_STAYS_IN_ITS_ROOMS",
                        "a wrong layout or a lifetime misjudged corrupts memory: few places may get it wrong",
                        "ask the room that has the memory for what you need; declare a new room with nativeCodeOnlyIn"),
                type -> !rooms.test(type.packageName()),
                List.of("java/lang/foreign/"),
                (_, type) -> type.startsWith("java.lang.foreign."));
    }

    private static boolean mayReflect(ImportedClass type) {
        return type.mentions("java/lang/reflect/")
                || (type.mentions("java/lang/Class") && type.mentionsAny(METHODS_OF_CLASS))
                || (type.mentions("java/lang/invoke/MethodHandles") && type.mentionsAny(METHODS_OF_LOOKUP));
    }

    /** What reflects; of a class that only holds what reflection is done with, where it names that. */
    private static List<String> reflection(ImportedClass type) {
        List<String> accesses = type.accesses().stream()
                .filter(CodeRules::isReflection)
                .map(Access::describe)
                .toList();
        return accesses.isEmpty()
                ? type.typesNamed().stream()
                        .filter(use -> REFLECTIVE_TYPES.contains(use.type()))
                        .map(TypeUse::describe)
                        .toList()
                : accesses;
    }

    private static boolean isReflection(Access access) {
        String owner = access.to().owner();
        String name = access.to().name();
        return Names.packageOf(owner).equals("java.lang.reflect")
                || (owner.equals("java.lang.Class") && METHODS_OF_CLASS.contains(name))
                || (owner.startsWith("java.lang.invoke.MethodHandles") && METHODS_OF_LOOKUP.contains(name));
    }
}
