package ringfort.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import ringfort.app.Facts.EngineFact;
import ringfort.app.Facts.Limit;

/** Judges a machine as a place for Ringfort: one finding for each thing that matters, with what would make it better. */
final class Doctor {
    /** Enough for ten thousands of connections, of which each takes one descriptor. */
    private static final long GOOD_OPEN_FILES = 65_536;

    /** Room for a burst of connections that no worker has accepted yet. */
    private static final long GOOD_LISTEN_BACKLOG = 4_096;

    private static final long GOOD_SYN_BACKLOG = 1_024;

    /** What kernels before 5.12, which charge rings to RLIMIT_MEMLOCK, need for a few of them. */
    private static final long GOOD_LOCKED_BYTES = 8L << 20;

    private final Facts facts;
    private final List<Finding> findings = new ArrayList<>();

    private Doctor(Facts facts) {
        this.facts = facts;
    }

    static List<Finding> examine(Facts facts) {
        Doctor doctor = new Doctor(facts);
        doctor.platform();
        doctor.ioUring();
        doctor.engines();
        doctor.launch();
        doctor.tls();
        doctor.limits();
        doctor.network();
        return List.copyOf(doctor.findings);
    }

    private void platform() {
        findings.add(Finding.ok("java", facts.runtime()));
        if (linux()) {
            findings.add(Finding.ok("kernel", "Linux " + facts.kernel() + ", " + facts.architecture()));
        } else {
            findings.add(Finding.warn(
                    "kernel",
                    facts.system() + " " + facts.kernel(),
                    "run on Linux: io_uring and epoll are Linux's, here only the engine nio works"));
        }
        String quota = facts.cpuQuota() == null
                ? ""
                : String.format(Locale.ROOT, ", the cgroup grants %.1f CPUs of time", facts.cpuQuota());
        findings.add(Finding.ok("cpus", facts.processors() + quota));
        String heap = "heap up to " + bytes(facts.maxHeapBytes());
        findings.add(Finding.ok(
                "memory",
                facts.memoryBytes().isPresent()
                        ? heap + ", the cgroup grants "
                                + bytes(facts.memoryBytes().getAsLong())
                        : heap));
        if (facts.container() != null) {
            findings.add(Finding.note("container", facts.container()));
        }
    }

    /** The two switches that forbid io_uring; whether it works is the ring engine's own answer. */
    private void ioUring() {
        if (!linux()) {
            return;
        }
        OptionalLong disabled = facts.ioUringDisabled();
        String sysctl = "kernel.io_uring_disabled";
        boolean works = ringUsable();
        if (disabled.isEmpty()) {
            findings.add(Finding.ok(sysctl, "the kernel has no such switch"));
        } else if (disabled.getAsLong() == 0) {
            findings.add(Finding.ok(sysctl, "0"));
        } else if (disabled.getAsLong() == 1 && works) {
            findings.add(Finding.note(sysctl, "1: only for privileged processes, and this one is"));
        } else if (disabled.getAsLong() == 1) {
            findings.add(Finding.warn(
                    sysctl,
                    "1: only for privileged processes",
                    "sysctl kernel.io_uring_disabled=0, or make a group of this process kernel.io_uring_group"));
        } else {
            findings.add(Finding.warn(
                    sysctl,
                    disabled.getAsLong() + ": forbidden to every process",
                    "sysctl kernel.io_uring_disabled=0"));
        }
        findings.add(seccomp(works));
    }

    private Finding seccomp(boolean ringUsable) {
        long mode = facts.seccomp().orElse(-1);
        if (mode < 0) {
            return Finding.note("seccomp", "unknown: /proc/self/status does not say");
        }
        if (mode == 0) {
            return Finding.ok("seccomp", "no filter");
        }
        if (ringUsable) {
            return Finding.ok("seccomp", "a filter, which allows io_uring");
        }
        return Finding.warn(
                "seccomp",
                "a filter, which may be what forbids io_uring; those of container runtimes do by default",
                "run with a seccomp profile that allows io_uring_setup, io_uring_enter and io_uring_register");
    }

    private void engines() {
        boolean chosen = false;
        for (EngineFact engine : facts.engines()) {
            String subject = "engine " + engine.name();
            String features = engine.features().isEmpty() ? "" : ": " + String.join(" ", engine.features());
            if (!engine.usable()) {
                // An engine's own reason names the remedy.
                findings.add(new Finding(linux() ? Verdict.WARN : Verdict.NOTE, subject, engine.reason(), null));
            } else if (chosen) {
                findings.add(Finding.ok(subject, "works" + features));
            } else {
                chosen = true;
                findings.add(Finding.ok(subject, "works, and is what auto takes" + features));
            }
        }
        if (!chosen) {
            findings.add(Finding.fail(
                    "engines",
                    "none works here",
                    facts.engines().isEmpty()
                            ? "add org.ringfort:ringfort-server (module ringfort.server) to the module or class path"
                            : "see the reasons above"));
        }
    }

