package ringfort.rules;

import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A method, constructor or lambda body, by the names the class file has for it. Immutable. Most of what the rules do is to
 * look into maps that have this as their key, so its hash code is kept.
 */
final class Code {
    static final String CONSTRUCTOR = "<init>";
    static final String STATIC_INITIALIZER = "<clinit>";

    private final String owner;
    private final String name;
    private final String descriptor;
    private final int hash;
    private @Nullable Parts parts; // read from the descriptor when they are asked for first

    /** The names of the types in a descriptor; of arrays, those of their elements. */
    private record Parts(List<String> parameters, String result, boolean isResultPrimitive) {
        static Parts of(String descriptor) {
            MethodTypeDesc type = MethodTypeDesc.ofDescriptor(descriptor);
            return new Parts(
                    type.parameterList().stream().map(Names::dotted).toList(),
                    Names.dotted(type.returnType()),
                    type.returnType().isPrimitive());
        }
    }

    /**
     * Names code.
     *
     * @param owner binary name of the class, with dots
     * @param name as in the class file: {@code <init>} for a constructor, {@code lambda$m$0} for a lambda in {@code m}
     * @param descriptor parameter and return types, JVMS 4.3.3
     */
    Code(String owner, String name, String descriptor) {
        this.owner = owner;
        this.name = name;
        this.descriptor = descriptor;
        this.hash = (owner.hashCode() * 31 + name.hashCode()) * 31 + descriptor.hashCode();
    }

    String owner() {
        return owner;
    }

    String name() {
        return name;
    }

    String descriptor() {
        return descriptor;
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Code code
                        && hash == code.hash
                        && name.equals(code.name)
                        && owner.equals(code.owner)
                        && descriptor.equals(code.descriptor));
    }

    boolean isLambda() {
        return name.startsWith("lambda$");
    }

    private Parts parts() {
        Parts known = parts;
        if (known == null) {
            known = Parts.of(descriptor);
            parts = known;
        }
        return known;
    }

    int parameterCount() {
        return parts().parameters().size();
    }

    /** The names of the parameters' types; of an array, that of its elements' type. */
    List<String> parameterTypes() {
        return parts().parameters();
    }

    /** The name of the type that is returned; of an array, that of its elements' type. */
    String returnType() {
        return parts().result();
    }

    /** Whether an {@code int} or the like is returned, or nothing at all. */
    boolean returnsPrimitive() {
        return parts().isResultPrimitive();
    }

    /** {@code owner.name}, which is how exemptions name it. */
    String qualifiedName() {
        return owner + "." + name;
    }

    /** The method of the source that a lambda is written in; of other code, its own name. */
    String sourceName() {
        int end = name.lastIndexOf('$');
        String in = isLambda() && end > 7 ? name.substring(7, end) : name;
        return isLambda() && in.equals("new")
                ? CONSTRUCTOR
                : isLambda() && in.equals("static") ? STATIC_INITIALIZER : in;
    }

    /** {@code a.b.Worker.stop(long)}: as people would write it, with the package. */
    String inFull() {
        String parameters = MethodTypeDesc.ofDescriptor(descriptor).displayDescriptor();
        return qualifiedName() + parameters.substring(0, parameters.indexOf(')') + 1);
    }

    /** {@code a.b.Worker.stop(java.lang.String)}: the parameters with their packages too. */
    String withTypesInFull() {
        return MethodTypeDesc.ofDescriptor(descriptor).parameterList().stream()
                .map(Names::ofClass)
                .collect(Collectors.joining(", ", qualifiedName() + "(", ")"));
    }

    /** For people: {@code Worker.stop(long)}, {@code new Worker(Context)}, {@code lambda in Worker.stop}. */
    @Override
    public String toString() {
        String type = owner.substring(owner.lastIndexOf('.') + 1).replace('$', '.');
        if (isLambda()) {
            return "lambda in " + type + "." + sourceName();
        }
        String parameters = MethodTypeDesc.ofDescriptor(descriptor).displayDescriptor();
        parameters = parameters.substring(0, parameters.indexOf(')') + 1);
        return name.equals(CONSTRUCTOR) ? "new " + type + parameters : type + "." + name + parameters;
    }
}
