package ringfort.rules;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.reflect.AccessFlag;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the methods of the JDK's public types that may wait, from the JDK's own class files.
 *
 * <p>A method may wait when it says so, by an exception that only waiting or I/O throws; or when it leads to code that
 * parks its thread, waits for a monitor or makes a system call on a file, a socket or a process. Ways lead through static
 * calls and through calls of methods that few classes override. They do not lead into locks that the JDK takes for a short
 * time inside, nor into the loading of classes and their initializers.
 */
final class JdkWaits {
    private static final List<String> MODULES =
            List.of("java.base", "java.logging", "java.naming", "java.net.http", "java.sql");

    private static final Set<String> SAYING_SO = Set.of(
            "java/lang/InterruptedException",
            "java/io/IOException",
            "java/io/FileNotFoundException",
            "java/util/concurrent/TimeoutException",
            "java/util/concurrent/BrokenBarrierException",
            "java/sql/SQLException",
            "javax/naming/NamingException");

    /** Packages whose native methods make system calls on files, sockets and processes. */
    private static final List<String> NATIVE =
            List.of("java/io/", "java/net/", "sun/nio/ch/", "sun/nio/fs/", "sun/net/");

    /** Where ways begin that end in waiting. */
    private static final Set<String> WAITING = Set.of(
            "java/util/concurrent/locks/LockSupport.park",
            "java/util/concurrent/locks/LockSupport.parkNanos",
            "java/util/concurrent/locks/LockSupport.parkUntil",
            "java/lang/Object.wait0",
            "java/lang/Thread.sleepNanos",
            "java/lang/Thread.sleepNanos0",
            "java/lang/ProcessImpl.forkAndExec",
            "java/lang/ProcessHandleImpl.waitForProcessExit0");

    /** Packages, and types among others, through which ways lead: elsewhere the JDK waits to load classes and the like. */
    private static final List<String> ON_THE_WAY = List.of(
            "java/io/",
            "java/net/",
            "java/nio/channels/",
            "java/nio/file/",
            "java/util/concurrent/",
            "java/util/logging/",
            "java/util/zip/",
            "java/util/jar/",
            "sun/net/",
            "sun/nio/ch/",
            "sun/nio/fs/",
            "java/lang/Object",
            "java/lang/Process",
            "java/lang/Runtime",
            "java/lang/Thread",
            "java/util/Formatter",
            "java/util/Properties",
            "java/util/Scanner");

    private static final String LOCKS = "java/util/concurrent/locks/";

    /** A call of what so many classes override says little of what runs. */
    private static final int FEW = 4;

    private record Method(String owner, String name, String descriptor) {
        String key() {
            return owner + "." + name;
        }
    }

    private final Map<String, ClassModel> classes = new HashMap<>();
    private final Set<String> exported = new HashSet<>();
    private final Map<String, List<String>> subclasses = new HashMap<>();
    private final Map<Method, MethodModel> methods = new HashMap<>();
    private final Map<Method, List<Method>> callers = new HashMap<>();

    private JdkWaits() throws IOException {
        FileSystem image = FileSystems.getFileSystem(URI.create("jrt:/"));
        for (String module : MODULES) {
            Object[] names = ModuleLayer.boot()
                    .findModule(module)
                    .map(found -> found.getDescriptor().exports().stream()
                            .filter(export -> !export.isQualified())
                            .map(export -> export.source().replace('.', '/'))
                            .toArray())
                    .orElseThrow(() -> new IOException("the JDK has no module " + module));
            for (Object name : names) {
                exported.add(name.toString());
            }
            try (Stream<Path> files = Files.walk(image.getPath("modules", module))) {
                for (Path file :
                        (Iterable<Path>) files.filter(path -> path.toString().endsWith(".class"))::iterator) {
                    ClassModel model = ClassFile.of().parse(Files.readAllBytes(file));
                    classes.put(model.thisClass().asInternalName(), model);
                }
            }
        }
        classes.values().forEach(this::index);
        classes.values().forEach(this::connect);
    }

    /** Lines {@code type method descriptor}, sorted. */
    static List<String> find() throws IOException {
        return new JdkWaits().publicWaits();
    }

    private void index(ClassModel model) {
        String name = model.thisClass().asInternalName();
        model.superclass()
                .ifPresent(type -> subclasses
                        .computeIfAbsent(type.asInternalName(), _ -> new ArrayList<>())
                        .add(name));
        model.interfaces()
                .forEach(type -> subclasses
                        .computeIfAbsent(type.asInternalName(), _ -> new ArrayList<>())
                        .add(name));
        for (MethodModel method : model.methods()) {
            methods.put(method(name, method), method);
        }
    }

    private static Method method(String owner, MethodModel method) {
        return new Method(
                owner, method.methodName().stringValue(), method.methodType().stringValue());
    }

    private void connect(ClassModel model) {
        for (MethodModel method : model.methods()) {
            Method from = method(model.thisClass().asInternalName(), method);
            method.code().ifPresent(code -> {
                for (CodeElement element : code) {
                    if (element instanceof InvokeInstruction call) {
                        for (Method to : targets(call)) {
                            callers.computeIfAbsent(to, _ -> new ArrayList<>()).add(from);
                        }
                    }
                }
            });
        }
    }

