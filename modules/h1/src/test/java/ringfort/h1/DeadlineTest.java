package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.h1.H1State.After;
import ringfort.h1.H1State.Event;
import ringfort.h1.H1State.Expiry;

/** Every rule of a deadline, on a clock that is moved by hand. Times are in milliseconds from the clock's start. */
final class DeadlineTest {
    private static final long MS = 1_000_000L;
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n";
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    /**
     * Header 10 s; body 1000 B/s after 5 s, with pauses of 30 s; handler off; write 1000 B/s after 5 s, with pauses of 5 s; idle
     * 60 s; linger 2 s.
     */
    private static final Timeouts SOME = timeouts(10_000, 30_000, 5_000, 0, 5_000, 60_000, 2_000);

    private final FakeSlot slot = new FakeSlot();
    private long clockStart;
    private H1State state = new H1State(Limits.DEFAULT, SOME, slot);

    private static Timeouts timeouts(
            long header, long body, long bodyGrace, long handler, long writeGrace, long idle, long linger) {
        return new Timeouts(
                header * MS,
                body * MS,
                bodyGrace * MS,
                1000,
                handler * MS,
                writeGrace * MS, // no pause is longer than the grace
                writeGrace * MS,
                1000,
                idle * MS,
                linger * MS);
    }

    private void with(Timeouts timeouts) {
        state = new H1State(Limits.DEFAULT, timeouts, slot);
    }

    private long at(long millis) {
        return clockStart + millis * MS;
    }

    private Event receive(String text, long millis) {
        byte[] bytes = Wire.bytes(text);
        Event event = state.next(bytes, 0, bytes.length, at(millis));
        while (event == Event.BODY) {
            event = state.next(bytes, state.position(), bytes.length, at(millis));
        }
        return event;
    }

    private After answer(long millis) {
        state.responseHead(state.keepAlive(), at(millis));
        return state.responseComplete(at(millis));
    }

    private void armed(Phase phase, long millis) {
        assertEquals(phase + "@" + at(millis), slot.toString());
    }

    private void off() {
        assertNull(slot.phase, slot.toString());
    }

    private Expiry expired(long millis) {
        return state.expired(at(millis));
    }

    private void refused(int status) {
        assertEquals(status, state.refusal().status());
        assertFalse(state.keepAlive());
        assertEquals(Event.REFUSED, receive("GET", 0));
    }

    // ---- header

    @Test
    void theHeaderDeadlineIsArmedAtAccept() {
        state.accepted(at(0));
        armed(Phase.HEADER, 10_000);
    }

    @Test
    void bytesNeverMoveAHeaderDeadline() {
        state.accepted(at(0));
        for (int i = 0; i < GET.length() - 1; i++) {
            assertEquals(Event.NEED_INPUT, receive(GET.substring(i, i + 1), 100L * i));
            armed(Phase.HEADER, 10_000);
        }
        assertEquals(1, slot.changes, "armed once");
    }

    @Test
    void acceptingTwiceNeverExtends() {
        state.accepted(at(0));
        state.accepted(at(5_000));
        armed(Phase.HEADER, 10_000);
    }

    @Test
    void aCompleteHeadClearsTheHeaderDeadline() {
        state.accepted(at(0));
        assertEquals(Event.HEAD, receive(GET, 9_999));
        off();
    }

    @Test
    void aSecondHeadStartsAFreshBudgetAtItsFirstByte() {
        state.accepted(at(0));
        receive(GET, 9_000);
        assertEquals(After.KEEP_ALIVE, answer(9_500));
        receive("G", 12_000);
        armed(Phase.HEADER, 22_000);
        receive("E", 15_000);
        armed(Phase.HEADER, 22_000);
    }

    @Test
    void anEmptyLineBeforeARequestStartsTheHeaderDeadline() {
        state.accepted(at(0));
        receive(GET, 0);
        answer(0);
        receive("\r\n", 1_000);
        armed(Phase.HEADER, 11_000);
        assertEquals(Expiry.CLOSE_SILENT, expired(11_000));
    }

