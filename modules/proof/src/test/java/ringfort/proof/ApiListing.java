package ringfort.proof;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What another module can rely on in one of ours, as text: descriptor, then each exported type with its members, sorted,
 * so that two listings differ where the API does. Left out is what changes nothing for a caller: names of parameters,
 * values of constants, {@code equals}, {@code hashCode} and {@code toString}.
 */
final class ApiListing {
    private static final Set<String> OF_EVERY_OBJECT = Set.of("equals(Object)", "hashCode()", "toString()");

    /** Modifiers a caller does not notice; two of them are bits that mean varargs and bridge on a method. */
    private static final int PRIVATE_AFFAIRS =
            Modifier.SYNCHRONIZED | Modifier.NATIVE | Modifier.STRICT | Modifier.TRANSIENT | Modifier.VOLATILE;

    private final Room room;
    private final StringBuilder text = new StringBuilder();

    private ApiListing(Room room) {
        this.room = room;
    }

    static String of(Room room) throws IOException {
        ApiListing listing = new ApiListing(room);
        listing.module();
        for (String exported : room.exportedPackages()) {
            for (String type : room.typesIn(exported)) {
                listing.type(load(type));
            }
        }
        return listing.text.toString();
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, ApiListing.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError("compiled, but not on the class path of this test: " + name, e);
        }
    }

    private void module() {
        ModuleDescriptor module = room.descriptor();
        text.append(module.isOpen() ? "open module " : "module ")
                .append(module.name())
                .append('\n');
        Stream.of(
                        module.requires().stream()
                                .filter(required -> !required.name().equals("java.base"))
                                .map(required -> "requires " + words(required.modifiers()) + required.name()),
                        module.exports().stream().map(export -> "exports " + export.source() + to(export.targets())),
                        module.opens().stream().map(opened -> "opens " + opened.source() + to(opened.targets())),
                        module.uses().stream().map(service -> "uses " + service),
                        module.provides().stream()
                                .map(service -> "provides " + service.service() + " with "
                                        + String.join(", ", service.providers())))
                .flatMap(lines -> lines.sorted())
                .forEach(this::member);
        member("resolves to " + String.join(", ", room.closure()));
    }

    private static String words(Set<ModuleDescriptor.Requires.Modifier> modifiers) {
        return modifiers.stream()
                .filter(modifier -> modifier != ModuleDescriptor.Requires.Modifier.MANDATED)
                .map(modifier -> modifier.name().toLowerCase(Locale.ROOT) + " ")
                .sorted()
                .collect(Collectors.joining());
    }

    private static String to(Set<String> targets) {
        return targets.isEmpty() ? "" : " to " + targets.stream().sorted().collect(Collectors.joining(", "));
    }

    private void type(Class<?> type) {
        if (!isVisible(type.getModifiers(), type.getEnclosingClass())) {
            return;
        }
        text.append('\n').append(declaration(type)).append('\n');
        Stream.of(
                        Stream.of(type.getDeclaredFields())
                                .filter(field -> !field.isSynthetic() && isVisible(field.getModifiers(), type))
                                .map(this::field),
                        Stream.of(type.getDeclaredConstructors())
                                .filter(constructor -> !constructor.isSynthetic())
                                .filter(constructor -> isVisible(constructor.getModifiers(), type))
                                .map(this::constructor),
                        Stream.of(type.getDeclaredMethods())
                                .filter(method -> !method.isSynthetic() && isVisible(method.getModifiers(), type))
                                .filter(method -> !comesWithTheKind(type, method))
                                .map(this::method))
                .flatMap(lines -> lines.sorted())
                .forEach(this::member);
        Stream.of(type.getDeclaredClasses())
                .sorted((a, b) -> a.getName().compareTo(b.getName()))
                .forEach(this::type);
    }

    private void member(String line) {
        text.append("    ").append(line).append('\n');
    }

    /** Public, or protected where a stranger may extend. */
    private static boolean isVisible(int modifiers, @Nullable Class<?> owner) {
        return Modifier.isPublic(modifiers)
                || (Modifier.isProtected(modifiers) && owner != null && !Modifier.isFinal(owner.getModifiers()));
    }

    private static boolean comesWithTheKind(Class<?> type, Method method) {
        String signature = method.getName()
                + Stream.of(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(",", "(", ")"));
        return OF_EVERY_OBJECT.contains(signature)
                || (type.isEnum() && (signature.equals("values()") || signature.equals("valueOf(String)")));
    }

    private String declaration(Class<?> type) {
        List<String> parts = new ArrayList<>();
        parts.add(deprecated(type.isAnnotationPresent(Deprecated.class)) + type.toGenericString());
        AnnotatedType above = type.getAnnotatedSuperclass();
        if (above != null && !Set.of(Object.class, Record.class).contains(above.getType()) && !type.isEnum()) {
            parts.add("extends " + above);
        }
        String interfaces = joined(type.getAnnotatedInterfaces());
        if (!interfaces.isEmpty()) {
            parts.add((type.isInterface() ? "extends " : "implements ") + interfaces);
        }
        if (type.isSealed()) {
            parts.add("permits "
                    + Stream.of(type.getPermittedSubclasses())
                            .map(Class::getName)
                            .sorted()
                            .collect(Collectors.joining(", ")));
        }
        return shortened(String.join(" ", parts));
    }

    private String field(Field field) {
        return shortened(deprecated(field.isAnnotationPresent(Deprecated.class))
                + modifiers(field.getModifiers())
                + field.getAnnotatedType()
                + " "
                + field.getName());
    }

    private String constructor(Constructor<?> constructor) {
        return shortened(
                executable(constructor, "", constructor.getDeclaringClass().getSimpleName()));
    }

    private String method(Method method) {
        String result = (method.isDefault() ? "default " : "") + "%s" + method.getAnnotatedReturnType() + " ";
        String line = executable(method, result, method.getName());
        return shortened(method.getDefaultValue() == null ? line : line + " default " + method.getDefaultValue());
    }

    /** @param result with {@code %s} where type parameters go */
    private static String executable(Executable executable, String result, String name) {
        String types = Stream.of(executable.getTypeParameters())
                .map(ApiListing::typeParameter)
                .collect(Collectors.joining(", "));
        String thrown = joined(executable.getAnnotatedExceptionTypes());
        return deprecated(executable.isAnnotationPresent(Deprecated.class))
                + modifiers(executable.getModifiers())
                + result.replace("%s", types.isEmpty() ? "" : "<" + types + "> ")
                + name
                + "("
                + joined(executable.getAnnotatedParameterTypes())
                + ")"
                + (executable.isVarArgs() ? " varargs" : "")
                + (thrown.isEmpty() ? "" : " throws " + thrown);
    }

    private static String typeParameter(TypeVariable<?> variable) {
        String bounds = Stream.of(variable.getAnnotatedBounds())
                .map(AnnotatedType::toString)
                .filter(bound -> !bound.equals("java.lang.Object"))
                .collect(Collectors.joining(" & "));
        return bounds.isEmpty() ? variable.getName() : variable.getName() + " extends " + bounds;
    }

    private static String joined(AnnotatedType... types) {
        return Arrays.stream(types).map(AnnotatedType::toString).collect(Collectors.joining(", "));
    }

    private static String deprecated(boolean is) {
        return is ? "@Deprecated " : "";
    }

    private static String modifiers(int modifiers) {
        String words = Modifier.toString(modifiers & ~PRIVATE_AFFAIRS);
        return words.isEmpty() ? "" : words + " ";
    }

    /** Without what every reader knows: {@code java.lang}, and where {@code Nullable} comes from. */
    private static String shortened(String line) {
        return line.replaceAll("@org\\.jspecify\\.annotations\\.(\\w+)(\\(\\))? ?", "@$1 ")
                .replaceAll("(?<![\\w.])java\\.lang\\.(?=@|[A-Z])", "");
    }
}
