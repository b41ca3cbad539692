package ringfort.timers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TickerTest {
    @Test
    void the_system_ticker_never_steps_back() {
        Ticker ticker = Ticker.system();
        long last = ticker.nanos();
        for (int i = 0; i < 100_000; i++) {
            long now = ticker.nanos();
            assertTrue(now - last >= 0);
            last = now;
        }
    }

    @Test
    void a_manual_ticker_stands_still_until_it_is_advanced() {
        ManualTicker ticker = new ManualTicker();
        assertEquals(0, ticker.nanos());
        assertEquals(5, ticker.advance(5));
        assertEquals(1_000_000_005, ticker.advance(Duration.ofSeconds(1)));
        assertEquals(1_000_000_005, ticker.nanos());
    }

    @Test
    void a_manual_ticker_wraps_as_the_system_one_may() {
        ManualTicker ticker = new ManualTicker(Long.MAX_VALUE);
        assertEquals(Long.MIN_VALUE, ticker.advance(1));
    }

    @Test
    void a_manual_ticker_never_steps_back() {
        ManualTicker ticker = new ManualTicker(7);
        assertThrows(IllegalArgumentException.class, () -> ticker.advance(-1));
        assertThrows(IllegalArgumentException.class, () -> ticker.advance(Duration.ofNanos(-1)));
        assertEquals(7, ticker.nanos());
    }
}