    @Test
    void aHeadThatArrivesWholeAfterIdleLeavesNoHeaderDeadlineArmed() {
        state.accepted(at(0));
        receive(GET, 0);
        answer(0);
        armed(Phase.IDLE, 60_000);
        int before = slot.changes;
        assertEquals(Event.HEAD, receive(GET, 30_000));
        off();
        assertEquals(before + 1, slot.changes, "idle cleared, nothing armed in between");
    }

    @Test
    void keepAliveIdleIsNotKilledByTheHeaderDeadline() {
        state.accepted(at(0));
        receive(GET, 0);
        answer(0);
        assertEquals(Expiry.NOT_DUE, expired(10_000));
        armed(Phase.IDLE, 60_000);
        assertEquals(Event.HEAD, receive(GET, 59_000));
    }

    @Test
    void aReadOfNothingStartsNoHeaderDeadline() {
        state.accepted(at(0));
        receive(GET, 0);
        answer(0);
        receive("", 1_000);
        armed(Phase.IDLE, 60_000);
    }

    @Test
    void aPartialHeadIs408() {
        state.accepted(at(0));
        receive("G", 0);
        assertEquals(Expiry.ANSWER_408, expired(10_000));
        refused(408);
        off();
    }

    @Test
    void aSilentConnectionIsJustClosed() {
        state.accepted(at(0));
        assertEquals(Expiry.CLOSE_SILENT, expired(10_000));
        off();
    }

    @Test
    void aTimerThatFiredEarlyIsNotDueAndIsArmedAgain() {
        state.accepted(at(0));
        slot.phase = null; // a slot that has fired holds nothing
        assertEquals(Expiry.NOT_DUE, expired(9_999));
        armed(Phase.HEADER, 10_000);
        assertEquals(Expiry.CLOSE_SILENT, expired(10_000));
    }

    @Test
    void aTimerThatFiredAfterItsHeadIsNotDue() {
        state.accepted(at(0));
        receive(GET, 9_999);
        assertEquals(Expiry.NOT_DUE, expired(10_000));
        off();
    }

    // ---- body

    @Test
    void aFixedBodyIsNeverInTheHeaderPhase() {
        state.accepted(at(0));
        receive(POST, 1_000);
        assertEquals(Phase.BODY, state.phase());
        for (long second = 1; second < 10; second++) {
            assertEquals(Event.NEED_INPUT, receive("x".repeat(1000), 1_000 + 1_000 * second));
            assertEquals(Phase.BODY, slot.phase);
        }
    }

    @Test
    void aChunkedBodyIsNeverInTheHeaderPhase() {
        state.accepted(at(0));
        receive(CHUNKED, 1_000);
        for (long second = 1; second < 20; second++) {
            assertEquals(Event.NEED_INPUT, receive("3e8\r\n" + "x".repeat(1000) + "\r\n", 1_000 + 1_000 * second));
            assertEquals(Phase.BODY, slot.phase);
            assertEquals(Phase.BODY, state.phase());
        }
        assertEquals(Event.END, receive("0\r\n\r\n", 21_000));
        off();
    }

    @Test
    void trailersThatTrickleAreInTheBodyPhase() {
        state.accepted(at(0));
        receive(CHUNKED, 0);
        receive("0\r\nA: b\r\n", 1_000);
        armed(Phase.BODY, 5_000);
        receive("C: d\r\n", 2_000);
        armed(Phase.BODY, 5_000);
    }

    @Test
    void aPauseBelowTheGracePasses() {
        state.accepted(at(0));
        receive(POST, 0);
        receive("x".repeat(5_000), 1);
        assertEquals(Expiry.NOT_DUE, expired(4_001));
        assertEquals(Event.END, receive("x".repeat(5_000), 4_001));
        off();
    }

