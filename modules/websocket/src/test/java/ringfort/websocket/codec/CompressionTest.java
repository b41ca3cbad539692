package ringfort.websocket.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What is answered to an offer of per-message deflate. */
final class CompressionTest {
    private static final String PLAIN = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    /** RFC 7692, section 7.1.2.1: python3-websockets ended the connection without it. */
    @Test
    void theWindowThatTheClientAsksForIsInTheAnswer() {
        assertEquals(
                PLAIN + "; server_max_window_bits=15",
                Compression.agree("permessage-deflate; server_max_window_bits=15; client_max_window_bits"));
        assertEquals(PLAIN, Compression.agree("permessage-deflate; client_max_window_bits"));
    }

    @Test
    void theAnswerIsToTheFirstOfferThatFits() {
        assertEquals(
                PLAIN,
                Compression.agree(
                        "permessage-deflate; server_max_window_bits=9, permessage-deflate, permessage-deflate;"
                                + " server_max_window_bits=15"));
    }
}
