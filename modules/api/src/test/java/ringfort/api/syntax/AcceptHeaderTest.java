package ringfort.api.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptHeaderTest {
    private static List<String> list(@Nullable String text, String separator) {
        return text == null ? List.of() : List.of(text.split(separator));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        -                                              | text/html application/json     | text/html
        application/json                               | text/html application/json     | application/json
        APPLICATION/JSON                               | text/html application/json     | application/json
        text/html, application/json                    | application/json text/html     | application/json
        text/html;q=0.5, application/json;q=0.6        | text/html application/json     | application/json
        text/*;q=0.5, application/json;q=0.4           | application/json text/html     | text/html
        */*                                            | a/b c/d                        | a/b
        */*, a/b;q=0                                   | a/b c/d                        | c/d
        a/*;q=0, a/b                                   | a/c a/b                        | a/b
        a/b;q=0                                        | a/b                            | -
        image/png                                      | text/html                      | -
        text/plain;format=flowed, text/plain;q=0.1     | text/plain                     | text/plain
        text/plain;format=flowed                       | text/plain                     | -
        text/plain;format=Flowed;q=0.1, text/*;q=0.5   | text/plain;format=flowed a/b   | text/plain;format=flowed
        text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5 | image/jpeg text/plain | text/plain
        text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5 | text/plain;format=fixed image/jpeg | image/jpeg
        text/html; level="1"                           | text/html;level=1              | text/html;level=1
        a/b;x="1,2", c/d                               | c/d                            | c/d
        a/b;q=0.5;ext=1                                | a/b                            | a/b
        a/b;Q=0, */*                                   | a/b                            | -
        a/b;q=1.000, c/d;q=0.999                       | c/d a/b                        | a/b
        a/b;q=0.                                       | a/b                            | -
        text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2 | a/b text/html            | text/html
        """)
    void theHeaviestMediaTypeWins(@Nullable String accept, String offers, @Nullable String expected) {
        assertEquals(expected, AcceptHeader.mediaType(accept == null ? List.of() : List.of(accept), list(offers, " ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "a",
                "a/",
                "/b",
                "*/b",
                "a/b;q=2",
                "a/b;q=1.001",
                "a/b;q=0.1234",
                "a/b;q=-1",
                "a/b;q=",
                "a/b;q",
                "a/b;q=.5",
                "a/b;q=1e0",
                "a/b;x",
                "a/b;x=",
                "a/b;x=1;x=2",
                "a/b c/d",
                "a/b;x=\"",
                "a b/c",
                "a/b;q=00"
            })
    void whatIsMalformedIsLeftOut(String element) {
        assertEquals("x/y", AcceptHeader.mediaType(List.of(element), List.of("x/y")), "as if there were no field");
        assertEquals("c/d", AcceptHeader.mediaType(List.of("c/d;q=0.1", element), List.of("x/y", "c/d")));
    }

    /** What Java's own client sent for twenty years got 406 from a server of JSON: its last two elements are malformed. */
    @Test
    void besideAMalformedElementNothingIsRefusedForNotBeingNamed() {
        List<String> java = List.of("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2");
        assertEquals("application/json", AcceptHeader.mediaType(java, List.of("application/json")));
        assertEquals("text/html", AcceptHeader.mediaType(java, List.of("application/json", "text/html")));
        List<String> refusing = List.of("text/html, application/json;q=0, x;q=.2");
        assertNull(AcceptHeader.mediaType(refusing, List.of("application/json")), "said to be refused");
        assertEquals("a/b", AcceptHeader.mediaType(List.of("text/html, *"), List.of("a/b")));
        assertEquals("fr", AcceptHeader.language(List.of("de, en;q=.5"), List.of("fr")));
        assertNull(AcceptHeader.language(List.of("de, fr;q=0, x;q=.5"), List.of("fr")));
        assertEquals("identity", AcceptHeader.coding(List.of("br, *;q=0, gzip;q=.5"), List.of("gzip")));
        assertNull(AcceptHeader.mediaType(List.of("text/html,,"), List.of("a/b")), "an empty element is well-formed");
    }

    @Test
    void linesAreOneList() {
        assertEquals("c/d", AcceptHeader.mediaType(List.of("a/b;q=0.1", "c/d"), List.of("a/b", "c/d")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "json", "a/*", "*/*", "a/b;x", "a/b/c"})
    void anOfferThatIsNoMediaTypeIsAMistakeOfTheProgram(String offer) {
        assertThrows(IllegalArgumentException.class, () -> AcceptHeader.mediaType(List.of(), List.of(offer)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        -                             | en de        | en
        de                            | en de        | de
        de                            | en de-AT     | de-AT
        DE-at                         | de de-AT     | de-AT
        de-CH                         | en de        | de
        de-CH-1996                    | de de-CH     | de-CH
        de-CH, en;q=0.5               | en de        | de
        de, en                        | en de        | de
        de;q=0.5, en                  | de en        | en
        en, *;q=0.5                   | fr           | fr
        *, en;q=0                     | en fr        | fr
        de-CH, *;q=0.1                | fr de        | de
        de;q=0, de-CH                 | de           | -
        en-GB;q=0, en-US;q=0.5        | en           | en
        de                            | den          | -
        fr                            | en           | -
        en;q=x, de                    | en de        | de
        zh-Hant                       | zh-Hant-TW zh | zh-Hant-TW
        """)
    void languagesAreFilteredAndThenLookedUp(@Nullable String accept, String offers, @Nullable String expected) {
        assertEquals(expected, AcceptHeader.language(accept == null ? List.of() : List.of(accept), list(offers, " ")));
    }

    @Test
    void nothingOfferedIsNothingChosen() {
        assertNull(AcceptHeader.language(List.of(), List.of()));
        assertNull(AcceptHeader.mediaType(List.of(), List.of()));
        assertEquals("identity", AcceptHeader.coding(List.of("gzip"), List.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", emptyValue = "", textBlock = """
        -                                 | br gzip       | identity
        ''                                | br gzip       | identity
        gzip                              | br gzip       | gzip
        gzip, br                          | br gzip       | br
        gzip;q=0.9, br;q=0.8              | br gzip       | gzip
        GZIP                              | gzip          | gzip
        x-gzip                            | gzip          | gzip
        deflate                           | gzip          | identity
        *                                 | br gzip       | br
        br;q=0, *                         | br gzip       | gzip
        gzip;q=0                          | gzip          | identity
        gzip, identity;q=0                | gzip          | gzip
        identity;q=0                      | gzip          | -
        *;q=0                             | gzip          | -
        *;q=0, identity;q=0.1             | gzip          | identity
        *;q=0, gzip                       | br gzip       | gzip
        gzip;q=0.5, identity              | gzip          | identity
        gzip, identity                    | gzip          | gzip
        gzip;q=0.5, *;q=0.1               | gzip          | gzip
        gzip;q=oops                       | gzip          | identity
        """)
    void codingsFallBackToIdentity(@Nullable String accept, String offers, @Nullable String expected) {
        assertEquals(expected, AcceptHeader.coding(accept == null ? List.of() : List.of(accept), list(offers, " ")));
    }
}