    @Test
    void aBodyBelowTheRateIs408WhenItsGraceIsUsedUp() {
        state.accepted(at(0));
        receive(POST, 0);
        armed(Phase.BODY, 5_000);
        for (long second = 1; second <= 9; second++) {
            receive("x".repeat(500), 1_000 * second); // at half the rate, each second uses up half a second of grace
            armed(Phase.BODY, 5_000 + 500 * second);
        }
        assertEquals(Expiry.NOT_DUE, expired(9_499));
        assertEquals(Expiry.ANSWER_408, expired(9_500));
        refused(408);
        off();
    }

    @Test
    void aBodyFastAtFirstMayPauseForWhatItHasEarned() {
        state.accepted(at(0));
        receive(POST, 0);
        receive("x".repeat(9_000), 1_000);
        armed(Phase.BODY, 14_000); // 4 s of the grace are left, and nine were earned
    }

    @Test
    void aBodyThatKeepsTheRateMayTakeAnyTimeAndPauseForTheBodyTimeout() {
        with(timeouts(10_000, 8_000, 5_000, 0, 0, 0, 0));
        state.accepted(at(0));
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n", 0);
        for (long second = 1; second <= 100; second++) {
            receive("x".repeat(1_000), 1_000 * second);
            armed(Phase.BODY, 1_000 * second + 5_000);
        }
        receive("x".repeat(500_000), 100_000);
        armed(Phase.BODY, 108_000);
        assertEquals(Expiry.ANSWER_408, expired(108_000));
    }

    @Test
    void timeInWhichWeDoNotReadDoesNotCount() {
        with(timeouts(10_000, 8_000, 5_000, 0, 0, 0, 0));
        state.accepted(at(0));
        receive(POST, 0);
        state.readOutstanding(false, at(3_000));
        off();
        assertEquals(Expiry.NOT_DUE, expired(50_000));
        state.readOutstanding(true, at(100_000));
        armed(Phase.BODY, 102_000);
        receive("x".repeat(5_000), 100_500);
        armed(Phase.BODY, 107_000); // 3 s and 0.5 s of 5 s are used, and 5 s were earned
    }

    @Test
    void waitingForABodyIsArmedOnceAndNeverExtended() {
        state.accepted(at(0));
        receive(POST, 0);
        armed(Phase.BODY, 5_000);
        int before = slot.changes;
        for (long i = 1; i < 5; i++) {
            state.readOutstanding(true, at(1_000 * i));
        }
        armed(Phase.BODY, 5_000);
        assertEquals(before, slot.changes);
    }

    @Test
    void pausingDoesNotGiveAFreshGrace() {
        state.accepted(at(0));
        receive(POST, 0);
        for (long i = 0; i < 4; i++) {
            state.readOutstanding(true, at(2_000 * i));
            state.readOutstanding(false, at(2_000 * i + 1_000));
        }
        state.readOutstanding(true, at(8_000));
        armed(Phase.BODY, 9_000);
    }

    @Test
    void aBodyThatWaitsForContinueIsNotWaitedFor() {
        state.accepted(at(0));
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", 0);
        off();
        assertTrue(state.awaitsContinue());
        state.continueSent(at(1_000));
        assertFalse(state.awaitsContinue());
        armed(Phase.BODY, 6_000);
    }

    /** It said that it would wait, sends some of its content at once, and then nothing more. */
    @Test
    void aPeerThatDidNotWaitForContinueIsWaitedFor() {
        state.accepted(at(0));
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", 0);
        off();
        receive("x", 1_000);
        assertFalse(state.awaitsContinue());
        armed(Phase.BODY, 6_001);
    }

    @Test
    void aLateBodyWithAResponseUnderWayIsAborted() {
        state.accepted(at(0));
        receive(POST, 0);
        state.responseHead(true, at(1));
        armed(Phase.BODY, 5_000);
        assertEquals(Expiry.ABORT, expired(5_000));
        off();
    }

    @Test
    void aBodyReadToItsEndHasNoDeadline() {
        state.accepted(at(0));
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", 0);
        byte[] content = Wire.bytes("abc");
        assertEquals(Event.BODY, state.next(content, 0, 3, at(1)));
        off();
        assertTrue(state.requestComplete());
    }

