package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import ringfort.app.Facts.EngineFact;
import ringfort.app.Facts.Limit;

class DoctorTest {
    private static final EngineFact RING = new EngineFact("ring", true, "", List.of("SINGLE_ISSUER", "DEFER_TASKRUN"));
    private static final EngineFact NO_RING = new EngineFact("ring", false, "io_uring_setup: EPERM", List.of());
    private static final EngineFact POLL = new EngineFact("poll", true, "", List.of());
    private static final EngineFact NO_POLL = new EngineFact("poll", false, "no epoll", List.of());

    /** A machine with nothing to complain about, but for what a test changes. */
    private static Facts machine(OptionalLong ioUringDisabled, long seccomp, boolean launched, EngineFact... engines) {
        return new Facts(
                "OpenJDK 25",
                "Linux",
                "6.18.0",
                "amd64",
                ioUringDisabled,
                OptionalLong.of(seccomp),
                null,
                4,
                null,
                OptionalLong.empty(),
                1L << 30,
                new Limit(1 << 20, 1 << 20),
                new Limit(Limit.UNLIMITED, Limit.UNLIMITED),
                OptionalLong.of(4096),
                OptionalLong.of(4096),
                "UTF-8",
                "ringfort.server",
                launched,
                launched ? List.of() : List.of("ringfort.sys", "ringfort.ring"),
                List.of("TLSv1.3", "TLSv1.2"),
                List.of(engines));
    }

    private static Finding find(Facts facts, String subject) {
        return Doctor.examine(facts).stream()
                .filter(finding -> finding.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aGoodMachineHasNothingToImprove() {
        List<Finding> findings = Doctor.examine(machine(OptionalLong.of(0), 0, true, RING, POLL));
        assertEquals(
                List.of(), findings.stream().filter(f -> f.better() != null).toList());
        assertTrue(Doctor.format(findings).endsWith("\nall is well\n"));
    }

    @Test
    void theFirstUsableEngineIsWhatAutoTakes() {
        Facts facts = machine(OptionalLong.of(0), 0, true, NO_RING, POLL);
        assertEquals(Verdict.WARN, find(facts, "engine ring").verdict());
        assertEquals("io_uring_setup: EPERM", find(facts, "engine ring").value());
        assertEquals("works, and is what auto takes", find(facts, "engine poll").value());
    }

    @Test
    void noEngineAtAllIsTheOnlyFailure() {
        List<Finding> findings = Doctor.examine(machine(OptionalLong.of(2), 2, false, NO_RING, NO_POLL));
        assertEquals(
                List.of("engines"),
                findings.stream()
                        .filter(finding -> finding.verdict() == Verdict.FAIL)
                        .map(Finding::subject)
                        .toList());
    }

    @Test
    void aForbiddenRingNamesTheSwitchThatForbidsIt() {
        Finding everyone = find(machine(OptionalLong.of(2), 0, true, NO_RING, POLL), "kernel.io_uring_disabled");
        assertEquals("2: forbidden to every process", everyone.value());
        assertEquals("sysctl kernel.io_uring_disabled=0", everyone.better());
        Finding unprivileged = find(machine(OptionalLong.of(1), 0, true, NO_RING, POLL), "kernel.io_uring_disabled");
        assertEquals(Verdict.WARN, unprivileged.verdict());
        assertNotNull(unprivileged.better());
        Finding privileged = find(machine(OptionalLong.of(1), 0, true, RING, POLL), "kernel.io_uring_disabled");
        assertEquals(Verdict.NOTE, privileged.verdict());
        assertEquals(
                Verdict.OK,
                find(machine(OptionalLong.empty(), 0, true, RING, POLL), "kernel.io_uring_disabled")
                        .verdict());
    }

    @Test
    void aSeccompFilterIsBlamedOnlyWhenTheRingDoesNotWork() {
        assertEquals(
                Verdict.OK,
                find(machine(OptionalLong.of(0), 2, true, RING), "seccomp").verdict());
        Finding blamed = find(machine(OptionalLong.of(0), 2, true, NO_RING, POLL), "seccomp");
        assertEquals(Verdict.WARN, blamed.verdict());
    }

    @Test
    void aLaunchWithoutTheArgumentFileIsSeen() {
        Facts facts = machine(OptionalLong.of(0), 0, false, RING);
        assertEquals(Verdict.WARN, find(facts, "java.lang opened").verdict());
        assertEquals(
                "not enabled for ringfort.sys,ringfort.ring",
                find(facts, "native access").value());
    }

    @Test
    void theReportPutsWhatIsBetterUnderItsLine() {
        String report = Doctor.format(
                List.of(Finding.ok("java", "25"), Finding.warn("net.core.somaxconn", "128", "sysctl it")));
        assertEquals("""
                ok    java                25
                warn  net.core.somaxconn  128
                                          better: sysctl it
                0 failed, 1 could be better
                """, report);
        assertFalse(report.contains("\t"));
    }
}
