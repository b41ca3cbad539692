package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** RFC 6265bis: what browsers would ignore is an error here. */
class CookieTest {
    @Test
    void nameAndValueFitBrowsers() {
        assertEquals(4095, Cookie.of("n", "v".repeat(4095)).value().length());
        assertThrows(IllegalArgumentException.class, () -> Cookie.of("n", "v".repeat(4096)));
        Cookie cookie = Cookie.of("n", "v");
        String most = "/" + "p".repeat(1023);
        assertEquals(most, cookie.path(most).path());
        assertThrows(IllegalArgumentException.class, () -> cookie.path(most + "p"));
        assertThrows(IllegalArgumentException.class, () -> cookie.domain("d".repeat(1025)));
    }

    @Test
    void lifeTimesAreSecondsAndNeverNegative() {
        Cookie cookie = new Cookie("n", "v", null, null, null, false, false, null);
        assertEquals("n=v", cookie.toSetCookie());
        assertEquals("n=v; Max-Age=90", cookie.maxAge(Duration.ofMillis(90_999)).toSetCookie());
        assertEquals("n=v; Max-Age=0", cookie.maxAge(Duration.ofSeconds(-1)).toSetCookie());
    }
}
