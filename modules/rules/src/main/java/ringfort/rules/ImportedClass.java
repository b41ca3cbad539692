package ringfort.rules;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One class file that rules look at. Its header is read at once, and the rest when a rule asks: most rules can tell from
 * the names in a class file that there is nothing in it for them. What was read is kept. Several threads may ask for
 * different classes, and one thread at a time for the same one.
 */
final class ImportedClass {
    /**
     * A field as it is declared.
     *
     * @param descriptor its type, JVMS 4.3.2
     */
    record Field(String descriptor, boolean isStatic) {}

    /** The octets of the class file, one a character: the form in which a name in them is found fastest. */
    private final String octets;

    private final String name;
    private final String sourceFile;
    private final List<String> supertypes;
    private final boolean isInterface;
    private final Map<String, Field> fields;
    private @Nullable List<TypeUse> typesNamed;
    private @Nullable List<Access> accesses;

    /**
     * Reads the header.
     *
     * @throws IllegalArgumentException when these are not the octets of a class file, or those of a later JDK's
     */
    ImportedClass(byte[] classFile) {
        this.octets = new String(classFile, StandardCharsets.ISO_8859_1);
        ClassModel model = ClassFile.of().parse(classFile);
        this.name = Names.dotted(model.thisClass());
        this.supertypes = ClassReader.supertypes(model);
        this.isInterface = model.flags().has(AccessFlag.INTERFACE);
        this.sourceFile = model.findAttribute(Attributes.sourceFile())
                .map(attribute -> Names.of(attribute.sourceFile()))
                .orElse("");
        this.fields = model.fields().stream()
                .collect(Collectors.toMap(
                        field -> Names.of(field.fieldName()),
                        field -> new Field(
                                Names.of(field.fieldType()), field.flags().has(AccessFlag.STATIC)),
                        (first, _) -> first,
                        LinkedHashMap::new));
    }

    String name() {
        return name;
    }

    String packageName() {
        return Names.packageOf(name);
    }

    /** As the class file calls it; empty when it does not say. */
    String sourceFile() {
        return sourceFile;
    }

    /** Superclass first, then interfaces. */
    List<String> supertypes() {
        return supertypes;
    }

    boolean isInterface() {
        return isInterface;
    }

    /** Its fields by their names, in the order of the class file. */
    Map<String, Field> fields() {
        return fields;
    }

    /** Tells whether the class file has that text anywhere, which is in ASCII and as JVMS 4.2 writes names: with slashes. */
    boolean mentions(String text) {
        return octets.contains(text);
    }

    boolean mentionsAny(List<String> texts) {
        return texts.stream().anyMatch(this::mentions);
    }

    ClassModel parse() {
        return ClassFile.of().parse(octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The types that the class names, in the order of its class file; itself is none of them. */
    List<TypeUse> typesNamed() {
        List<TypeUse> known = typesNamed;
        if (known == null) {
            known = TypeReader.read(parse(), sourceFile);
            typesNamed = known;
        }
        return known;
    }

    /** The methods that the class calls or refers to, and the fields that it uses, each with its place. */
    List<Access> accesses() {
        List<Access> known = accesses;
        if (known == null) {
            known = AccessReader.read(parse(), sourceFile);
            accesses = known;
        }
        return known;
    }
}
