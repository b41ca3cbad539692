package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpellingTest {
    @Test
    void countsEditsAndTakesASwapOfNeighboursForOne() {
        assertEquals(0, Spelling.distance("port", "port"));
        assertEquals(1, Spelling.distance("prot", "port"));
        assertEquals(1, Spelling.distance("por", "port"));
        assertEquals(1, Spelling.distance("pport", "port"));
        assertEquals(4, Spelling.distance("", "port"));
        assertEquals(3, Spelling.distance("kitten", "sitting"));
    }

    @Test
    void suggestsOnlyWhatIsNear() {
        List<String> known = List.of("port", "host", "workers");
        assertEquals(Optional.of("workers"), Spelling.nearest("worker", known));
        assertEquals(Optional.empty(), Spelling.nearest("max-body", known));
        assertEquals(Optional.empty(), Spelling.nearest("", known));
    }
}
