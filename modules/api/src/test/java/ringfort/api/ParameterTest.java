package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ParameterTest {
    private static Parameter<String> of(String query) {
        return Request.builder("GET", "/?" + query).build().parameter("p");
    }

    private static void refused(String rule, Executable asked) {
        HttpException refusal = assertThrows(HttpException.class, asked);
        assertEquals(400, refusal.status());
        assertEquals("Parameter \"p\" " + rule, refusal.getMessage());
    }

    @Test
    void valuesHaveTypesAndRanges() {
        assertEquals(7, of("p=7").asInt().from(1).to(7).orElse(20));
        assertEquals(20, of("").asInt().from(1).to(7).orElse(20));
        assertEquals(1L << 40, of("p=1099511627776").asLong().required());
        assertEquals(true, of("p").asBoolean().orElse(false));
        assertEquals(Placement.INLINE, of("p=inline").asEnum(Placement.class).required());
        assertEquals(
                LocalDate.of(2026, 1, 2),
                of("p=2026-01-02").as(LocalDate::parse, "must be a date").required());
        assertNull(of("").asInt().orNull());
    }

    @Test
    void whatDoesNotFitIsNamed() {
        refused("must be a whole number that fits", () -> of("p=x").asInt());
        refused("must be 1 or more", () -> of("p=0").asInt().from(1));
        refused("must be 9 or less", () -> of("p=10").asInt().to(9));
        refused("must be true or false", () -> of("p=yes").asBoolean());
        refused("must be a date", () -> of("p=1").as(LocalDate::parse, "must be a date"));
        refused("must be even", () -> of("p=3").asInt().where(number -> number % 2 == 0, "must be even"));
        refused("is missing", () -> of("").required());
        assertTrue(assertThrows(HttpException.class, () -> of("p=x").asEnum(Placement.class))
                .getMessage()
                .contains("inline"));
    }
}
