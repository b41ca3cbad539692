package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusTextTest {
    private static Metric gauge(String name, Map<String, String> labels, double value) {
        return new Metric(name, "A \\ help\nof two lines", Metric.Kind.GAUGE, labels, value);
    }

    @Test
    void familiesStayTogetherAndTextIsEscaped() {
        String text = PrometheusText.format(List.of(
                gauge("a", Map.of("y", "2", "x", "q\"b\\s\nn"), 1),
                new Metric("b_total", "B", Metric.Kind.COUNTER, Map.of(), 12_345_678_901.0),
                gauge("a", Map.of(), 0.5)));
        assertEquals("""
                # HELP a A \\\\ help\\nof two lines
                # TYPE a gauge
                a{x="q\\"b\\\\s\\nn",y="2"} 1
                a 0.5
                # HELP b_total B
                # TYPE b_total counter
                b_total 12345678901
                """, text);
    }

    @Test
    void numbersAreThoseOfTheFormat() {
        String text = PrometheusText.format(List.of(
                gauge("a", Map.of("n", "1"), Double.NaN),
                gauge("a", Map.of("n", "2"), Double.POSITIVE_INFINITY),
                gauge("a", Map.of("n", "3"), Double.NEGATIVE_INFINITY),
                gauge("a", Map.of("n", "4"), 1e300)));
        assertEquals(
                List.of("a{n=\"1\"} NaN", "a{n=\"2\"} +Inf", "a{n=\"3\"} -Inf", "a{n=\"4\"} 1.0E300"),
                text.lines().skip(2).toList());
        assertEquals("", PrometheusText.format(List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "a-b", "a b", "é"})
    void namesAreThoseOfTheFormat(String name) {
        assertThrows(IllegalArgumentException.class, () -> gauge(name, Map.of(), 1));
        assertThrows(IllegalArgumentException.class, () -> gauge("a", Map.of(name, "1"), 1));
    }
}
