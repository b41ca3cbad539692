package ringfort.api.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CookieHeaderTest {
    @Test
    void pairsAreReadAndWhatIsNoneIsLeftOut() {
        assertEquals(
                Map.of("a", "1", "b", "", "c", "x=y"),
                CookieHeader.parse(List.of("a=1; b=; ; =3; novalue; c=x=y; a=2")));
        assertEquals(Map.of("z", "9"), CookieHeader.parse(List.of(";;;z=9")));
    }

    /** Each pair without an equals sign looked for one to the end of the line: this took minutes. */
    @Test
    void theTimeGrowsWithTheLengthAndNoFaster() {
        String semicolons = ";".repeat(4 << 20);
        assertTimeout(Duration.ofSeconds(10), () -> assertEquals(Map.of(), CookieHeader.parse(List.of(semicolons))));
        String names = "a;".repeat(2 << 20);
        assertTimeout(Duration.ofSeconds(10), () -> assertEquals(Map.of(), CookieHeader.parse(List.of(names))));
    }
}
