package ringfort.rules;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Types that were not imported: the JDK's, and those of libraries that are on the class path or module path of the rules.
 * Of them the declarations are read and never the code.
 */
final class Outside {
    /**
     * What a type declares.
     *
     * @param supertypes superclass first, then interfaces
     * @param abstractMethods those that an implementation has to give, as names followed by descriptors
     */
    record Header(List<String> supertypes, boolean isInterface, List<String> abstractMethods) {}

    private static final Header NOTHING = new Header(List.of(), false, List.of());

    private final Map<String, Header> headers = new HashMap<>();

    /** What the type declares; nothing if there is no such class file within reach. */
    Header header(String type) {
        Header known = headers.get(type);
        if (known == null) {
            known = read(type);
            headers.put(type, known);
        }
        return known;
    }

    private static Header read(String type) {
        String file = type.replace('.', '/') + ".class";
        try (InputStream in = open(file)) {
            return in == null ? NOTHING : read(ClassFile.of().parse(in.readAllBytes()));
        } catch (IOException | IllegalArgumentException e) {
            return NOTHING; // a library made for a later JDK: its types are known by name only, as if it were absent
        }
    }

    private static @Nullable InputStream open(String file) {
        ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
        InputStream in = ofThread == null ? null : ofThread.getResourceAsStream(file);
        return in == null ? ClassLoader.getSystemResourceAsStream(file) : in;
    }

    private static Header read(ClassModel model) {
        List<String> abstractMethods = model.methods().stream()
                .filter(method -> method.flags().has(AccessFlag.ABSTRACT))
                .map(method ->
                        method.methodName().stringValue() + method.methodType().stringValue())
                .toList();
        return new Header(ClassReader.supertypes(model), model.flags().has(AccessFlag.INTERFACE), abstractMethods);
    }
}
