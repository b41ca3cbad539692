package ringfort.rules;

import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** Makes rules by which classes do not name certain types, wherever in the class file that may be: see {@link TypeReader}. */
final class LeaveTypesAlone {
    private LeaveTypesAlone() {}

    /**
     * A rule.
     *
     * @param wording the whole sentence but for the reason: "classes should ..."
     * @param classes which classes it is for
     * @param texts what a class file mentions in any case that names such a type, with slashes: one of these
     * @param forbidden tells whether the class may not name the type
     */
    static ArchRule of(
            String wording,
            String because,
            Predicate<ImportedClass> classes,
            List<String> texts,
            BiPredicate<ImportedClass, String> forbidden) {
        return ProjectRule.of(
                wording,
                because,
                project -> project.from(
                        type -> classes.test(type) && type.mentionsAny(texts),
                        type -> type.typesNamed().stream()
                                .filter(use -> forbidden.test(type, use.type()))
                                .map(TypeUse::describe)
                                .toList()));
    }
}