    private Collection<Method> targets(InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        Method declared = declared(owner, call.name().stringValue(), call.type().stringValue());
        if (declared == null) {
            return List.of();
        }
        if (call.opcode() == Opcode.INVOKESTATIC || call.opcode() == Opcode.INVOKESPECIAL) {
            return List.of(declared);
        }
        Set<Method> found = new LinkedHashSet<>();
        found.add(declared);
        for (String subtype : allSubtypes(owner)) {
            Method override = new Method(subtype, declared.name(), declared.descriptor());
            if (methods.containsKey(override)) {
                found.add(override);
            }
        }
        return found.size() > FEW ? List.of() : found;
    }

    private Set<String> allSubtypes(String type) {
        Set<String> all = new LinkedHashSet<>();
        ArrayDeque<String> next = new ArrayDeque<>(List.of(type));
        while (!next.isEmpty() && all.size() < 200) {
            for (String subtype : subclasses.getOrDefault(next.remove(), List.of())) {
                if (all.add(subtype)) {
                    next.add(subtype);
                }
            }
        }
        return all;
    }

    private @Nullable Method declared(String owner, String name, String descriptor) {
        ArrayDeque<String> next = new ArrayDeque<>(List.of(owner));
        while (!next.isEmpty()) {
            String type = next.remove();
            Method method = new Method(type, name, descriptor);
            if (methods.containsKey(method)) {
                return method;
            }
            ClassModel model = classes.get(type);
            if (model != null) {
                model.superclass().ifPresent(supertype -> next.add(supertype.asInternalName()));
                model.interfaces().forEach(supertype -> next.add(supertype.asInternalName()));
            }
        }
        return null;
    }

    private List<String> publicWaits() {
        Set<Method> reached = new HashSet<>();
        ArrayDeque<Method> next = new ArrayDeque<>();
        for (Map.Entry<Method, MethodModel> entry : methods.entrySet()) {
            Method method = entry.getKey();
            boolean isNative = entry.getValue().flags().has(AccessFlag.NATIVE)
                    && NATIVE.stream().anyMatch(method.owner()::startsWith)
                    && !isHarmlessNative(method);
            if ((isNative || WAITING.contains(method.key())) && reached.add(method)) {
                next.add(method);
            }
        }
        while (!next.isEmpty()) {
            Method at = next.remove();
            if (!endsHere(at)) {
                for (Method caller : callers.getOrDefault(at, List.of())) {
                    if (isShortLock(at) && !caller.owner().startsWith(LOCKS)) {
                        continue;
                    }
                    boolean leadsOn = ON_THE_WAY.stream().anyMatch(caller.owner()::startsWith);
                    if (leadsOn && !caller.name().equals("<clinit>") && reached.add(caller)) {
                        next.add(caller);
                    }
                }
            }
        }
        Set<String> lines = new TreeSet<>();
        for (Map.Entry<Method, MethodModel> entry : methods.entrySet()) {
            if (isPublic(entry.getKey(), entry.getValue())
                    && (reached.contains(entry.getKey()) || saysSo(entry.getValue()))) {
                Method method = entry.getKey();
                lines.add(method.owner().replace('/', '.') + " " + method.name() + " " + method.descriptor());
            }
        }
        return List.copyOf(lines);
    }

    private static boolean isHarmlessNative(Method method) {
        String name = method.name();
        return name.startsWith("init")
                || name.contains("Option")
                || name.startsWith("is")
                || name.startsWith("register");
    }

    /** What loads classes is not followed, nor the map whose readers wait for a writer of the same bin. */
    private static boolean endsHere(Method method) {
        return method.owner().startsWith("java/util/concurrent/ConcurrentHashMap$TreeBin")
                || method.owner().startsWith("java/lang/ClassLoader")
                || method.owner().startsWith("java/util/ServiceLoader");
    }

    /** A lock may wait for whoever holds it; those that the JDK takes inside are held for a short time. */
    private static boolean isShortLock(Method method) {
        return method.owner().startsWith(LOCKS + "Reentrant")
                || method.owner().startsWith(LOCKS + "StampedLock")
                || (method.owner().startsWith(LOCKS + "AbstractQueued")
                        && method.name().equals("acquire"));
    }

    private boolean isPublic(Method method, MethodModel model) {
        ClassModel type = classes.get(method.owner());
        int end = method.owner().lastIndexOf('/');
        return type != null
                && exported.contains(method.owner().substring(0, Math.max(0, end)))
                && isPublicType(type)
                && (model.flags().has(AccessFlag.PUBLIC) || model.flags().has(AccessFlag.PROTECTED))
                && !model.flags().has(AccessFlag.SYNTHETIC);
    }

    private boolean isPublicType(ClassModel type) {
        if (!type.flags().has(AccessFlag.PUBLIC)) {
            return false;
        }
        int nested = type.thisClass().asInternalName().lastIndexOf('$');
        ClassModel outer = nested < 0
                ? null
                : classes.get(type.thisClass().asInternalName().substring(0, nested));
        return outer == null || isPublicType(outer);
    }

    private static boolean saysSo(MethodModel method) {
        return method.findAttribute(Attributes.exceptions())
                .map(attribute ->
                        attribute.exceptions().stream().anyMatch(thrown -> SAYING_SO.contains(thrown.asInternalName())))
                .orElse(false);
    }
}
