package ringfort.rules;

import java.lang.constant.MethodTypeDesc;
import org.jspecify.annotations.Nullable;

/**
 * A method, constructor or lambda body, by the names the class file has for it.
 *
 * @param owner binary name of the class, with dots
 * @param name as in the class file: {@code <init>} for a constructor, {@code lambda$m$0} for a lambda in {@code m}
 * @param descriptor parameter and return types, JVMS 4.3.3
 */
record Code(String owner, String name, String descriptor) {
    static final String CONSTRUCTOR = "<init>";
    static final String STATIC_INITIALIZER = "<clinit>";

    /** Maps with this key are most of what the rules do: strings keep their hash codes, and no method handle is asked. */
    @Override
    public int hashCode() {
        return (owner.hashCode() * 31 + name.hashCode()) * 31 + descriptor.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Code(String otherOwner, String otherName, String otherDescriptor)
                && name.equals(otherName)
                && owner.equals(otherOwner)
                && descriptor.equals(otherDescriptor);
    }

    boolean isLambda() {
        return name.startsWith("lambda$");
    }

    int parameterCount() {
        return MethodTypeDesc.ofDescriptor(descriptor).parameterCount();
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
