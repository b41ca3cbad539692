package ringfort.rules;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.function.BiPredicate;

/** No class names certain types, wherever in its class file that may be: see {@link TypeReader}. */
final class LeaveTypesAlone extends ArchCondition<JavaClass> {
    private final BiPredicate<JavaClass, String> forbidden;

    /**
     * A condition.
     *
     * @param wording completes "classes should ..."
     * @param forbidden tells whether the class may not name the type
     */
    LeaveTypesAlone(String wording, BiPredicate<JavaClass, String> forbidden) {
        super(wording);
        this.forbidden = forbidden;
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        for (TypeUse use : ClassReader.typesNamed(type)) {
            if (forbidden.test(type, use.type())) {
                events.add(SimpleConditionEvent.violated(type, use.describe()));
            }
        }
    }
}
