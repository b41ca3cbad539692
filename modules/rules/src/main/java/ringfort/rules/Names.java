package ringfort.rules;

import java.lang.classfile.constantpool.ClassEntry;
import java.lang.constant.ClassDesc;

/** Names of types, as reports and ArchUnit have them: binary, with dots. */
final class Names {
    private Names() {}

    static String dotted(ClassEntry type) {
        String name = type.asInternalName();
        return name.startsWith("[") ? dotted(type.asSymbol()) : name.replace('/', '.');
    }

    /** Of an array, the name of its elements' type. */
    static String dotted(ClassDesc type) {
        ClassDesc element = element(type);
        String descriptor = element.descriptorString();
        return element.isPrimitive()
                ? element.displayName()
                : descriptor.substring(1, descriptor.length() - 1).replace('/', '.');
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
