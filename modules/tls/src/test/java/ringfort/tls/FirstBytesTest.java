package ringfort.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes first on a port tells what is spoken there. */
final class FirstBytesTest {
    private static final TlsContext CONTEXT = new TlsContext(TlsOptions.DEFAULT, Fixtures.selfSigned());

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({
        "'', UNDECIDED",
        "G, UNDECIDED",
        "GET, UNDECIDED",
        "'GET ', HTTP",
        "'GET / HTTP/1.1', HTTP",
        "'PRI * HTTP/2.0', HTTP",
        "'VERSION-CONTROL /', HTTP",
        "ABCDEFGHIJKLMNOPQRST, UNDECIDED",
        "'ABCDEFGHIJKLMNOPQRST ', HTTP",
        "ABCDEFGHIJKLMNOPQRSTU, OTHER",
        "' GET /', OTHER",
        "get /, OTHER",
        "SSH-2.0-OpenSSH, OTHER",
        "'\u0016', TLS",
        "'\u0016\u0003\u0001', TLS",
        "'\u0080.\u0001', OTHER",
        "'\u0015\u0003', OTHER"
    })
    void isDecidedAsSoonAsPossible(String text, FirstBytes expected) {
        byte[] bytes = latin1("xx" + text + "yy");
        assertEquals(expected, FirstBytes.of(bytes, 2, bytes.length - 2));
    }

    /** The server answers in plain, so that no alert may come before. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100})
    void httpOnATlsPort(int size) {
        Link link = new Link(CONTEXT, Peer.of(Fixtures.client(null), parameters -> {}));
        byte[] request = latin1("PROPFIND / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        for (int at = 0; at < request.length; at += size) {
            link.feed(request, at, Math.min(request.length, at + size));
        }
        assertEquals(TlsState.Event.FAILED, link.events.getLast());
        assertEquals(TlsFailure.Kind.PLAIN_HTTP, link.server.failure().kind());
        assertEquals(0, link.takeToPeer().length);
    }

    @Test
    void otherBytesOnATlsPortGetAnAlert() {
        Link link = new Link(CONTEXT, Peer.of(Fixtures.client(null), parameters -> {}));
        link.feed(latin1("SSH-2.0-OpenSSH_9.2\r\n"));
        assertEquals(List.of(TlsState.Event.FAILED), link.events);
        assertEquals(TlsFailure.Kind.NOT_TLS, link.server.failure().kind());
        assertArrayEquals(new byte[] {21, 3, 1, 0, 2, 2, 10}, link.takeToPeer());
    }

    /** Bytes that begin as TLS does, and are none: the engine says so, in an alert. */
    @Test
    void rubbishBehindTheFirstByte() {
        for (String text : List.of(
                "\u0016GET / HTTP/1.1\r\n", "\u0016\u0003\u0001\u0000\u0001x", "\u0016\u0003\u0001\u00ff\u00ff")) {
            Link link = new Link(CONTEXT, Peer.of(Fixtures.client(null), parameters -> {}));
            byte[] bytes = latin1(text + "x".repeat(30_000));
            link.feed(bytes);
            assertEquals(TlsState.Event.FAILED, link.events.getLast());
            assertTrue(
                    link.server.failure().kind() == TlsFailure.Kind.PROTOCOL
                            || link.server.failure().kind() == TlsFailure.Kind.HANDSHAKE,
                    () -> "" + link.server.failure());
            byte[] alert = link.takeToPeer();
            assertEquals(7, alert.length);
            assertEquals(21, alert[0]);
        }
    }
}
