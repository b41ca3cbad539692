package ringfort.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** What code does not use: reflection, {@code Unsafe}, and native memory outside the places made for it. */
public final class CodeRules {
    /** Where Ringfort names the one hook that needs reflection: virtual threads on a scheduler of its own. */
    private static final String SCHEDULER = "ringfort.server.exchange.Scheduler";

    private static final Set<String> REFLECTIVE_METHODS_OF_CLASS = Set.of(
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

    private static final Set<String> REFLECTIVE_METHODS_OF_LOOKUP = Set.of(
            "privateLookupIn",
            "unreflect",
            "unreflectSpecial",
            "unreflectConstructor",
            "unreflectGetter",
            "unreflectSetter",
            "unreflectVarHandle");

    /**
     * No reflection, but in {@code ringfort.server.exchange.Scheduler}. Method and variable handles that the compiler's access
     * rules hold for ({@code MethodHandles.lookup()}) are none.
     */
    public static final ArchRule NO_REFLECTION = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(SCHEDULER)
            .should()
            .accessTargetWhere(isReflection())
            .because(Advice.of(
                    "CodeRules.NO_REFLECTION",
                    "reflection goes past modules, types and the next refactoring; it fails where nobody looks",
                    "use ServiceLoader, an interface, or a handle from MethodHandles.lookup()"))
            .allowEmptyShould(true);

    /** No {@code Unsafe}, of which there are two. */
    public static final ArchRule NO_UNSAFE = classes()
            .should(new LeaveTypesAlone(
                    "not use Unsafe",
                    (_, type) -> type.equals("sun.misc.Unsafe") || type.equals("jdk.internal.misc.Unsafe")))
            .because(Advice.of(
                    "CodeRules.NO_UNSAFE",
                    "Unsafe is being removed from the JDK, and a wrong offset is a crash instead of an exception",
                    "use a VarHandle, which checks bounds"));

    /** Only {@code ringfort.sys}, {@code ring} and {@code poller} know the Foreign Function and Memory API. */
    public static final ArchRule NATIVE_CODE_STAYS_IN_ITS_ROOMS =
            nativeCodeOnlyIn("ringfort.sys..", "ringfort.ring..", "ringfort.poller..");

    private CodeRules() {}

    /** Only the packages named, in ArchUnit's notation, know the Foreign Function and Memory API. */
    public static ArchRule nativeCodeOnlyIn(String... packages) {
        return classes()
                .that()
                .resideOutsideOfPackages(packages)
                .should(new LeaveTypesAlone(
                        "not know the Foreign Function and Memory API",
                        (_, type) -> type.startsWith("java.lang.foreign.")))
                .because(Advice.of(
                        "CodeRules.NATIVE_CODE_STAYS_IN_ITS_ROOMS",
                        "a wrong layout or a lifetime misjudged corrupts memory: few places may get it wrong",
                        "ask the room that has the memory for what you need; declare a new room with nativeCodeOnlyIn"))
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaAccess<?>> isReflection() {
        return DescribedPredicate.describe("is reflection", access -> {
            JavaClass owner = access.getTargetOwner();
            String name = access.getTarget().getName();
            return owner.getPackageName().equals("java.lang.reflect")
                    || (owner.getName().equals("java.lang.Class") && REFLECTIVE_METHODS_OF_CLASS.contains(name))
                    || (owner.getName().startsWith("java.lang.invoke.MethodHandles")
                            && REFLECTIVE_METHODS_OF_LOOKUP.contains(name));
        });
    }
}
