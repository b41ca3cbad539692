package consumer.rules;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import ringfort.rules.ArchTests;

class ArchitectureTest {
    @TestFactory
    Stream<DynamicTest> architecture() {
        return ArchTests.in(Path.of("target/classes"));
    }
}
