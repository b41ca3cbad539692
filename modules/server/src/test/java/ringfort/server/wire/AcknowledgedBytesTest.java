package ringfort.server.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Each byte that a peer takes is progress once, whoever notices first: the look, or the kernel's report of room. */
class AcknowledgedBytesTest {
    private final AcknowledgedBytes progress = new AcknowledgedBytes();

    @Test
    void whatTheKernelTakesIsProgressWhenNobodyLooks() {
        assertEquals(1000, progress.given(1000));
        assertEquals(24, progress.given(24));
    }

    @Test
    void whatWasAcknowledgedSinceTheMarkIsProgress() {
        progress.given(1000);
        progress.mark(1000);
        assertEquals(300, progress.credit(700));
        assertEquals(0, progress.credit(700), "once");
        assertEquals(700, progress.credit(0));
    }

    @Test
    void whatWasAcknowledgedBeforeTheMarkIsNot() {
        progress.given(1000);
        progress.mark(400);
        assertEquals(0, progress.credit(400));
    }

    @Test
    void aByteThatALookHasSeenIsNotCreditedWhenItsRoomIsReported() {
        progress.given(1000);
        progress.mark(1000);
        assertEquals(300, progress.credit(700));
        assertEquals(0, progress.given(200));
        assertEquals(400, progress.given(500), "the first hundred were seen");
        assertEquals(500, progress.given(500));
    }

    /** Bytes that the kernel took in between, and nobody has told us of yet, are not acknowledged. */
    @Test
    void aLookNeverFindsLessThanNothing() {
        progress.given(1000);
        progress.mark(1000);
        assertEquals(0, progress.credit(5000));
    }
}
