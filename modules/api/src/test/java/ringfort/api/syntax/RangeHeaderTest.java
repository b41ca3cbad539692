package ringfort.api.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.syntax.RangeHeader.Range;

class RangeHeaderTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        bytes=0-0                        | 0-1
        bytes=2-                         | 2-10000
        bytes=-3                         | 9997-10000
        bytes=-99999                     | 0-10000
        bytes=9999-10000                 | 9999-10000
        bytes=0-99999999999999999999     | 0-10000
        bytes=0-00000000000000000005     | 0-6
        bytes=00000000000000000000-5     | 0-6
        bytes=-00000000000000000005      | 9995-10000
        bytes=10000-                     | none
        bytes=-0                         | none
        bytes=99999999999999999999-      | none
        bytes=-0,20000-30000             | none
        bytes=-0, 0-1                    | 0-2
        BYTES=0-1                        | 0-2
        bytes=0-1,1000-1001              | 0-2 1000-1002
        bytes=1000-1001,0-1              | 1000-1002 0-2
        'bytes= 0-1 ,, 1000-1001 ,'      | 0-2 1000-1002
        bytes=0-10,5-20                  | 0-21
        bytes=0-,0-,0-,0-,0-             | 0-10000
        bytes=0-0,1000-1000,50-950       | 0-1001
        bytes=5000-,0-0,-5000            | 5000-10000 0-1
        bytes=0-0,500-500,1000-1000,0-1100 | 0-1101
        """)
    void rangesAreCutToTheContentAndMadeOneWhenTheyAreNear(String field, String expected) {
        List<Range> ranges = RangeHeader.parse(field, 10_000);
        assertNotNull(ranges);
        String text = ranges.stream().map(r -> r.from() + "-" + r.to()).collect(Collectors.joining(" "));
        assertEquals(expected, text.isEmpty() ? "none" : text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=,",
                "bytes=-",
                "bytes=1",
                "bytes=2-1",
                "bytes=0-1,2-1",
                "bytes=a-b",
                "bytes=--1",
                "bytes=1--",
                "bytes=+1-2",
                "bytes=0x1-2",
                "bytes=0 -1",
                "bytes 0-1",
                " bytes=0-1",
                "items=0-1",
                "bytes=0-1;",
                "bytes=\u0660-\u0661",
                "bytes=0-1,x",
                "bytes =0-1"
            })
    void whatIsNoSetOfByteRangesIsIgnored(String field) {
        assertNull(RangeHeader.parse(field, 10_000));
    }

    @Test
    void manyRangesAreIgnored() {
        String most = "bytes="
                + IntStream.range(0, RangeHeader.MOST_RANGES)
                        .mapToObj(i -> 1000 * i + "-" + 1000 * i)
                        .collect(Collectors.joining(","));
        List<Range> ranges = RangeHeader.parse(most, 1_000_000);
        assertNotNull(ranges);
        assertEquals(RangeHeader.MOST_RANGES, ranges.size());
        assertNull(RangeHeader.parse(most + ",0-0", 1_000_000));
        assertNull(RangeHeader.parse("bytes=" + "0-0,".repeat(8_000), 1_000_000));
    }

    @Test
    void emptyContentHasNoRanges() {
        assertEquals(List.of(), RangeHeader.parse("bytes=0-", 0));
        assertNull(RangeHeader.parse("bytes=-5", 0), "satisfiable, but no Content-Range can say so");
    }

    /** Whatever is asked for: the ranges cover exactly what was asked for and what is near, each byte once. */
    @Test
    void generatedRangesAreCoveredOnce() {
        for (int seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed * 0x9E3779B97F4A7C15L);
            int length = 1 + random.nextInt(3_000);
            boolean[] asked = new boolean[length];
            StringBuilder field = new StringBuilder("bytes=");
            for (int i = random.nextInt(8); i >= 0; i--) {
                int from = random.nextInt(3_000);
                int last = from + random.nextInt(300);
                field.append(from).append('-').append(last).append(i == 0 ? "" : ",");
                for (int at = from; at <= last && at < length; at++) {
                    asked[at] = true;
                }
            }
            List<Range> ranges = RangeHeader.parse(field.toString(), length);
            assertNotNull(ranges);
            boolean[] given = new boolean[length];
            for (Range range : ranges) {
                for (int at = (int) range.from(); at < range.to(); at++) {
                    assertEquals(false, given[at], "twice: " + field + " of " + length);
                    given[at] = true;
                }
            }
            for (int at = 0; at < length; at++) {
                assertEquals(true, given[at] || !asked[at], "missing " + at + ": " + field + " of " + length);
            }
        }
    }
}
