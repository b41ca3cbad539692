package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import ringfort.budget.Timeouts;
import ringfort.message.FieldSection;

/**
 * Plays bytes to a fresh {@link H1State}, answers each request at once, and writes an account of what happened. The
 * account must not depend on how the bytes are cut into pieces.
 */
final class Wire {
    static final String SECOND_REQUEST = "GET /second HTTP/1.1\r\nHost: second\r\n\r\n";
    static final String SECOND_ACCOUNT = "HEAD GET /second 1 [Host: second] END '' [] ";

    private static final int LONG = 400;
    private static final int STRIDE = 97;

    private final H1State state;
    private final StringBuilder account = new StringBuilder();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean over;

    Wire(Limits limits) {
        state = new H1State(limits, Timeouts.DEFAULT, new FakeSlot());
        state.accepted(0);
    }

    /** The account of the bytes, cut at these offsets. */
    static String account(Limits limits, byte[] bytes, int... cuts) {
        Wire wire = new Wire(limits);
        int from = 0;
        for (int cut : cuts) {
            wire.receive(bytes, from, cut);
            from = cut;
        }
        wire.receive(bytes, from, bytes.length);
        return wire.account();
    }

    /** The account of the bytes in one piece. Asserts that any two pieces, and single bytes, give an equal account. */
    static String accountOfAnyCut(Limits limits, String text) {
        byte[] bytes = bytes(text);
        String whole = account(limits, bytes);
        int[] everywhere = new int[Math.max(0, bytes.length - 1)];
        Arrays.setAll(everywhere, i -> i + 1);
        assertEquals(whole, account(limits, bytes, everywhere), "byte by byte");
        for (int cut = 1; cut < bytes.length; cut += bytes.length > LONG ? STRIDE : 1) {
            assertEquals(whole, account(limits, bytes, cut), "cut at " + cut);
        }
        return whole;
    }

    /** Asserts the account of a whole message, alone and with a second request behind it, however the bytes are cut. */
    static void accepts(String message, String expected) {
        accepts(Limits.DEFAULT, message, expected);
    }

    static void accepts(Limits limits, String message, String expected) {
        assertEquals(expected + ' ', accountOfAnyCut(limits, message));
        assertEquals(expected + ' ' + SECOND_ACCOUNT, accountOfAnyCut(limits, message + SECOND_REQUEST));
    }

    /** Asserts that the message is refused, however it is cut and whatever follows. */
    static void refuses(int status, String message) {
        refuses(Limits.DEFAULT, status, message);
    }

    static void refuses(Limits limits, int status, String message) {
        for (String text : new String[] {message, message + SECOND_REQUEST}) {
            String account = accountOfAnyCut(limits, text);
            assertTrue(account.endsWith("REFUSED " + status + ' '), () -> text + " came to: " + account);
            assertTrue(!account.contains("second"), account);
        }
    }

    /** Asserts that the message is refused at its last byte and not before. */
    static void refusesAtLastByte(int status, String message) {
        refusesAtLastByte(Limits.DEFAULT, status, message);
    }

    static void refusesAtLastByte(Limits limits, int status, String message) {
        refuses(limits, status, message);
        byte[] bytes = bytes(message);
        String before = account(limits, Arrays.copyOf(bytes, bytes.length - 1));
        assertTrue(!before.contains("REFUSED"), () -> "refused too early: " + message + " came to: " + before);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    void receive(byte[] source, int start, int end) {
        // The bytes lie in the middle of a buffer that holds other bytes too.
        byte[] buffer = new byte[end - start + 13];
        Arrays.fill(buffer, (byte) '\n');
        System.arraycopy(source, start, buffer, 5, end - start);
        int at = 5;
        int to = 5 + end - start;
        while (!over) {
            H1State.Event event = state.next(buffer, at, to, 0);
            assertTrue(state.position() >= at && state.position() <= to, "position");
            at = state.position();
            if (event == H1State.Event.NEED_INPUT) {
                assertEquals(to, at, "all is taken when more is needed");
                return;
            }
            on(event, buffer);
        }
    }

    private void on(H1State.Event event, byte[] buffer) {
        switch (event) {
            case HEAD -> {
                RequestHead head = state.head();
                account.append("HEAD ").append(head.method()).append(' ').append(head.target());
                account.append(' ').append(head.minorVersion()).append(' ').append(render(head));
            }
            case BODY -> body.write(buffer, state.dataFrom(), state.dataTo() - state.dataFrom());
            case END -> end();
            case REFUSED -> {
                // The content read before a refusal is left out: how much of it was read depends on the cut.
                account.append("REFUSED ").append(state.refusal().status()).append(' ');
                over = true;
            }
            case NEED_INPUT, BUSY, CLOSE, TUNNEL -> throw new AssertionError("unexpected " + event);
        }
    }

    private void end() {
        String content = body.toString(StandardCharsets.ISO_8859_1);
        account.append("END '").append(content).append("' ").append(render(state.trailers()));
        body.reset();
        state.responseHead(state.keepAlive(), 0);
        if (state.responseComplete(0) == H1State.After.CLOSE) {
            account.append("CLOSE ");
            over = true;
        }
    }

    static String render(FieldSection fields) {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < fields.fieldCount(); i++) {
            text.append(i == 0 ? "" : "; ").append(fields.name(i)).append(": ").append(fields.value(i));
        }
        return text.append("] ").toString();
    }

    String account() {
        return account.toString();
    }
}
