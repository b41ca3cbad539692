package ringfort.api.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.Headers;
import ringfort.api.HttpException;

class ContentDispositionTest {
    private static ContentDisposition of(String value) {
        String octets = new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return ContentDisposition.of(Headers.of("Content-Disposition", octets));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", emptyValue = "", textBlock = """
        form-data; name=a                                   | a       | -
        FORM-DATA;NAME="a";FileName="x.txt"                 | a       | x.txt
        form-data; name="a b; c=\\"d\\""                    | a b; c="d" | -
        form-data; name=""; filename=""                     | ``      | ``
        form-data; name="né"; filename="日本.txt"            | né      | 日本.txt
        form-data; name="a"; filename="C:\\dir\\x.txt"      | a       | C:\\dir\\x.txt
        form-data; name="a"; filename="a\\\\b"              | a       | a\\b
        form-data; name="a%22b"; filename="%0D%0A"          | a%22b   | %0D%0A
        form-data; name="a"; filename="../../etc/passwd"    | a       | ../../etc/passwd
        form-data; name="a"; filename*=UTF-8''x.txt         | a       | -
        form-data; name="a"; filename="y"; filename*=UTF-8''x | a     | y
        form-data; name="a"; x=y;                           | a       | -
        """)
    void namesAreAsSent(String value, String name, @Nullable String filename) {
        assertEquals(new ContentDisposition(name, filename), of(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "form-data",
                "form-data; filename=\"x\"",
                "attachment; name=\"a\"",
                "form-data; name=\"a\"; name=\"b\"",
                "form-data; name=\"a",
                "form-data; name=a b",
                "form-data; name=\"a\" filename=\"b\"",
                "form-data; name",
                "; name=a",
            })
    void whatIsNoNamedFieldIsRefused(String value) {
        assertEquals(400, assertThrows(HttpException.class, () -> of(value)).status());
    }

    @Test
    void thereIsExactlyOne() {
        assertThrows(HttpException.class, () -> ContentDisposition.of(Headers.empty()));
        Headers two =
                Headers.of("Content-Disposition", "form-data; name=a", "content-disposition", "form-data; name=a");
        assertThrows(HttpException.class, () -> ContentDisposition.of(two));
    }

    @Test
    void bytesThatAreNoTextAreRefused() {
        Headers latin = Headers.of("Content-Disposition", "form-data; name=\"\u00e9\"");
        assertThrows(HttpException.class, () -> ContentDisposition.of(latin));
    }
}
