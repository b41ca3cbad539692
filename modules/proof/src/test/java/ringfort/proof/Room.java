package ringfort.proof;

import java.io.File;
import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A module of this project as the build has just made it.
 *
 * @param name the folder's name; the module is {@code ringfort.} and this
 * @param descriptor its compiled descriptor
 */
record Room(String name, ModuleDescriptor descriptor) {
    /** The checkout, which the build names; an IDE starts tests in the module's folder. */
    static final Path ROOT = Path.of(System.getProperty("ringfort.root", "../.."))
            .toAbsolutePath()
            .normalize();

    /** Every room that is published, in the order of the build. */
    static List<Room> published() {
        return Pom.of(ROOT).modules().stream()
                .map(ROOT::resolve)
                .filter(folder -> Pom.of(folder).isPublishedJar())
                .map(folder -> of(folder.getFileName().toString()))
                .toList();
    }

    private static Room of(String name) {
        return ModuleFinder.of(classes(name))
                .find("ringfort." + name)
                .map(module -> new Room(name, module.descriptor()))
                .orElseThrow(() -> new AssertionError("no compiled module ringfort." + name + " in " + classes(name)));
    }

    String module() {
        return descriptor.name();
    }

    Path folder() {
        return ROOT.resolve("modules", name);
    }

    Path classes() {
        return classes(name);
    }

    private static Path classes(String name) {
        return ROOT.resolve("modules", name, "target", "classes");
    }

    Path sources() {
        return folder().resolve("src", "main", "java");
    }

    /** Packages that every other module may use, sorted. */
    SortedSet<String> exportedPackages() {
        return descriptor.exports().stream()
                .filter(export -> !export.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Names of the top-level types in the package {@code exported}, public or not, sorted. */
    List<String> typesIn(String exported) throws IOException {
        try (Stream<Path> files = Files.list(classes().resolve(exported.replace('.', '/')))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file ->
                            file.endsWith(".class") && !file.contains("$") && !file.equals("package-info.class"))
                    .map(file -> exported + "." + file.substring(0, file.length() - ".class".length()))
                    .sorted()
                    .toList();
        }
    }

    /** Names of all modules that {@code java --module} resolves for this one, itself among them. Services not bound. */
    SortedSet<String> closure() {
        return Configuration.empty().resolve(finder(), ModuleFinder.ofSystem(), Set.of(module())).modules().stream()
                .map(ResolvedModule::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All rooms that are published, and the libraries that came with them to this test. */
    static ModuleFinder finder() {
        Path[] rooms = Pom.of(ROOT).modules().stream()
                .map(module -> ROOT.resolve(module, "target", "classes"))
                .filter(classes -> Files.exists(classes.resolve("module-info.class")))
                .toArray(Path[]::new);
        return ModuleFinder.compose(
                ModuleFinder.of(rooms), ModuleFinder.of(libraries().toArray(Path[]::new)));
    }

    /** Groups of what a client of the tests brings along, which nobody gets who uses a room. */
    private static final List<String> CLIENTS = Stream.of(
                    "io/grpc/", "io/perfmark/", "com/google/", "org/codehaus/mojo/")
            .map(group -> group.replace("/", File.separator))
            .toList();

    /** Jars of others among what this test was started with. */
    static List<Path> libraries() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(path -> path.toString().endsWith(".jar"))
                .filter(path -> !path.getFileName().toString().startsWith("ringfort-"))
                .filter(path -> CLIENTS.stream().noneMatch(path.toString()::contains))
                .toList();
    }
}
