package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Every row of {@code http1.rows} on a whole server: at once, byte by byte, cut at each offset, and followed. */
@Tag("rows")
@Execution(ExecutionMode.CONCURRENT)
class RowsTest extends EngineContract {
    /** One row behind the other: a row begins when the server has no connection. */
    @TestFactory
    @Execution(ExecutionMode.SAME_THREAD)
    Stream<DynamicTest> row() throws IOException {
        // Long enough for a row that is refused at its beginning to be sent to its end, byte by byte.
        Served served =
                serve(options -> options.lingerTimeout(Duration.ofSeconds(30)).h2c(false), RowServer::routes);
        var play = new RowPlay(served);
        return WireRow.all().stream()
                .map(row -> dynamicTest(row.name(), () -> {
                    play.whole(row);
                    play.followed(row);
                    play.byteByByte(row);
                    play.cutInTwo(row);
                }));
    }

    @Test
    void noTwoRowsHaveOneName() {
        List<WireRow> rows = WireRow.all();
        Set<String> names = new HashSet<>();
        rows.forEach(row -> names.add(row.name()));
        assertEquals(rows.size(), names.size());
    }
}
