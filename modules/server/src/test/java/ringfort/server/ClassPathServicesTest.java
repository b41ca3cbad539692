package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.api.spi.Engine;

/** The engines are found on the class path too, where nobody reads module-info. */
class ClassPathServicesTest {
    @Test
    void theClassPathOffersTheEnginesThatTheModuleProvides() throws IOException {
        ModuleDescriptor descriptor = PollEngine.class.getModule().getDescriptor();
        assertNotNull(descriptor, "this test needs the module");
        List<String> provided = descriptor.provides().stream()
                .filter(provides -> provides.service().equals(Engine.class.getName()))
                .flatMap(provides -> provides.providers().stream())
                .toList();
        try (InputStream file =
                PollEngine.class.getModule().getResourceAsStream("META-INF/services/" + Engine.class.getName())) {
            assertNotNull(file, "the server's jar has no META-INF/services for engines");
            List<String> listed = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
            assertEquals(provided, listed);
        }
    }
}