    @Test
    void aRouteCanHaveItsOwnTimeouts() {
        state.accepted(at(0));
        receive(POST, 0);
        state.overrideTimeouts(3_000 * MS, 2_000 * MS);
        armed(Phase.HANDLER, 2_000);
        state.overrideTimeouts(1_000 * MS, -1);
        armed(Phase.BODY, 1_000);
        state.overrideTimeouts(0, 0);
        armed(Phase.BODY, 5_000); // the rate stays
        state.overrideTimeouts(-1, -1);
        armed(Phase.BODY, 5_000);
    }

    @Test
    void aRoutesTimeoutsEndWithItsRequest() {
        state.accepted(at(0));
        receive(GET, 0);
        state.overrideTimeouts(-1, 2_000 * MS);
        armed(Phase.HANDLER, 2_000);
        answer(1_000);
        receive(GET, 1_000);
        off();
    }

    // ---- handler

    @Test
    void aLateHandlerIs503() {
        with(timeouts(10_000, 30_000, 5_000, 3_000, 5_000, 60_000, 2_000));
        state.accepted(at(0));
        receive(GET, 1_000);
        armed(Phase.HANDLER, 4_000);
        assertEquals(Phase.HANDLER, state.phase());
        assertEquals(Expiry.ANSWER_503, expired(4_000));
        refused(503);
    }

    @Test
    void aResponseThatStartsEndsTheHandlerDeadline() {
        with(timeouts(10_000, 30_000, 5_000, 3_000, 5_000, 60_000, 2_000));
        state.accepted(at(0));
        receive(GET, 0);
        state.responseHead(true, at(2_999));
        off();
        assertEquals(Phase.WRITE, state.phase());
        assertEquals(Expiry.NOT_DUE, expired(3_000));
    }

    // ---- write

    @Test
    void aPeerThatTakesNothingIsAborted() {
        state.accepted(at(0));
        receive(GET, 0);
        state.responseHead(true, at(0));
        state.writeOutstanding(true, at(1_000));
        armed(Phase.WRITE, 6_000);
        state.writeOutstanding(true, at(5_000));
        armed(Phase.WRITE, 6_000);
        assertEquals(Expiry.ABORT, expired(6_000));
        off();
    }

    @Test
    void aPeerThatTakesEnoughIsNeverAborted() {
        state.accepted(at(0));
        receive(GET, 0);
        state.responseHead(true, at(0));
        state.writeOutstanding(true, at(0));
        for (long second = 1; second < 600; second++) {
            state.writeProgress(1_000, at(1_000 * second));
            armed(Phase.WRITE, 1_000 * second + 5_000);
        }
    }

    @Test
    void timeInWhichNothingIsToBeWrittenDoesNotCount() {
        state.accepted(at(0));
        receive(GET, 0);
        state.responseHead(true, at(0));
        state.writeOutstanding(true, at(0));
        state.writeOutstanding(false, at(2_000));
        off();
        state.writeOutstanding(true, at(100_000));
        armed(Phase.WRITE, 103_000);
    }

    @Test
    void everyResponseHasAFullWriteGrace() {
        state.accepted(at(0));
        for (long i = 0; i < 3; i++) {
            receive(GET, 10_000 * i);
            state.responseHead(true, at(10_000 * i));
            state.writeOutstanding(true, at(10_000 * i));
            armed(Phase.WRITE, 10_000 * i + 5_000);
            assertEquals(After.KEEP_ALIVE, state.responseComplete(at(10_000 * i + 4_000)));
            state.writeOutstanding(false, at(10_000 * i + 4_000));
        }
    }

    @Test
    void aCompleteResponseKeepsItsWriteDeadlineUntilThePeerHasTakenIt() {
        state.accepted(at(0));
        receive(GET, 0);
        state.responseHead(true, at(0));
        state.writeOutstanding(true, at(0));
        assertEquals(After.KEEP_ALIVE, state.responseComplete(at(1_000)));
        armed(Phase.WRITE, 5_000);
        state.writeOutstanding(false, at(2_000));
        armed(Phase.IDLE, 62_000);
    }

