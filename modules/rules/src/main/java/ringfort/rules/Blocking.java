package ringfort.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;
import ringfort.rules.ClassCode.FieldUse;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.ClassCode.Use;

/**
 * What makes a thread wait for something other than its own work, as far as that has a name: the JDK's and the usual
 * loggers' methods, {@code synchronized}, standard output.
 *
 * <p>A method matches through any supertype of the class it is called on. {@code name/2} is the overload with two
 * parameters, {@code *} every method.
 */
final class Blocking {
    private static final String CATALOGUE = """
            lock        java.util.concurrent.locks.Lock lock lockInterruptibly tryLock
            lock        java.util.concurrent.locks.StampedLock *
            lock        java.util.concurrent.Semaphore acquire acquireUninterruptibly tryAcquire/2 tryAcquire/3
            waiting     java.lang.Object wait
            waiting     java.lang.Thread sleep join onSpinWait
            waiting     java.util.concurrent.TimeUnit sleep timedJoin timedWait
            waiting     java.util.concurrent.locks.LockSupport park parkNanos parkUntil
            waiting     java.util.concurrent.locks.Condition await awaitNanos awaitUntil awaitUninterruptibly
            waiting     java.util.concurrent.CountDownLatch await
            waiting     java.util.concurrent.CyclicBarrier await
            waiting     java.util.concurrent.Phaser awaitAdvance awaitAdvanceInterruptibly arriveAndAwaitAdvance
            waiting     java.util.concurrent.Exchanger exchange
            waiting     java.lang.Process waitFor
            waiting     java.lang.ProcessBuilder start
            waiting     java.lang.Runtime exec
            waiting     java.nio.channels.Selector select
            future      java.util.concurrent.Future get
            future      java.util.concurrent.CompletableFuture get join
            future      java.util.concurrent.ForkJoinTask get join invoke
            future      java.util.concurrent.ExecutorService invokeAll invokeAny awaitTermination close
            queue       java.util.concurrent.BlockingQueue put take offer/3 poll/2
            queue       java.util.concurrent.BlockingDeque putFirst putLast takeFirst takeLast
            queue       java.util.concurrent.TransferQueue transfer tryTransfer/3
            queue       java.util.concurrent.SynchronousQueue *
            stream      java.io.InputStream read readAllBytes readNBytes skip skipNBytes transferTo
            stream      java.io.OutputStream write flush
            stream      java.io.Reader read readLine readAllLines readAllAsString transferTo lines
            stream      java.io.Writer write append flush
            stream      java.io.PrintStream *
            stream      java.util.Scanner *
            file        java.io.FileInputStream *
            file        java.io.FileOutputStream *
            file        java.io.FileReader *
            file        java.io.FileWriter *
            file        java.io.RandomAccessFile *
            file        java.io.File exists isFile isDirectory length list listFiles delete mkdir mkdirs renameTo \
            createNewFile createTempFile getCanonicalPath getCanonicalFile lastModified canRead canWrite
            file        java.nio.file.Files *
            file        java.nio.file.Path toRealPath
            file        java.nio.channels.FileChannel *
            socket      java.net.Socket connect getInputStream getOutputStream close
            socket      java.net.ServerSocket accept bind
            socket      java.net.DatagramSocket send receive
            socket      java.nio.channels.SocketChannel connect read write finishConnect
            socket      java.nio.channels.ServerSocketChannel accept
            socket      java.nio.channels.DatagramChannel send receive read write
            socket      java.net.URL openConnection openStream getContent
            socket      java.net.URLConnection *
            socket      java.net.http.HttpClient send
            socket      java.sql.DriverManager *
            socket      java.sql.Connection *
            socket      java.sql.Statement *
            socket      javax.sql.DataSource *
            DNS         java.net.InetAddress getByName getAllByName getHostName getCanonicalHostName getLocalHost \
            isReachable
            DNS         java.net.InetSocketAddress <init>/2:String getHostName
            DNS         java.net.URL equals hashCode
            log         java.lang.System getLogger
            log         java.lang.System$Logger log
            log         java.util.logging.Logger *
            log         org.slf4j.Logger *
            log         org.apache.logging.log4j.Logger *
            log         org.apache.commons.logging.Log *
            log         java.lang.Throwable printStackTrace/0
            log         java.lang.Thread dumpStack
            console     java.lang.IO *
            console     java.io.Console *
            """;

