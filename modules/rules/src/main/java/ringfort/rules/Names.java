package ringfort.rules;

import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.constant.ClassDesc;

/**
 * Names of types, as reports and ArchUnit have them: binary, with dots. Thousands of classes say the same names again and
 * again, so each is kept once: by {@link String#intern()}, which forgets what nothing uses any more.
 */
final class Names {
    private Names() {}

    static String dotted(ClassEntry type) {
        String name = type.asInternalName();
        return name.startsWith("[")
                ? dotted(type.asSymbol())
                : name.replace('/', '.').intern();
    }

    /** A name or a descriptor as the class file has it. */
    static String of(Utf8Entry text) {
        return text.stringValue().intern();
    }

    /** Of an array, the name of its elements' type. */
    static String dotted(ClassDesc type) {
        ClassDesc element = element(type);
        String descriptor = element.descriptorString();
        return element.isPrimitive()
                ? element.displayName()
                : descriptor
                        .substring(1, descriptor.length() - 1)
                        .replace('/', '.')
                        .intern();
    }

    /** As {@code Class.getName} has it: of an array, its descriptor. */
    static String ofClass(ClassDesc type) {
        return type.isArray() ? type.descriptorString().replace('/', '.') : dotted(type);
    }

    /** The name of a class within those that it is nested in; empty for one that has no name in the source. */
    static String nested(String type) {
        String name = simple(type);
        int at = name.lastIndexOf('$') + 1;
        while (at > 0 && at < name.length() && Character.isDigit(name.charAt(at))) {
            at++;
        }
        return name.substring(at);
    }

    /** Tells whether a type is one like {@code int}, or an array of them, in however many dimensions. */
    static boolean isPrimitive(ClassDesc type) {
        return element(type).isPrimitive();
    }

    private static ClassDesc element(ClassDesc type) {
        ClassDesc element = type;
        while (element.isArray()) {
            element = element.componentType();
        }
        return element;
    }

    static String topLevel(String type) {
        int nested = type.indexOf('$', type.lastIndexOf('.') + 2);
        return nested < 0 ? type : type.substring(0, nested);
    }

    static String packageOf(String type) {
        return type.substring(0, Math.max(0, type.lastIndexOf('.')));
    }

    /** Without its package, for reports that say the package once. */
    static String simple(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }
}
