package ringfort.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class TimeSliceTest {
    private static final Path SCHED = Path.of("/proc/thread-self/sched");

    @Test
    void aThreadGetsTheSliceItAsksFor() throws Exception {
        var slice = new FutureTask<>(() -> {
            assertEquals(0, TimeSlice.ask(200_000));
            return slice();
        });
        Thread.ofPlatform().start(slice);
        assertEquals("200000", slice.get());
    }

    private static String slice() throws Exception {
        assumeTrue(Files.isReadable(SCHED), "this kernel does not show how it schedules");
        List<String> lines = Files.readAllLines(SCHED);
        String line =
                lines.stream().filter(l -> l.startsWith("se.slice")).findFirst().orElse("");
        assumeTrue(!line.isEmpty(), "this kernel has no slices of threads");
        return line.substring(line.indexOf(':') + 1).strip();
    }
}
