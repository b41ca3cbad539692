package ringfort.rules;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All class files that rules look at together. They are read once for all rules, on all processors, and what is derived
 * from all of them is made only if a rule needs it. Used by one thread at a time.
 */
final class Project {
    /** Class files of ArchUnit's classes: read once, and kept for as long as the classes are. */
    private static final Map<JavaClass, ImportedClass> READ = Collections.synchronizedMap(new WeakHashMap<>());

    private static SoftReference<Project> last = new SoftReference<>(null);

    private final Map<String, ImportedClass> classes = new LinkedHashMap<>();
    private final Map<String, JavaClass> origins = new HashMap<>(); // ArchUnit's classes; empty without ArchUnit
    private final Hierarchy hierarchy = new Hierarchy(classes);
    private final Map<Class<?>, Object> derived = new HashMap<>();
    private @Nullable Boolean knowsRingfort;

    private Project(List<ImportedClass> read) {
        read.forEach(type -> classes.putIfAbsent(type.name(), type));
    }

    /**
     * The class files in folders and jars.
     *
     * @throws UncheckedIOException when one cannot be read
     * @throws IllegalArgumentException when one is no class file, or a later JDK's
     */
    static Project in(List<Path> paths) {
        List<ImportedClass> read = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isRegularFile(path) && path.toString().endsWith(".jar")) {
                try (FileSystem jar = FileSystems.newFileSystem(path)) {
                    read.addAll(below(jar.getPath("/")));
                } catch (IOException e) {
                    throw new UncheckedIOException("the jar " + path + " cannot be read", e);
                }
            } else {
                read.addAll(below(path));
            }
        }
        return new Project(read);
    }

    private static List<ImportedClass> below(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files
                    .filter(file -> {
                        String name = String.valueOf(file.getFileName());
                        return name.endsWith(".class") && !name.equals("module-info.class");
                    })
                    .filter(file -> version(file) <= Runtime.version().feature())
                    .sorted(Comparator.comparingInt(Project::version).reversed().thenComparing(file -> file))
                    .toList()
                    .parallelStream()
                    .map(Project::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("class files below " + root + " cannot be read", e);
        }
    }

    /**
     * The Java version that a class file in a multi-release jar is for; 0 for one that is for any. Of several the JVM
     * takes the highest that it knows (JAR File Specification, Multi-release JAR files).
     */
    private static int version(Path file) {
        for (int i = 0; i + 2 < file.getNameCount(); i++) {
            if (file.getName(i).toString().equals("META-INF")
                    && file.getName(i + 1).toString().equals("versions")) {
                String version = file.getName(i + 2).toString();
                return version.matches("[0-9]{1,4}") ? Integer.parseInt(version) : Integer.MAX_VALUE;
            }
        }
        return 0;
    }

    private static ImportedClass read(Path file) {
        try {
            return new ImportedClass(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException("the class file " + file + " cannot be read", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + " is no class file, or one of a later JDK than "
                            + Runtime.version().feature(),
                    e);
        }
    }

    /** Classes that ArchUnit has imported: the project is made once for the rules that look at them one after another. */
    static synchronized Project of(Collection<JavaClass> imported) {
        Project made = last.get();
        if (made == null || !made.isOf(imported)) {
            made = new Project(imported.parallelStream().map(Project::read).toList());
            for (JavaClass type : imported) {
                made.origins.put(type.getName(), type);
            }
            last = new SoftReference<>(made);
        }
        return made;
    }

    private boolean isOf(Collection<JavaClass> imported) {
        return imported.size() == origins.size()
                && imported.stream().allMatch(type -> origins.get(type.getName()) == type);
    }

    /** The class file of a class that ArchUnit has imported. */
    static ImportedClass read(JavaClass imported) {
        ImportedClass known = READ.get(imported);
        if (known != null) {
            return known;
        }
        Source source = imported.getSource()
                .orElseThrow(() -> new IllegalArgumentException(imported.getName() + " was imported without its file"));
        try (InputStream in = source.getUri().toURL().openStream()) {
            ImportedClass read = new ImportedClass(in.readAllBytes());
            READ.put(imported, read);
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + source.getUri() + " again", e);
        }
    }

    Collection<ImportedClass> classes() {
        return classes.values();
    }

    @Nullable ImportedClass imported(String name) {
        return classes.get(name);
    }

    Hierarchy hierarchy() {
        return hierarchy;
    }

    boolean mentionsAny(String... texts) {
        List<String> any = List.of(texts);
        return classes.values().parallelStream().anyMatch(type -> type.mentionsAny(any));
    }

    /** Tells whether a class names a type of Ringfort, or extends one through a library that is not imported. */
    boolean knowsRingfort() {
        Boolean known = knowsRingfort;
        if (known == null) {
            known = mentionsAny("ringfort/")
                    || classes.keySet().stream()
                            .anyMatch(type ->
                                    hierarchy.supertypes(type).stream().anyMatch(name -> name.startsWith("ringfort.")));
            knowsRingfort = known;
        }
        return known;
    }

    /**
     * What classes say of something, where their class files make it worth a look; in the order of the classes. Both
     * functions run on several threads and ask the class file alone, not this project.
     */
    <T> List<T> from(Predicate<ImportedClass> isWorthALook, Function<ImportedClass, List<T>> look) {
        return classes.values().parallelStream()
                .filter(isWorthALook)
                .flatMap(type -> look.apply(type).stream())
                .toList();
    }

    /** What is derived from the whole project: made when it is asked for first, and kept. */
    <T> T derived(Class<T> what, Function<Project, T> maker) {
        Object known = derived.get(what);
        if (known == null) {
            known = maker.apply(this);
            derived.put(what, known);
        }
        return what.cast(known);
    }
}