    /** Streams and writers in memory: nobody waits for them. */
    private static final Set<String> IN_MEMORY = Set.of(
            "java.io.ByteArrayInputStream",
            "java.io.ByteArrayOutputStream",
            "java.io.StringReader",
            "java.io.StringWriter",
            "java.io.CharArrayReader",
            "java.io.CharArrayWriter");

    private record Entry(String kind, String method) {
        boolean matches(Code call) {
            if (method.equals("*")) {
                return true;
            }
            int slash = method.indexOf('/');
            String name = slash < 0 ? method : method.substring(0, slash);
            if (!call.name().equals(name)) {
                return false;
            }
            if (slash < 0) {
                return true;
            }
            String shape = method.substring(slash + 1);
            int colon = shape.indexOf(':');
            int parameters = Integer.parseInt(colon < 0 ? shape : shape.substring(0, colon));
            return call.parameterCount() == parameters
                    && (colon < 0 || call.descriptor().startsWith("(Ljava/lang/" + shape.substring(colon + 1) + ";"));
        }
    }

    private static final Map<String, List<Entry>> ENTRIES = parse();

    private Blocking() {}

    private static Map<String, List<Entry>> parse() {
        Map<String, List<Entry>> entries = new HashMap<>();
        CATALOGUE.lines().forEach(line -> {
            var words = new StringTokenizer(line);
            String kind = words.nextToken();
            String type = words.nextToken();
            while (words.hasMoreTokens()) {
                entries.computeIfAbsent(type, _ -> new ArrayList<>()).add(new Entry(kind, words.nextToken()));
            }
        });
        return entries;
    }

    /** A place where a method may wait: what it does there, and its line. */
    record Site(Code in, String what, int line) {}

    /** Finds where a method itself may wait, calls into imported code aside. */
    static List<Site> in(CallGraph graph, MethodCode method) {
        List<Site> sites = new ArrayList<>();
        if (method.isSynchronized()) {
            sites.add(new Site(method.code(), "is synchronized (lock)", firstLine(method)));
        }
        for (Use use : method.uses()) {
            switch (use) {
                case ClassCode.Monitor(int line) ->
                    sites.add(new Site(method.code(), "enters a synchronized block (lock)", line));
                case FieldUse field
                when isConsole(field) ->
                    sites.add(new Site(method.code(), "uses System." + field.name() + " (console)", field.line()));
                default -> {}
            }
        }
        for (CallGraph.Edge edge : graph.edgesFrom(method.code())) {
            String kind = graph.method(edge.to()) == null ? kind(graph, edge.to()) : null;
            if (kind != null) {
                sites.add(new Site(method.code(), "calls " + edge.to() + " (" + kind + ")", edge.line()));
            }
        }
        return sites;
    }

    private static boolean isConsole(FieldUse field) {
        return field.owner().equals("java.lang.System") && !field.isWrite();
    }

    private static int firstLine(MethodCode method) {
        return method.uses().isEmpty() ? 0 : method.uses().getFirst().line();
    }

    /** What kind of waiting a call of something outside is; null if none. */
    private static @Nullable String kind(CallGraph graph, Code call) {
        Set<String> types = graph.supertypes(call.owner());
        if (types.stream().anyMatch(IN_MEMORY::contains)) {
            return null;
        }
        for (String type : types) {
            boolean constructorOfSubtype = call.name().equals(Code.CONSTRUCTOR) && !type.equals(call.owner());
            for (Entry entry : ENTRIES.getOrDefault(type, List.of())) {
                if (!constructorOfSubtype && entry.matches(call)) {
                    return entry.kind();
                }
            }
        }
        return null;
    }
}
