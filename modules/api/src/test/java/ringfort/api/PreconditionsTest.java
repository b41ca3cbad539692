package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110, section 13.2.2, asked before a method is performed. */
class PreconditionsTest {
    private static final Instant MODIFIED = Instant.parse("1994-11-06T08:49:37.5Z");
    private static final Validators STRONG = new Validators(true, "\"v1\"", MODIFIED);
    private static final Validators WEAK = Validators.etag("W/\"v1\"");

    /** The fields come as {@code Name: value} with a bar between them; the verdict is a status, or {@code go on}. */
    private static String verdict(String method, String fields, Validators current) {
        RequestBuilder request = Request.builder(method, "/");
        for (String field : fields.split("\\|", -1)) {
            int colon = field.indexOf(':');
            if (colon > 0) {
                request.header(
                        field.substring(0, colon).strip(),
                        field.substring(colon + 1).strip());
            }
        }
        Response response = request.build().preconditions(current);
        return response == null ? "go on" : String.valueOf(response.status());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\'', textBlock = """
        GET;    '';                                                     go on
        GET;    If-Match: "v1";                                         go on
        GET;    If-Match: "v2";                                         412
        GET;    If-None-Match: "v1";                                    304
        HEAD;   If-None-Match: "v1";                                    304
        GET;    If-None-Match: "v2", W/"v1";                            304
        GET;    If-None-Match: "v2" | If-None-Match: "v1";              304
        GET;    If-None-Match: *;                                       304
        GET;    If-None-Match: v1;                                      go on
        GET;    If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT;       304
        GET;    If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT;       go on
        GET;    If-Match: "v1" | If-None-Match: "v1";                   304
        GET;    If-Match: "v2" | If-None-Match: "v1";                   412
        GET;    If-None-Match: "v2" | If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT; go on
        PUT;    '';                                                     go on
        PUT;    If-Match: "v1";                                         go on
        PUT;    If-Match: "v0", "v1";                                   go on
        PUT;    If-Match: *;                                            go on
        PUT;    If-Match: "v2";                                         412
        PUT;    If-Match: W/"v1";                                       412
        PUT;    If-Match: v1;                                           412
        PUT;    If-Match: "v1" junk;                                    412
        PUT;    'If-Match: ';                                           412
        PUT;    If-None-Match: *;                                       412
        PUT;    If-None-Match: "v1";                                    412
        PUT;    If-None-Match: W/"v1";                                  412
        PUT;    If-None-Match: "v2";                                    go on
        PUT;    If-None-Match: v2;                                      412
        PUT;    If-None-Match: *, "v2";                                 412
        DELETE; If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT;     go on
        DELETE; If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT;     412
        DELETE; If-Unmodified-Since: yesterday;                         go on
        DELETE; If-Match: "v1" | If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT; go on
        DELETE; If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT;       go on
        POST;   If-Match: "v2";                                         412
        OPTIONS; If-Match: "v2";                                        go on
        """)
    void whatExistsIsComparedInTheOrderOfTheRfc(String method, String fields, String expected) {
        assertEquals(expected, verdict(method, fields, STRONG));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        PUT; If-None-Match: *;    go on
        PUT; If-None-Match: "v1"; go on
        PUT; If-Match: *;         412
        PUT; If-Match: "v1";      412
        GET; If-Match: *;         go on
        GET; If-None-Match: *;    go on
        """)
    void whatDoesNotExistMatchesNothing(String method, String fields, String expected) {
        assertEquals(expected, verdict(method, fields, Validators.none()));
    }

    @Test
    void aWeakTagIsGoodEnoughToSaveATransferAndNotToOverwrite() {
        assertEquals("304", verdict("GET", "If-None-Match: \"v1\"", WEAK));
        assertEquals("412", verdict("PUT", "If-Match: W/\"v1\"", WEAK));
        assertEquals("412", verdict("PUT", "If-Match: \"v1\"", WEAK));
    }

    @Test
    void notModifiedCarriesTheValidators() {
        Response response = Request.builder("GET", "/")
                .header("If-None-Match", "\"v1\"")
                .build()
                .preconditions(STRONG);
        assertNotNull(response);
        assertEquals("\"v1\"", response.header("ETag"));
        assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", response.header("Last-Modified"));
        assertEquals("go on", verdict("GET", "If-None-Match: \"v1\"", Validators.lastModified(MODIFIED)));
        assertNull(Request.builder("GET", "/").build().preconditions(STRONG));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v1", "\"v1", "v1\"", "\"v\"1\"", "\"v 1\"", "w/\"v1\"", "W/v1", "\"v1\" "})
    void validatorsAreWellFormed(String etag) {
        assertThrows(IllegalArgumentException.class, () -> Validators.etag(etag));
        assertThrows(IllegalArgumentException.class, () -> new Validators(false, "\"v1\"", null));
    }
}
