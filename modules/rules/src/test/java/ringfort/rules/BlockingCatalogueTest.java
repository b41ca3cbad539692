package ringfort.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The catalogue of what waits is what {@link JdkWaits} finds in this JDK, without what is harmless for a reason given here,
 * and with what cannot be found that way. A newer JDK with a new way to wait fails this test; {@code -Dringfort.update=true}
 * writes the catalogue anew, for a look at the difference.
 */
final class BlockingCatalogueTest {
    private static final Path CATALOGUE = Path.of(
            System.getProperty("ringfort.root"), "modules/rules/src/main/resources/ringfort/rules/blocking.txt");

    /** What is found and does not wait: patterns of {@code type method descriptor}, each with its reason. */
    private static final Map<Pattern, String> HARMLESS = harmless();

    private static Map<Pattern, String> harmless() {
        Map<Pattern, String> all = new LinkedHashMap<>();
        String pools =
                "java\\.util\\.concurrent\\.(ThreadPoolExecutor|ScheduledThreadPoolExecutor|ForkJoinPool|AbstractExecutorService)";
        all.put(
                Pattern.compile(
                        pools
                                + "(\\$\\w+)? (submit|execute|schedule\\w*|lazySubmit|externalSubmit|shutdown(Now)?|set\\w+"
                                + "|allow\\w+|prestart\\w+|purge|remove|cancel\\w+|is\\w+|rejectedExecution|submitWithTimeout) .*"),
                "handing a task to a pool takes a short lock");
        all.put(
                Pattern.compile("java\\.util\\.concurrent\\.(ForkJoinTask|CountedCompleter|ForkJoinWorkerThread)"
                        + " (complete\\w*|fork|helpComplete|<init>|run|onStart|onTermination) .*"),
                "completing a task runs others or wakes them");
        all.put(
                Pattern.compile("java\\.util\\.concurrent\\.(Linked|Priority)\\w*Queue (add|offer|poll|drainTo|peek)"
                        + " \\((Ljava/lang/Object;|Ljava/util/Collection;I?)?\\).*"),
                "without a limit these return at once");
        all.put(
                Pattern.compile("java\\.util\\.concurrent\\.SynchronousQueue (offer|poll|drainTo)"
                        + " \\((Ljava/lang/Object;|Ljava/util/Collection;I?)?\\).*"),
                "without a limit these return at once");
        all.put(
                Pattern.compile(
                        "java\\.util\\.concurrent\\.(CompletableFuture (orTimeout|completeOnTimeout)|FutureTask cancel"
                                + "|Phaser (<init>|register|bulkRegister)|StructuredTaskScope open) .*"),
                "it arms a timer, interrupts, or counts");
        all.put(
                Pattern.compile("java\\.lang\\.(Thread(Group)? interrupt|ThreadLocal .*|Module .*|module\\..*"
                        + "|ClassLoader .*|classfile\\..*).*"),
                "it takes a short lock, or loads classes");
        all.put(
                Pattern.compile(
                        "java\\.(net|nio\\.channels)\\.\\w+ ((get|set|is|supports?)(?!InputStream|OutputStream|Content|By|AllByName|HostName|CanonicalHostName|Localhost|LocalHost)\\w*"
                                + "|toString|bind|joinGroup|leaveGroup|disconnect|supportedOptions) .*"),
                "it reads or sets what the kernel has at hand");
        all.put(
                Pattern.compile(
                        "java\\.net\\.(NetworkInterface|SocketPermission|Inet6Address|InetAddress (getLoopbackAddress|ofLiteral)).*"),
                "no name server is asked");
        all.put(
                Pattern.compile("java\\.nio\\.channels\\.(Selector (open|selectNow|close)|\\w+ open \\(\\)|\\w+ open"
                        + " \\(Ljava/net/ProtocolFamily;\\)).*"),
                "it looks and does not wait, or makes a descriptor");
        all.put(
                Pattern.compile(
                        "java\\.(io\\.(ByteArray\\w+|CharArray\\w+|String(Reader|Writer)) (?!writeTo|transferTo)\\w+"
                                + "|nio\\.CharBuffer \\w+) .*"),
                "it ends in memory");
        all.put(
                Pattern.compile(
                        "(java\\.security\\.(cert\\..*|AlgorithmParameters.*|SignedObject.*|PEM.*|Certificate.*|Provider.*)"
                                + "|javax\\.crypto\\.(SealedObject|EncryptedPrivateKeyInfo).*|javax\\.security\\..*) .*"),
                "the exception is for bytes that cannot be decoded");
        all.put(
                Pattern.compile(
                        "(javax\\.naming\\.(directory\\.Attribute|directory\\.BasicAttribute|Referenceable|LinkRef|NameParser"
                                + "|ldap\\.\\w*Control\\w*)|java\\.sql\\.(Wrapper|Savepoint|Driver|\\w+Builder)) .*"),
                "it reads what is at hand");
        return all;
    }

