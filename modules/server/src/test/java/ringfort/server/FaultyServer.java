package ringfort.server;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import ringfort.api.Metric;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.RunningEngine;
import ringfort.timers.Ticker;

/** A server in a process of its own whose handlers use up the heap or the stack, and whose log may throw or hang. */
final class FaultyServer {
    /** What becomes of log lines. */
    enum Log {
        /** They are counted. */
        COUNTS,
        /** The first throws, the others are counted. */
        THROWS_ONCE,
        /** Writing the first one never returns. */
        HANGS
    }

    static final Duration HEADER = Duration.ofSeconds(1);
    private static final long FULL_NANOS = 300_000_000;
    private static final int PIECE_BYTES = 16 * 1024;

    private FaultyServer() {}

    static ServerProcess start(Variant variant, Log log) throws IOException {
        return ServerProcess.start(
                FaultyServer.class, List.of("-Xmx48m", "-XX:+UseSerialGC", "-Xss512k"), variant.name(), log.name());
    }

    /** Where the log goes; the JDK's console handler lets errors through. */
    private static final class Faulty extends OutputStream {
        private final Log log;
        private final AtomicInteger lines = new AtomicInteger();

        Faulty(Log log) {
            this.log = log;
        }

        @Override
        public void write(int octet) {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            int line = lines.incrementAndGet();
            if (log == Log.THROWS_ONCE && line == 1) {
                throw new LinkageError("the log fails on purpose");
            }
            if (log == Log.HANGS) {
                hang();
            }
        }

        private static void hang() {
            while (true) {
                LockSupport.park(); // for a lock that nobody opens
            }
        }
    }

    /** The server's process. */
    public static void main(String... arguments) throws IOException {
        Variant variant = Variant.valueOf(arguments[0]);
        var faulty = new Faulty(Log.valueOf(arguments[1]));
        System.setErr(new PrintStream(faulty, true));
        ServerOptions options = variant.options(ServerOptions.defaults().toBuilder())
                .port(0)
                .workers(2)
                .headerTimeout(HEADER)
                .build();
        RunningEngine[] running = new RunningEngine[1];
        Server server = Server.of(options)
                .get("/", _ -> Response.text("ok"))
                .get("/fill", _ -> Response.text(Long.toString(fill())))
                .get("/overflow", _ -> Response.text(Long.toString(deeper(0))))
                .get("/overflow-inline", _ -> Response.text(Long.toString(deeper(0))), Route.inline())
                .get("/hold", _ -> hold(), Route.inline())
                .get("/lines", _ -> number(faulty.lines.get()))
                .get("/threads", _ -> Response.text(threads()))
                .get("/prepared", _ -> Response.text(prepared()))
                .get("/open", _ -> metric(running[0], "ringfort_connections_open"));
        running[0] = variant.engine().start(options, server.application());
        Await.until(() -> !isPreparing(), () -> "classes are still prepared");
        System.out.println(running[0].address().getPort());
        while (System.in.read() >= 0) {}
        running[0].stop(Duration.ofSeconds(2));
        Runtime.getRuntime().halt(running[0].failure() == null ? 0 : 1); // the log hangs in exit, too
    }

    /** Which of the classes that deal with a full heap are there, though nothing has gone wrong yet. */
    private static String prepared() throws ReflectiveOperationException {
        Method found = ClassLoader.class.getDeclaredMethod("findLoadedClass", String.class);
        found.setAccessible(true); // the JVM that runs the server's tests opens java.lang to the server
        StringBuilder prepared = new StringBuilder();
        for (String name : List.of("exchange.FixedAnswers", "loop.Lingering", "nio.NioWorker")) {
            Object there = found.invoke(FaultyServer.class.getClassLoader(), "ringfort.server." + name);
            prepared.append(there == null ? "" : name + " ");
        }
        return prepared.toString().strip();
    }

    /** Uses up the heap, keeps it full for a while, and lets go of it. */
    private static long fill() {
        List<byte[]> all = new ArrayList<>();
        long begin = Ticker.system().nanos();
        long failures = 0;
        while (Ticker.system().nanos() - begin < FULL_NANOS) {
            try {
                all.add(new byte[PIECE_BYTES]);
            } catch (OutOfMemoryError e) {
                failures++;
            }
        }
        return failures + all.size();
    }

    @SuppressWarnings("InfiniteRecursion")
    private static long deeper(long depth) {
        return deeper(depth + 1) + depth;
    }

    private static Response hold() {
        long begin = Ticker.system().nanos();
        while (Ticker.system().nanos() - begin < 200_000_000L) {
            Thread.onSpinWait();
        }
        return Response.text("held");
    }

    /** What deals with a full heap is prepared for that in the first second. */
    private static boolean isPreparing() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("ringfort-first-use"));
    }

    /** What ends by itself soon after a start. */
    private static final Set<String> BRIEF = Set.of("ringfort-pollers", "ringfort-first-use");

    /** The server's own threads that live, by name, but for those that are brief. */
    private static String threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("ringfort-") && !BRIEF.contains(name))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private static Response number(long number) {
        return Response.text(Long.toString(number));
    }

    private static Response metric(RunningEngine engine, String name) {
        return number((long) engine.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .mapToDouble(Metric::value)
                .sum());
    }
}
