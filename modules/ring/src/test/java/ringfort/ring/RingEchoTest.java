package ringfort.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ringfort.sys.Libc;

/** The example, started as its first line says, with nothing on the module path but these two modules. */
class RingEchoTest {
    @Test
    void theExampleEchoes() throws Exception {
        RingFixture.open(RingFixture.SMALL, RingSyscalls.kernel()).close();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ringfort.sys,ringfort.ring",
                        "-p",
                        location(Ring.class) + File.pathSeparator + location(Libc.class),
                        "--add-modules",
                        "ringfort.ring,ringfort.sys",
                        Path.of(System.getProperty("ringfort.root"), "examples", "RingEcho.java")
                                .toString(),
                        "--selftest")
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(20, TimeUnit.SECONDS), output);
            assertEquals(0, process.exitValue(), output);
            assertTrue(output.endsWith("ok\n"), output);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Path location(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