    /** What waits and cannot be found: no code of the JDK tells, or it is not the JDK's. */
    private static final String BESIDE = """
            lock      java.util.concurrent.locks.Lock lock
            lock      java.util.concurrent.locks.StampedLock readLock writeLock
            waiting   java.util.concurrent.locks.Condition awaitUninterruptibly
            waiting   java.lang.Thread onSpinWait
            waiting   java.lang.System exit runFinalization gc
            waiting   java.lang.Runtime exit halt runFinalization gc
            waiting   java.util.concurrent.ExecutorService close
            waiting   java.security.SecureRandom getInstanceStrong generateSeed getSeed
            waiting   java.util.Collection parallelStream
            waiting   java.util.stream.BaseStream parallel
            waiting   java.util.Arrays parallelSort parallelPrefix parallelSetAll
            waiting   ringfort.api.RunningServer stop close awaitStop
            log       java.lang.System getLogger
            log       java.lang.System$Logger log
            log       java.util.logging.Logger *
            log       org.slf4j.Logger *
            log       org.apache.logging.log4j.Logger *
            log       org.apache.commons.logging.Log *
            log       java.lang.Throwable printStackTrace()
            log       java.lang.Thread dumpStack
            console   java.lang.IO *
            console   java.io.Console *
            database  java.sql.DriverManager *
            """;

    private static String kind(String type, String name) {
        if (type.startsWith("java.util.concurrent.locks.")
                && !type.contains("Condition")
                && !type.contains("Support")) {
            return "lock";
        }
        if (type.equals("java.util.concurrent.Semaphore")) {
            return "lock";
        }
        if (type.matches("java\\.util\\.concurrent\\.\\w*(Queue|Deque)")) {
            return "queue";
        }
        if (type.matches(
                "java\\.util\\.concurrent\\.\\w*(Future|FutureTask|ForkJoinTask|CompletionService|ExecutorService)")) {
            return "future";
        }
        if (type.matches("java\\.net\\.Inet\\w*Address")
                || (type.equals("java.net.URL") && name.matches("equals|hashCode|sameFile"))) {
            return "DNS";
        }
        if (type.startsWith("java.sql.") || type.startsWith("javax.sql.")) {
            return "database";
        }
        if (type.startsWith("javax.naming.")) {
            return "directory";
        }
        if (type.matches(
                "java\\.net\\..*|javax\\.net\\..*|java\\.nio\\.channels\\..*(Socket|Datagram|Network|Multicast|Server).*")) {
            return "socket";
        }
        if (type.matches(
                "java\\.nio\\..*|java\\.util\\.(zip\\.Zip|jar\\.Jar)File|java\\.io\\.(File\\w*|RandomAccessFile)")) {
            return "file";
        }
        if (type.startsWith("java.util.logging.")) {
            return "log";
        }
        return type.matches(
                        "java\\.io\\..*|java\\.util\\.(zip|jar)\\..*|java\\.util\\.(Scanner|Formatter|Properties)|javax\\.crypto\\..*|java\\.security\\..*|java\\.lang\\.(Appendable|Readable)")
                ? "stream"
                : "waiting";
    }

    private static boolean isHarmless(String line) {
        return HARMLESS.keySet().stream()
                .anyMatch(pattern -> pattern.matcher(line).matches());
    }

    /** What the catalogue has to say: {@code kind type}, and its methods with their parameters. */
    private static List<String> derive(List<String> found) {
        Map<String, Set<String>> waiting = new TreeMap<>();
        for (String line : found) {
            String[] words = line.split(" ", 3);
            if (!isHarmless(line)) {
                String descriptor = words[2].substring(0, words[2].indexOf(')') + 1);
                waiting.computeIfAbsent(kind(words[0], words[1]) + " " + words[0], _ -> new TreeSet<>())
                        .add(words[1] + descriptor);
            }
        }
        List<String> lines = new ArrayList<>();
        waiting.forEach((type, methods) -> lines.add(type + " " + String.join(" ", methods)));
        BESIDE.lines().map(line -> String.join(" ", line.strip().split("\\s+"))).forEach(lines::add);
        return lines;
    }

    @Test
    void theCatalogueIsWhatTheJdkHas() throws IOException {
        List<String> found = JdkWaits.find();
        assertTrue(found.size() > 2_000, () -> found.size() + " methods found");
        List<String> derived = derive(found);
        if (Boolean.getBoolean("ringfort.update")) {
            Files.createDirectories(CATALOGUE.getParent());
            Files.write(CATALOGUE, derived);
        }
        Set<String> known = entries(Files.readAllLines(CATALOGUE));
        Set<String> added = new TreeSet<>(entries(derived));
        added.removeAll(known);
        assertEquals(
                Set.of(), added, "this JDK has ways to wait that the catalogue does not list: decide, then update");
    }

    @Test
    void everyReasonIsNeeded() throws IOException {
        List<String> found = JdkWaits.find();
        for (Map.Entry<Pattern, String> one : HARMLESS.entrySet()) {
            assertTrue(
                    found.stream().anyMatch(line -> one.getKey().matcher(line).matches()),
                    () -> "nothing is harmless because " + one.getValue() + ": " + one.getKey());
        }
    }

    private static Set<String> entries(List<String> lines) {
        Set<String> entries = new TreeSet<>();
        for (String line : lines) {
            var words = new StringTokenizer(line);
            words.nextToken();
            String type = words.nextToken();
            while (words.hasMoreTokens()) {
                entries.add(type + " " + words.nextToken());
            }
        }
        return entries;
    }
}
