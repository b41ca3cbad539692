package ringfort.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import ringfort.app.Facts.EngineFact;
import ringfort.app.Facts.Limit;

/**
 * Reads {@link Facts} off a machine: proc(5), sysfs and what the JVM says of itself. A file that is not there makes a
 * fact unknown, never an error: half of them exist on Linux only.
 */
final class FactFinder {
    /** The modules that call native code, which the launcher's argument file allows. */
    private static final List<String> NATIVE_MODULES =
            List.of("ringfort.sys", "ringfort.ring", "ringfort.poller", "ringfort.server");

    private final Path root;
    private final Map<String, String> environment;
    private final List<String> withoutNativeAccess;

    /**
     * Make it before any engine is asked: a module that calls native code without being allowed to counts as allowed
     * after the JVM has warned of it once.
     *
     * @param root where proc, sys and the container's marks are, "/" but in tests
     * @param environment the process's environment
     */
    FactFinder(Path root, Map<String, String> environment) {
        this.root = root;
        this.environment = environment;
        this.withoutNativeAccess = withoutNativeAccess(ModuleLayer.boot(), engineModule());
    }

    private static Module engineModule() {
        return ModuleLayer.boot()
                .findModule("ringfort.server")
                .orElse(FactFinder.class.getClassLoader().getUnnamedModule());
    }

    Facts find(List<EngineFact> answers) {
        Module engines = engineModule();
        boolean opened = Object.class.getModule().isOpen("java.lang", engines);
        return new Facts(
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch"),
                number("proc/sys/kernel/io_uring_disabled"),
                seccomp(),
                container(),
                Runtime.getRuntime().availableProcessors(),
                cpuQuota(),
                number(cgroup("memory.max")),
                Runtime.getRuntime().maxMemory(),
                limit("Max open files"),
                limit("Max locked memory"),
                number("proc/sys/net/core/somaxconn"),
                number("proc/sys/net/ipv4/tcp_max_syn_backlog"),
                System.getProperty("sun.jnu.encoding", "unknown"),
                engines.isNamed() ? engines.getName() : "ALL-UNNAMED",
                opened,
                withoutNativeAccess,
                tlsProtocols(),
                answers);
    }

    private static List<String> tlsProtocols() {
        try {
            List<String> spoken =
                    List.of(SSLContext.getDefault().getDefaultSSLParameters().getProtocols());
            return Stream.of("TLSv1.3", "TLSv1.2").filter(spoken::contains).toList();
        } catch (NoSuchAlgorithmException e) {
            return List.of();
        }
    }

    /** On the class path all modules are one. */
    private static List<String> withoutNativeAccess(ModuleLayer layer, Module engines) {
        if (!engines.isNamed()) {
            return engines.isNativeAccessEnabled() ? List.of() : List.of("ALL-UNNAMED");
        }
        return NATIVE_MODULES.stream()
                .filter(name -> layer.findModule(name)
                        .filter(module -> !module.isNativeAccessEnabled())
                        .isPresent())
                .toList();
    }

    private OptionalLong seccomp() {
        return lines("proc/self/status")
                .filter(line -> line.startsWith("Seccomp:"))
                .map(line -> parse(line.substring("Seccomp:".length())))
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    /** The marks that container runtimes leave; none of them is certain. */
    private @Nullable String container() {
        if (environment.containsKey("KUBERNETES_SERVICE_HOST")) {
            return "Kubernetes, by KUBERNETES_SERVICE_HOST";
        }
        if (Files.exists(root.resolve(".dockerenv"))) {
            return "Docker, by /.dockerenv";
        }
        if (Files.exists(root.resolve("run/.containerenv"))) {
            return "Podman, by /run/.containerenv";
        }
        String named = environment.get("container");
        return named == null ? null : named + ", by the environment variable container";
    }

    /** cgroup v2: "QUOTA PERIOD" in microseconds, or "max PERIOD". */
    private @Nullable Double cpuQuota() {
        String[] words = lines(cgroup("cpu.max")).findFirst().orElse("").split(" ", -1);
        if (words.length != 2) {
            return null;
        }
        OptionalLong quota = parse(words[0]);
        OptionalLong period = parse(words[1]);
        boolean bounded = quota.isPresent() && period.isPresent() && period.getAsLong() > 0;
        return bounded ? (double) quota.getAsLong() / period.getAsLong() : null;
    }

    /** A file of this process's cgroup: its path is after "0::" in /proc/self/cgroup, cgroups(7). */
    private String cgroup(String file) {
        String group = lines("proc/self/cgroup")
                .filter(line -> line.startsWith("0::/"))
                .map(line -> line.substring("0::/".length()))
                .findFirst()
                .orElse("");
        String path = "sys/fs/cgroup/" + group + "/" + file;
        // In a container the path may be the host's, of which only the own end is mounted.
        return Files.isReadable(root.resolve(path)) ? path : "sys/fs/cgroup/" + file;
    }

    private static final Pattern LIMIT = Pattern.compile("(?<soft>\\d+|unlimited)\\s+(?<hard>\\d+|unlimited)\\b.*");

    private Limit limit(String name) {
        Optional<Matcher> found = lines("proc/self/limits")
                .filter(line -> line.startsWith(name + " "))
                .map(line -> LIMIT.matcher(line.substring(name.length()).trim()))
                .filter(Matcher::matches)
                .findFirst();
        return found.map(match -> new Limit(limitValue(match.group("soft")), limitValue(match.group("hard"))))
                .orElse(Limit.UNKNOWN);
    }

    private static long limitValue(String text) {
        return text.equals("unlimited") ? Limit.UNLIMITED : Long.parseLong(text);
    }

    private OptionalLong number(String file) {
        return lines(file).map(FactFinder::parse).findFirst().orElse(OptionalLong.empty());
    }

    private static OptionalLong parse(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text.trim()));
        } catch (NumberFormatException notANumber) {
            // "max" in a cgroup: no bound.
            return OptionalLong.empty();
        }
    }

    private Stream<String> lines(String file) {
        try {
            return Files.readAllLines(root.resolve(file)).stream();
        } catch (IOException notThere) {
            return Stream.empty();
        }
    }
}
