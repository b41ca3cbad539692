package ringfort.api.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ringfort.api.FormLimits;
import ringfort.api.HttpException;

class FormReaderTest {
    private static InputStream in(String body, int mostAtOnce) {
        return new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, mostAtOnce));
            }
        };
    }

    private static String outcome(InputStream in, FormLimits limits) throws IOException {
        StringBuilder outcome = new StringBuilder();
        FormReader reader = new FormReader(in, limits);
        try {
            while (reader.next()) {
                String name = reader.name();
                outcome.append(name + '=' + reader.value() + ';');
            }
            return outcome.toString();
        } catch (HttpException e) {
            return outcome.toString() + e.status();
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
        "",                      ""
        a=1,                     a=1;
        a=1&b=2,                 a=1;b=2;
        &&a&&b=&=c&=&,           a=;b=;=c;=;
        a=b=c,                   a=b=c;
        a+b=c%2Bd,               a b=c+d;
        n%C3%A9=é,               né=é;
        a%26b=%3D,               a&b==;
        x=1&a=%zz,               x=1;400
        x=1&%C0%AF=1,            x=1;400
        x=1&a=%00,               x=1;400
        a=%2&b=1,                400
        """)
    void fieldsComeDecodedHoweverTheyArrive(String body, String expected) throws IOException {
        assertEquals(expected, outcome(in(body, Integer.MAX_VALUE), FormLimits.HELD));
        assertEquals(expected, outcome(in(body, 1), FormLimits.HELD));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        2, 3, 3, 15, ab=cde;abc=de;
        1, 3, 3, 15, ab=cde;413
        0, 3, 3, 15, 413
        2, 2, 3, 15, ab=cde;413
        2, 3, 2, 15, 413
        2, 3, 3, 14, ab=cde;413
        2, 3, 3,  0, 413
        """)
    void whatIsAboveALimitIsRefused(int fields, int nameBytes, int fieldBytes, int bytes, String expected)
            throws IOException {
        FormLimits limits = new FormLimits(fields, nameBytes, 0, fieldBytes, bytes);
        String body = "ab=cde&&abc=de&";
        assertEquals(15, body.length());
        assertEquals(expected, outcome(in(body, Integer.MAX_VALUE), limits));
        assertEquals(expected, outcome(in(body, 1), limits));
    }

    @Test
    void aFieldLargerThanAnyBufferIsWhole() throws IOException {
        String value = "v".repeat(100_000);
        assertEquals("a=" + value + ";b=;", outcome(in("a=" + value + "&b", Integer.MAX_VALUE), FormLimits.HELD));
    }
}