    private void launch() {
        if (facts.schedulerOpened()) {
            findings.add(Finding.ok("java.lang opened", "handlers run on virtual threads that their worker carries"));
        } else {
            findings.add(Finding.warn(
                    "java.lang opened",
                    "no: handlers run on the JDK's own pool, a hop away from their worker",
                    "java --add-opens java.base/java.lang=" + facts.engineModule() + byArgumentFile()));
        }
        if (facts.withoutNativeAccess().isEmpty()) {
            findings.add(Finding.ok("native access", "enabled for every module that needs it"));
        } else {
            String modules = String.join(",", facts.withoutNativeAccess());
            findings.add(Finding.warn(
                    "native access",
                    "not enabled for " + modules,
                    "java --enable-native-access=" + modules + byArgumentFile()));
        }
        fileNames();
    }

    /** What TLS of this JDK can do; its providers are the JDK's matter. */
    private void tls() {
        findings.add(
                facts.tlsProtocols().contains("TLSv1.3")
                        ? Finding.ok("TLS", String.join(", ", facts.tlsProtocols()))
                        : Finding.warn(
                                "TLS",
                                facts.tlsProtocols().isEmpty()
                                        ? "this JDK has none"
                                        : String.join(", ", facts.tlsProtocols()) + ", without TLSv1.3",
                                "see jdk.tls.disabledAlgorithms in conf/security/java.security of the JDK"));
    }

    /** The argument file is for the module path. */
    private String byArgumentFile() {
        return facts.engineModule().equals("ringfort.server") ? ", as dist/ringfort.args does" : "";
    }

    /** Paths of requests are Unicode; a file whose name the encoding cannot write cannot be opened by the JVM. */
    private void fileNames() {
        String encoding = facts.fileNameEncoding();
        boolean unicode = encoding.equalsIgnoreCase("UTF-8") || encoding.equalsIgnoreCase("UTF8");
        findings.add(
                unicode || !linux()
                        ? Finding.ok("file names", encoding)
                        : Finding.warn(
                                "file names",
                                encoding + ": files whose names it cannot write cannot be served",
                                "start under a UTF-8 locale: LC_ALL=C.UTF-8"));
    }

    private void limits() {
        Limit files = facts.openFiles();
        if (files.known()) {
            findings.add(atLeast(
                    "RLIMIT_NOFILE",
                    files.soft(),
                    GOOD_OPEN_FILES,
                    count(files.soft()),
                    "ulimit -n 1048576, or LimitNOFILE= of the service: each connection takes a descriptor"));
        }
        Limit locked = facts.lockedMemoryBytes();
        if (locked.known() && linux()) {
            String value = locked.soft() == Limit.UNLIMITED ? "unlimited" : bytes(locked.soft());
            findings.add(
                    ringUsable()
                            ? Finding.ok("RLIMIT_MEMLOCK", value)
                            : atLeast(
                                    "RLIMIT_MEMLOCK",
                                    locked.soft(),
                                    GOOD_LOCKED_BYTES,
                                    value,
                                    "ulimit -l unlimited, or LimitMEMLOCK=: kernels before 5.12 charge rings to it"));
        }
    }

    private void network() {
        facts.listenBacklog()
                .ifPresent(value -> findings.add(atLeast(
                        "net.core.somaxconn",
                        value,
                        GOOD_LISTEN_BACKLOG,
                        count(value),
                        "sysctl net.core.somaxconn=" + GOOD_LISTEN_BACKLOG
                                + ": the kernel cuts a longer backlog to it silently")));
        facts.synBacklog()
                .ifPresent(value -> findings.add(atLeast(
                        "net.ipv4.tcp_max_syn_backlog",
                        value,
                        GOOD_SYN_BACKLOG,
                        count(value),
                        "sysctl net.ipv4.tcp_max_syn_backlog=" + GOOD_LISTEN_BACKLOG)));
    }

    private static Finding atLeast(String subject, long found, long good, String value, String better) {
        return found >= good ? Finding.ok(subject, value) : Finding.warn(subject, value, better);
    }

    private boolean linux() {
        return facts.system().equals("Linux");
    }

    private boolean ringUsable() {
        return facts.engines().stream().anyMatch(engine -> engine.name().equals("ring") && engine.usable());
    }

    private static String count(long value) {
        return value == Limit.UNLIMITED ? "unlimited" : Long.toString(value);
    }

    private static String bytes(long value) {
        return value >= 1L << 20 ? (value >> 20) + " MiB" : (value >> 10) + " KiB";
    }

    /** Writes the findings as a table, what would be better under the line it belongs to, and a closing line. */
    static String format(List<Finding> findings) {
        int width = findings.stream()
                .mapToInt(finding -> finding.subject().length())
                .max()
                .orElse(0);
        StringBuilder out = new StringBuilder();
        for (Finding finding : findings) {
            line(out, width, finding.verdict().label(), finding.subject(), finding.value());
            @Nullable String better = finding.better();
            if (better != null) {
                line(out, width, "", "", "better: " + better);
            }
        }
        long failed = count(findings, Verdict.FAIL);
        long warned = count(findings, Verdict.WARN);
        return out.append(failed + warned == 0 ? "all is well" : failed + " failed, " + warned + " could be better")
                .append('\n')
                .toString();
    }

    private static void line(StringBuilder out, int width, String verdict, String subject, String value) {
        out.append(verdict).repeat(' ', 6 - verdict.length());
        out.append(subject).repeat(' ', width + 2 - subject.length());
        out.append(value).append('\n');
    }

    private static long count(List<Finding> findings, Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }
}
