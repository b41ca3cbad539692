package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ringfort.server.metrics.CloseReason;

/** The table in the comment of {@link Ending}, row by row. */
class EndingTest {
    /** A connection to which these words happened, in this order. */
    private static Ending after(String events) {
        Ending ending = Ending.NONE;
        for (String event : events.split(" ", -1)) {
            ending = switch (event) {
                case "-" -> ending;
                case "closing" -> ending.closing(CloseReason.FINISHED);
                case "failing" -> ending.failing(CloseReason.HANDLER);
                case "halfClosing" -> ending.halfClosing();
                case "finSent" -> ending.finSent();
                case "gone" -> ending.gone(CloseReason.RESET);
                case "cut" -> ending.cut(CloseReason.DEADLINE);
                case "saidLast" -> ending.saidLast(true);
                case "saidMore" -> ending.saidLast(false);
                case "ended" -> ending.inputEnded();
                default -> throw new IllegalArgumentException(event);
            };
        }
        return ending;
    }

    @ParameterizedTest
    @CsvSource({
        "-,                              OPEN/OPEN/PEER",
        "halfClosing,                    HALF_CLOSING/OPEN/PEER",
        "halfClosing halfClosing,        HALF_CLOSING/OPEN/PEER",
        "halfClosing finSent,            HALF_CLOSED/OPEN/PEER",
        "halfClosing closing,            CLOSING/OPEN/FINISHED",
        "halfClosing finSent closing,    LINGERING/OPEN/FINISHED",
        "closing,                        CLOSING/OPEN/FINISHED",
        "closing halfClosing,            CLOSING/OPEN/FINISHED",
        "closing finSent,                LINGERING/OPEN/FINISHED",
        "closing finSent finSent,        LINGERING/OPEN/FINISHED",
        "closing finSent closing,        LINGERING/OPEN/FINISHED",
        "finSent,                        OPEN/OPEN/PEER",
        "gone,                           GONE/OPEN/RESET",
        "gone closing,                   GONE/OPEN/RESET",
        "gone halfClosing finSent,       GONE/OPEN/RESET",
        "closing gone,                   GONE/OPEN/FINISHED",
        "closing finSent gone,           GONE/OPEN/FINISHED",
        "halfClosing gone,               GONE/OPEN/RESET",
        "closing cut,                    GONE/OPEN/DEADLINE",
        "failing,                        FAILING/OPEN/HANDLER",
        "halfClosing failing,            FAILING/OPEN/HANDLER",
        "halfClosing finSent failing,    FAILING/OPEN/HANDLER",
        "closing failing,                CLOSING/OPEN/FINISHED",
        "failing closing finSent,        FAILING/OPEN/HANDLER",
        "failing gone,                   GONE/OPEN/HANDLER",
        "gone failing,                   GONE/OPEN/RESET",
        "saidLast,                       OPEN/SAID_LAST/PEER",
        "saidLast saidMore,              OPEN/OPEN/PEER",
        "ended,                          OPEN/ENDED/PEER",
        "ended saidMore,                 OPEN/ENDED/PEER",
        "saidLast ended saidMore,        OPEN/ENDED/PEER",
        "saidLast closing finSent ended, LINGERING/ENDED/FINISHED"
    })
    void eventsLeadFromOneStateToTheNext(String events, String state) {
        assertEquals(state, after(events).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "-,                            WAIT,     WAIT",
        "ended,                        WAIT,     WAIT",
        "halfClosing,                  SEND_FIN, WAIT",
        "halfClosing ended,            SEND_FIN, WAIT",
        "halfClosing finSent,          WAIT,     WAIT",
        "halfClosing finSent ended,    WAIT,     WAIT",
        "halfClosing finSent closing,  WAIT,     WAIT",
        "closing,                      SEND_FIN, WAIT",
        "saidLast closing,             CLOSE,    WAIT",
        "ended closing,                CLOSE,    WAIT",
        "closing saidLast saidMore,    SEND_FIN, WAIT",
        "closing finSent,              WAIT,     WAIT",
        "closing finSent ended,        CLOSE,    WAIT",
        "failing,                      RESET,    WAIT",
        "failing ended,                RESET,    WAIT",
        "gone,                         WAIT,     WAIT",
        "gone ended,                   WAIT,     WAIT"
    })
    void whatIsNextWithoutAndWithOutputLeft(String events, Ending.Next without, Ending.Next with) {
        assertEquals(without, after(events).next(false));
        assertEquals(with, after(events).next(true));
    }

    @Test
    void onlyWhatReadsIsOpen() {
        assertTrue(after("-").isOpen());
        assertTrue(after("halfClosing").isOpen());
        assertTrue(after("halfClosing finSent").isOpen());
        assertTrue(after("ended").isOpen());
        assertFalse(after("closing").isOpen());
        assertFalse(after("failing").isOpen());
        assertFalse(after("closing finSent").isOpen());
        assertFalse(after("gone").isOpen());
    }

    /** A connection has a value, and no object of its own. */
    @Test
    void equalStatesAreOneObject() {
        assertSame(after("saidLast closing finSent"), after("saidLast closing finSent"));
        assertSame(Ending.NONE, after("saidLast saidMore"));
    }
}
