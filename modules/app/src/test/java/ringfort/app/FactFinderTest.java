package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ringfort.app.Facts.Limit;

class FactFinderTest {
    @TempDir
    private Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Facts find(Map<String, String> environment) {
        return new FactFinder(root, environment).find(List.of());
    }

    @Test
    void readsWhatLinuxSays() throws IOException {
        file("proc/sys/kernel/io_uring_disabled", "1\n");
        file("proc/self/status", "Name:\tjava\nSeccomp:\t2\nSeccomp_filters:\t1\n");
        file("proc/self/cgroup", "0::/system.slice/ringfort.service\n");
        file("sys/fs/cgroup/system.slice/ringfort.service/cpu.max", "150000 100000\n");
        file("sys/fs/cgroup/system.slice/ringfort.service/memory.max", "536870912\n");
        file("proc/sys/net/core/somaxconn", "4096\n");
        file("proc/sys/net/ipv4/tcp_max_syn_backlog", "512\n");
        file("proc/self/limits", """
                Limit                     Soft Limit           Hard Limit           Units
                Max cpu time              unlimited            unlimited            seconds
                Max open files            1024                 524288               files
                Max locked memory         unlimited            unlimited            bytes
                """);
        Facts facts = find(Map.of());
        assertEquals(OptionalLong.of(1), facts.ioUringDisabled());
        assertEquals(OptionalLong.of(2), facts.seccomp());
        assertEquals(1.5, facts.cpuQuota());
        assertEquals(OptionalLong.of(512L << 20), facts.memoryBytes());
        assertEquals(OptionalLong.of(4096), facts.listenBacklog());
        assertEquals(OptionalLong.of(512), facts.synBacklog());
        assertEquals(new Limit(1024, 524288), facts.openFiles());
        assertEquals(new Limit(Limit.UNLIMITED, Limit.UNLIMITED), facts.lockedMemoryBytes());
        assertNull(facts.container());
    }

    @Test
    void aMachineWithoutTheseFilesHasUnknownsAndNoErrors() {
        Facts facts = find(Map.of());
        assertEquals(OptionalLong.empty(), facts.ioUringDisabled());
        assertEquals(OptionalLong.empty(), facts.seccomp());
        assertEquals(Limit.UNKNOWN, facts.openFiles());
        assertNull(facts.cpuQuota());
    }

    @Test
    void aCgroupWithoutBoundAndInAContainerIsReadAtItsRoot() throws IOException {
        file("proc/self/cgroup", "0::/on/the/host\n");
        file("sys/fs/cgroup/cpu.max", "max 100000\n");
        file("sys/fs/cgroup/memory.max", "max\n");
        file(".dockerenv", "");
        Facts facts = find(Map.of());
        assertNull(facts.cpuQuota());
        assertEquals(OptionalLong.empty(), facts.memoryBytes());
        assertEquals("Docker, by /.dockerenv", facts.container());
        assertEquals(
                "Kubernetes, by KUBERNETES_SERVICE_HOST",
                find(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1")).container());
    }
}