    /** A response is queued whole before its first byte is sent. While the peer takes the response, it is not idle. */
    @Test
    void aPeerThatTakesAQueuedResponseIsNotIdle() {
        state.accepted(at(0));
        receive(GET, 0);
        assertEquals(After.KEEP_ALIVE, answer(0));
        armed(Phase.IDLE, 60_000);
        state.writeOutstanding(true, at(0));
        for (long second = 1; second <= 100; second++) {
            state.writeProgress(1_000, at(second * 1_000));
        }
        armed(Phase.WRITE, 105_000);
        state.writeOutstanding(false, at(101_000));
        armed(Phase.IDLE, 161_000);
    }

    @Test
    void aQueuedResponseLeavesAStreamBehindItAFullWriteGrace() {
        state.accepted(at(0));
        receive(GET, 0);
        assertEquals(After.KEEP_ALIVE, answer(0));
        state.writeOutstanding(true, at(0));
        state.writeOutstanding(false, at(4_000));
        receive(GET, 10_000);
        state.responseHead(true, at(10_000));
        state.writeOutstanding(true, at(10_000));
        armed(Phase.WRITE, 15_000);
    }

    @Test
    void theAnswerToARefusalHasAWriteDeadline() {
        state.accepted(at(0));
        assertEquals(Event.REFUSED, receive("\0", 0));
        off();
        state.responseHead(false, at(0));
        state.writeOutstanding(true, at(0));
        armed(Phase.WRITE, 5_000);
        assertEquals(After.CLOSE, state.responseComplete(at(1_000)));
        armed(Phase.WRITE, 5_000);
        state.writeOutstanding(false, at(2_000));
        off();
    }

    // ---- idle, linger, end

    @Test
    void anIdleConnectionIsClosedSilently() {
        state.accepted(at(0));
        receive(GET, 0);
        answer(1_000);
        assertEquals(Phase.IDLE, state.phase());
        armed(Phase.IDLE, 61_000);
        assertEquals(Expiry.CLOSE_SILENT, expired(61_000));
        off();
    }

