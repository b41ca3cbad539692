package ringfort.server.loop;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import ringfort.budget.Phase;
import ringfort.h1.H1State;
import ringfort.message.StatusCodes;
import ringfort.server.exchange.ServerContext;
import ringfort.sys.OffWorker;
import ringfort.timers.Ticker;

/**
 * Has the JVM do beforehand what takes memory the first time only: it loads and initializes classes, and makes the strings
 * that stand in their code. What deals with a full heap is not used before the heap is full. Without this its first use would fail, and
 * a class whose initializer has failed once is lost for the life of the process.
 *
 * <p>Done once for each JVM, in the background and half a second after the start, as it takes a tenth of a second of processor
 * time. A heap that is full before that may break what is behind here. Any thread.
 */
final class FirstUse {
    /** Rooms whose classes run on any platform and acquire nothing when they are initialized. */
    private static final List<String> PACKAGES = List.of(
            "ringfort/server/loop/",
            "ringfort/server/exchange/",
            "ringfort/server/protocol/",
            "ringfort/server/metrics/",
            "ringfort/server/wire/",
            "ringfort/server/nio/",
            "ringfort/budget/",
            "ringfort/message/",
            "ringfort/h1/",
            "ringfort/timers/");

    /** One class for each module that has some of the packages. */
    private static final List<Class<?>> MODULES =
            List.of(FirstUse.class, Phase.class, StatusCodes.class, H1State.class, Ticker.class);

    /** A server that has just started has better things to do for so long. */
    private static final long PAUSE_NANOS = 500_000_000L;

    private static final AtomicBoolean WANTED = new AtomicBoolean();

    /** The JVM keeps a string of the code only for as long as somebody else does, until that code has run. */
    private static final Set<String> STRINGS = ConcurrentHashMap.newKeySet();

    private FirstUse() {}

    /** Begins soon, once in the life of the JVM; returns at once. */
    @OffWorker
    static void prepareSoon(ServerContext context) {
        if (WANTED.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("ringfort-first-use").start(() -> prepare(context));
        }
    }

    private static void prepare(ServerContext context) {
        LockSupport.parkNanos(PAUSE_NANOS); // it may end early, which is harmless
        for (Class<?> one : MODULES) {
            try {
                prepareModule(one);
            } catch (Throwable e) {
                WANTED.set(false); // for want of memory; the next server tries again
                context.notices().defect("classes of " + one.getModule() + " could not be prepared", e);
            }
        }
    }

    private static void prepareModule(Class<?> one) throws IOException, URISyntaxException {
        CodeSource source = one.getProtectionDomain().getCodeSource();
        if (source == null) {
            return; // nobody says where the classes are: their first use takes its chance
        }
        URI place = source.getLocation().toURI();
        Path root = Path.of(place);
        if (place.getScheme().equals("file") && Files.isRegularFile(root)) {
            try (FileSystem jar = FileSystems.newFileSystem(root)) {
                prepareBeneath(jar.getPath("/"));
            }
        } else {
            prepareBeneath(root);
        }
    }

    private static void prepareBeneath(Path root) throws IOException {
        for (String room : PACKAGES) {
            Path folder = root.resolve(room);
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.list(folder)) {
                    for (Path file : (Iterable<Path>) files::iterator) {
                        prepareClass(room, file);
                    }
                }
            }
        }
    }

    private static void prepareClass(String room, Path file) throws IOException {
        String name = file.getFileName().toString();
        if (!name.endsWith(".class") || name.endsWith("-info.class")) {
            return;
        }
        for (PoolEntry entry : ClassFile.of().parse(Files.readAllBytes(file)).constantPool()) {
            if (entry instanceof StringEntry string) {
                STRINGS.add(string.stringValue().intern());
            }
        }
        String simple = name.substring(0, name.length() - ".class".length());
        try {
            Class.forName(room.replace('/', '.') + simple);
        } catch (ClassNotFoundException e) {
            throw new IOException(e);
        }
    }
}
