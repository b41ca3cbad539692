package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.h1.H1State.After;
import ringfort.h1.H1State.Event;
import ringfort.h1.H1State.InputEnd;
import ringfort.message.Refusal;

/** RFC 9112, 9 and RFC 9110, 10.1.1: persistence, expectations, unread content, ends of input. */
final class ExchangeTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST_5 = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n";
    private static final String POST_CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final H1State state =
            new H1State(new Limits(128, 512, 10, 64, 4, 64, 1000, 20), Timeouts.DEFAULT, new FakeSlot());
    private byte[] buffer = new byte[0];

    private Event receive(String text) {
        buffer = Wire.bytes(text);
        return state.next(buffer, 0, buffer.length, 0);
    }

    private Event more() {
        return state.next(buffer, state.position(), buffer.length, 0);
    }

    private After answer() {
        state.responseHead(state.keepAlive(), 0);
        return state.responseComplete(0);
    }

    @ParameterizedTest
    @CsvSource({
        "1, '', true",
        "1, 'Connection: keep-alive', true",
        "1, 'Connection: close', false",
        "1, 'Connection: CLOSE', false",
        "1, 'Connection: x, close ,y', false",
        "1, 'Connection: closed', true",
        "1, 'Connection: keep-alive, close', false",
        "0, '', false",
        "0, 'Connection: keep-alive', true",
        "0, 'Connection: x,\tKeep-Alive', true",
        "0, 'Connection: keep-alive, close', false",
    })
    void rfc9112_9_3_persistence(int minor, String field, boolean keepAlive) {
        receive("GET / HTTP/1." + minor + "\r\nHost: a\r\n" + (field.isEmpty() ? "" : field + "\r\n") + "\r\n");
        assertEquals(keepAlive, state.keepAlive());
        assertEquals(keepAlive ? After.KEEP_ALIVE : After.CLOSE, answer());
    }

    @Test
    void rfc9112_9_3_twoConnectionFieldsCountTogether() {
        receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n");
        assertFalse(state.keepAlive());
    }

    @Test
    void rfc9112_9_3_aResponseThatAnnouncesCloseCloses() {
        receive(GET);
        state.responseHead(false, 0);
        assertEquals(After.CLOSE, state.responseComplete(0));
        assertEquals(Event.NEED_INPUT, receive(GET), "what comes after is dropped");
    }

    @Test
    void rfc9112_9_3_2_pipelinedRequestsWaitForTheirTurn() {
        assertEquals(Event.HEAD, receive(GET + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"));
        assertEquals(Event.END, more());
        assertEquals(Event.BUSY, more());
        assertEquals(GET.length(), state.position());
        assertEquals(Event.BUSY, more());
        assertEquals(After.KEEP_ALIVE, answer());
        assertEquals(Event.HEAD, more());
        assertEquals("/2", state.head().target());
    }

    @Test
    void rfc9110_10_1_1_continueIsAwaitedUntilSaidOrNotNeeded() {
        receive(POST_5 + "Expect: 100-Continue\r\n\r\n");
        assertTrue(state.awaitsContinue());
        assertEquals(Phase.HANDLER, state.phase());
        state.continueSent(0);
        assertFalse(state.awaitsContinue());
        assertEquals(Phase.BODY, state.phase());
        assertEquals(Event.BODY, receive("hello"));
        assertEquals(After.KEEP_ALIVE, answer());
    }

    @Test
    void rfc9110_10_1_1_aPeerThatSendsAnywayAwaitsNothing() {
        receive(POST_5 + "Expect: 100-continue\r\n\r\nhe");
        assertEquals(Event.BODY, more());
        assertFalse(state.awaitsContinue());
        assertTrue(state.keepAlive());
    }

    @Test
    void rfc9110_10_1_1_aFinalStatusInsteadOfContinueCloses() {
        receive(POST_5 + "Expect: 100-continue\r\n\r\n");
        assertFalse(state.keepAlive());
        state.responseHead(true, 0);
        assertFalse(state.awaitsContinue(), "not after a final status");
        assertEquals(After.CLOSE, state.responseComplete(0));
    }

    @Test
    void rfc9110_10_1_1_noContentAwaitsNothing() {
        receive("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n");
        assertFalse(state.awaitsContinue());
        assertTrue(state.keepAlive());
    }

    @Test
    void rfc9110_10_1_1_anotherExpectationIs417ButNotInHttp10() {
        Wire.refuses(417, POST_5 + "Expect: 200-ok\r\n\r\nhello");
        Wire.refuses(417, POST_5 + "Expect: \r\n\r\nhello");
        receive("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: x\r\n\r\n");
        assertFalse(state.awaitsContinue());
    }

    @Test
    void rfc9110_10_1_1_http10AwaitsNothing() {
        receive("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        assertFalse(state.awaitsContinue());
        assertEquals(Phase.BODY, state.phase());
    }

    @Test
    void rfc9112_9_3_unreadContentIsDrainedAndTheNextRequestRead() {
        receive(POST_5 + "\r\n");
        assertEquals(After.DRAIN_BODY, answer());
        assertEquals(Event.NEED_INPUT, receive("hel"));
        assertEquals(Event.HEAD, receive("lo" + GET));
        assertEquals(Event.END, more());
    }

    @Test
    void rfc9112_9_3_unreadChunksAreDrainedAndTheNextRequestRead() {
        receive(POST_CHUNKED);
        assertEquals(After.DRAIN_BODY, answer());
        assertEquals(Event.NEED_INPUT, receive("1\r\nx"));
        assertEquals(Event.HEAD, receive("\r\n0\r\n\r\n" + GET));
    }

    @Test
    void rfc9112_9_3_aDrainedRequestLeavesTheNextOneClean() {
        receive(POST_CHUNKED);
        answer();
        receive("0\r\nA: b\r\n\r\n");
        assertEquals(Event.HEAD, receive(GET));
        assertEquals(Event.END, more());
        assertEquals(0, state.trailers().fieldCount());
        assertEquals(Event.BUSY, more());
    }

    @Test
    void rfc9112_9_3_tooMuchUnreadContentCloses() {
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 21\r\n\r\n");
        assertFalse(state.keepAlive());
        assertEquals(After.CLOSE, answer());
    }

    @Test
    void rfc9112_9_3_chunksAreDrainedHoweverManyWhenTheResponseHasAnnouncedThat() {
        receive(POST_CHUNKED);
        assertTrue(state.keepAlive());
        assertEquals(After.DRAIN_BODY, answer());
        assertEquals(Event.NEED_INPUT, receive("1\r\nx\r\n".repeat(400)));
        assertEquals(Event.HEAD, receive("0\r\n\r\n" + GET));
    }

    /** Without a bound on the time, or where nothing is to be drained, the end of the chunks cannot be promised. */
    @Test
    void rfc9112_9_3_chunksThatCannotBeDrainedClose() {
        H1State unbounded = new H1State(Limits.DEFAULT, Timeouts.OFF, new FakeSlot());
        byte[] head = Wire.bytes(POST_CHUNKED);
        assertEquals(Event.HEAD, unbounded.next(head, 0, head.length, 0));
        assertFalse(unbounded.keepAlive());
    }

    @Test
    void rfc9112_9_3_drainingMalformedChunksCloses() {
        receive(POST_CHUNKED);
        answer();
        assertEquals(Event.CLOSE, receive("x"));
    }

    @Test
    void rfc9110_15_5_14_anAnnouncedLengthAboveTheRoutesLimitIs413() {
        receive(POST_5 + "\r\nhello" + GET);
        assertNull(state.limitBody(5));
        Refusal refusal = state.limitBody(4);
        assertNotNull(refusal);
        assertEquals(413, refusal.status());
        assertEquals(Event.BUSY, more(), "its content is not handed out");
        assertTrue(state.keepAlive(), "little enough to be drained");
        assertEquals(After.DRAIN_BODY, answer());
        assertEquals(Event.HEAD, more());
    }

    @Test
    void rfc9110_15_5_14_aRouteMayTakeMoreThanTheDefault() {
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
        assertNull(state.limitBody(2000));
        assertEquals(Event.BODY, receive("x".repeat(1001)));
    }

    @Test
    void rfc9110_15_5_14_anAnnouncedLengthAboveTheDefaultIsRefusedAtTheLatestWhenRead() {
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
        assertEquals(Event.REFUSED, more());
        assertEquals(413, state.refusal().status());
        assertEquals(After.CLOSE, answer());
    }

    @Test
    void rfc9110_15_5_14_chunksAboveTheRoutesLimitAre413() {
        receive(POST_CHUNKED);
        assertNull(state.limitBody(2));
        assertEquals(Event.BODY, receive("2\r\nxx"));
        assertEquals(Event.REFUSED, receive("\r\n1\r\n"));
        assertEquals(413, state.refusal().status());
    }

    @Test
    void rfc9112_8_aPeerThatEndsInIdleIsJustClosed() {
        assertEquals(InputEnd.IDLE_CLOSE, state.inputClosed(0));
        receive("\r\n");
        assertEquals(InputEnd.IDLE_CLOSE, state.inputClosed(0));
    }

    @Test
    void rfc9112_8_aPeerThatEndsInAHeadLeftAPartialOne() {
        receive("GET");
        assertEquals(InputEnd.PARTIAL_HEAD, state.inputClosed(0));
    }

    @Test
    void rfc9112_8_aBodyShorterThanAnnouncedIsPartial() {
        receive(POST_5 + "\r\nhell");
        assertEquals(Event.BODY, more());
        assertEquals(InputEnd.PARTIAL_BODY, state.inputClosed(0));
        assertFalse(state.keepAlive());
        assertFalse(state.requestComplete());
        assertEquals(After.CLOSE, answer());
    }

    @Test
    void rfc9112_8_chunksWithoutTheirEndArePartial() {
        for (String part : new String[] {"", "1", "1\r\nx", "1\r\nx\r\n", "0\r\n", "0\r\n\r", "0\r\nA: b\r\n"}) {
            var fresh = new H1State(Limits.DEFAULT, Timeouts.DEFAULT, new FakeSlot());
            byte[] bytes = Wire.bytes(POST_CHUNKED + part);
            int at = 0;
            Event event;
            do {
                event = fresh.next(bytes, at, bytes.length, 0);
                at = fresh.position();
            } while (event == Event.HEAD || event == Event.BODY);
            assertEquals(Event.NEED_INPUT, event);
            assertEquals(InputEnd.PARTIAL_BODY, fresh.inputClosed(0), part);
        }
    }

    @Test
    void rfc9112_9_6_aRequestBeforeAHalfCloseIsStillAnswered() {
        receive(GET + GET);
        assertEquals(InputEnd.AFTER_REQUEST, state.inputClosed(0));
        assertEquals(After.KEEP_ALIVE, answer());
        assertEquals(Event.HEAD, more());
        assertEquals(InputEnd.AFTER_REQUEST, state.inputClosed(0));
    }

    @Test
    void rfc9110_7_8_anUpgradeNeedsItsConnectionOption() {
        receive("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\n");
        assertEquals("websocket", state.head().upgrade());
        answer();
        receive("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n");
        assertNull(state.head().upgrade());
    }

    @Test
    void accessorsSayWhenTheyHaveNothing() {
        assertThrows(IllegalStateException.class, state::head);
        assertThrows(IllegalStateException.class, state::refusal);
        receive(GET);
        answer();
        assertThrows(IllegalStateException.class, state::head, "an idle connection keeps no request");
    }
}