    @Test
    void lingeringIsArmedOnceAndEnds() {
        state.accepted(at(0));
        receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 0);
        assertEquals(After.CLOSE, answer(0));
        state.closing(at(100));
        armed(Phase.LINGER, 2_100);
        state.closing(at(1_000));
        receive("x".repeat(1_000), 1_500);
        armed(Phase.LINGER, 2_100);
        assertEquals(Expiry.LINGER_OVER, expired(2_100));
        off();
        state.closing(at(3_000));
        off();
    }

    @Test
    void drainingAnUnreadBodyHasTheLingerDeadline() {
        state.accepted(at(0));
        receive(POST, 0);
        assertEquals(After.DRAIN_BODY, answer(1_000));
        armed(Phase.LINGER, 3_000);
        receive("x".repeat(9_999), 2_000);
        armed(Phase.LINGER, 3_000);
        assertEquals(Event.NEED_INPUT, receive("x", 2_500));
        armed(Phase.IDLE, 62_500);
    }

    /** It began when the response was queued, and cut peers that were still reading it. */
    @Test
    void theTimeForAnUnreadBodyBeginsWhenThePeerHasTheResponse() {
        state.accepted(at(0));
        receive(POST, 0);
        state.responseHead(true, at(1_000));
        assertEquals(After.DRAIN_BODY, state.responseComplete(at(1_000)));
        armed(Phase.LINGER, 3_000);
        state.writeOutstanding(true, at(1_000));
        armed(Phase.WRITE, 6_000);
        state.writeProgress(5_000, at(5_000));
        state.writeProgress(5_000, at(9_000));
        state.writeOutstanding(false, at(10_000));
        armed(Phase.LINGER, 12_000);
        assertEquals(Event.NEED_INPUT, receive("x".repeat(10_000), 11_000));
        armed(Phase.IDLE, 71_000);
    }

    /** As much as the peer likes, as long as it sends, and not for ever. */
    @Test
    void aLongDrainWaitsForAPeerThatSends() {
        with(timeouts(0, 0, 0, 0, 0, 60_000, 30_000));
        receive(CHUNKED, 0);
        assertEquals(After.DRAIN_BODY, answer(0));
        armed(Phase.LINGER, 5_000);
        receive("BB8\r\n" + "x".repeat(2_993), 4_000); // 3 000 bytes earn three seconds
        armed(Phase.LINGER, 7_998);
        receive("x".repeat(7), 7_000);
        receive("\r\nF4240\r\n" + "x".repeat(999_990), 7_500); // no more is kept than five
        armed(Phase.LINGER, 12_500);
        receive("x".repeat(10) + "\r\nF4240\r\n" + "x".repeat(100_000), 12_000);
        receive("x".repeat(100_000), 16_000);
        receive("x".repeat(100_000), 20_000);
        receive("x".repeat(100_000), 24_000);
        armed(Phase.LINGER, 29_000);
        receive("x".repeat(100_000), 28_000);
        armed(Phase.LINGER, 30_000);
        assertEquals(Expiry.LINGER_OVER, expired(30_000));
    }

    @Test
    void aClosedConnectionHasNoDeadlineEver() {
        state.accepted(at(0));
        state.closed();
        off();
        state.accepted(at(0));
        off();
        everythingAfterTheEnd();
    }

    @Test
    void aDetachedConnectionLeavesThePhasesOfHttpForGood() {
        state.accepted(at(0));
        receive(POST, 0);
        state.responseHead(false, at(0));
        state.detach(0);
        off();
        receive("G", 1_000);
        state.overrideTimeouts(5 * MS, 5 * MS);
        state.inputClosed(at(1_000));
        assertEquals(Expiry.NOT_DUE, expired(1_000_000));
        off();
        assertEquals(Event.TUNNEL, receive("GET", 1));
        assertEquals(0, state.position());
    }

    @Test
    void aTunnelIdlesWhileItWaitsForThePeerAndAnewAfterEachByteOfEitherSide() {
        state.accepted(at(0));
        receive(GET, 0);
        state.responseHead(false, at(1));
        state.detach(50 * MS);
        off();
        state.readOutstanding(true, at(10));
        armed(Phase.IDLE, 60);
        state.readOutstanding(true, at(20));
        armed(Phase.IDLE, 60);
        state.readOutstanding(false, at(30));
        off();
        state.readOutstanding(true, at(40));
        armed(Phase.IDLE, 90);
        state.writeOutstanding(true, at(50));
        state.writeProgress(10, at(60));
        state.writeOutstanding(false, at(60));
        armed(Phase.IDLE, 110);
        state.writeProgress(1, at(70)); // the kernel took it at once: nothing was outstanding
        armed(Phase.IDLE, 120);
        state.readOutstanding(false, at(80));
        state.writeProgress(1, at(90));
        off();
        state.readOutstanding(true, at(100));
        assertEquals(Expiry.CLOSE_SILENT, expired(150));
    }

    @Test
    void aTunnelWhosePeerDoesNotReadIsAborted() {
        state.accepted(at(0));
        receive(GET, 0);
        state.writeOutstanding(true, at(0));
        state.responseHead(false, at(0));
        Phase before = slot.phase;
        long due = slot.deadlineNanos;
        state.detach(0);
        assertEquals(Phase.WRITE, before);
        assertEquals(Phase.WRITE, slot.phase);
        assertEquals(due, slot.deadlineNanos);
        state.writeOutstanding(false, at(1));
        off();
        state.writeOutstanding(true, at(2));
        assertEquals(Phase.WRITE, slot.phase);
        assertEquals(Expiry.ABORT, state.expired(slot.deadlineNanos));
    }

    @Test
    void aTunnelThatClosesLingers() {
        state.accepted(at(0));
        receive(GET, 0);
        state.responseHead(false, at(0));
        state.detach(0);
        state.closing(at(5));
        assertEquals(Phase.LINGER, slot.phase);
        state.readOutstanding(true, at(6));
        assertEquals(Phase.LINGER, slot.phase);
    }

    private void everythingAfterTheEnd() {
        receive("G", 1_000);
        state.readOutstanding(true, at(1_000));
        state.overrideTimeouts(5 * MS, 5 * MS);
        state.writeOutstanding(true, at(1_000));
        state.writeProgress(1, at(1_000));
        state.closing(at(1_000));
        state.inputClosed(at(1_000));
        assertEquals(Expiry.NOT_DUE, expired(1_000_000));
        off();
    }

    // ---- off, and the clock

    @Test
    void zeroSwitchesEachDeadlineOff() {
        with(Timeouts.OFF);
        state.accepted(at(0));
        receive("P", 0);
        receive(POST.substring(1), 1);
        state.readOutstanding(true, at(1));
        receive("x", 2);
        state.responseHead(true, at(2));
        state.writeOutstanding(true, at(2));
        state.writeProgress(1, at(3));
        assertEquals(After.DRAIN_BODY, state.responseComplete(at(3)));
        receive("x".repeat(9_999), 4);
        state.closing(at(5));
        assertEquals(0, slot.changes, "never armed, so never cleared");
    }

    @Test
    void eachDeadlineStandsAlone() {
        with(timeouts(0, 30_000, 0, 0, 0, 0, 0));
        state.accepted(at(0));
        receive("P", 0);
        off();
        receive(POST.substring(1), 1_000);
        armed(Phase.BODY, 31_000);
        state.responseHead(true, at(2_000));
        state.writeOutstanding(true, at(2_000));
        armed(Phase.BODY, 31_000);
    }

    @Test
    void theEarliestOfSeveralIsInTheSlot() {
        with(timeouts(10_000, 30_000, 5_000, 4_000, 5_000, 60_000, 2_000));
        state.accepted(at(0));
        receive(POST, 0);
        armed(Phase.HANDLER, 4_000);
        state.responseHead(true, at(1_000));
        armed(Phase.BODY, 5_000);
        state.writeOutstanding(true, at(1_000));
        armed(Phase.BODY, 5_000);
        receive("x".repeat(3_000), 3_000);
        armed(Phase.WRITE, 6_000);
    }

    @Test
    void theClockMayBeNegativeAndMayWrap() {
        // The last but one wraps between accept and the header deadline, the last between two deadlines set at once.
        long[] starts = {Long.MIN_VALUE, -1, Long.MAX_VALUE, Long.MAX_VALUE - 5_000 * MS, Long.MAX_VALUE - 15_500 * MS};
        for (long start : starts) {
            clockStart = start;
            with(timeouts(10_000, 30_000, 5_000, 7_000, 5_000, 60_000, 2_000));
            state.accepted(at(0));
            assertEquals(Expiry.NOT_DUE, expired(1));
            assertEquals(Expiry.NOT_DUE, expired(9_999));
            receive(POST, 9_999);
            armed(Phase.BODY, 14_999);
            receive("x".repeat(5_000), 14_000);
            armed(Phase.HANDLER, 16_999);
            assertEquals(Expiry.NOT_DUE, expired(16_998));
            assertEquals(Expiry.ANSWER_503, expired(16_999));
        }
    }

    @Test
    void endlessTimeoutsNeverOverflow() {
        long endless = Long.MAX_VALUE;
        with(new Timeouts(endless, endless, endless, endless, endless, endless, endless, 1, endless, endless));
        state.accepted(at(0));
        receive(POST, 1_000);
        receive("x".repeat(10), 2_000);
        state.overrideTimeouts(endless, endless);
        state.writeOutstanding(true, at(3_000));
        state.writeProgress(endless, at(4_000));
        assertEquals(Expiry.NOT_DUE, expired(1_000_000_000));
    }
}
