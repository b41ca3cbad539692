package ringfort.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngineResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data both ways and the ends of a connection, against the client of the JDK. */
final class TlsStateTest {
    private static final CertificateSet CERTIFICATES = Fixtures.selfSigned();
    private static final SSLContext CLIENT = Fixtures.clientOf(CERTIFICATES);

    private static Link link(String protocol) {
        TlsContext context = new TlsContext(TlsOptions.DEFAULT, CERTIFICATES);
        Peer peer = Peer.of(CLIENT, parameters -> parameters.setProtocols(new String[] {protocol}));
        return new Link(context, peer);
    }

    private static Link finished(String protocol) {
        Link link = link(protocol).run();
        assertTrue(link.saw(TlsState.Event.FINISHED), () -> link.events + " " + link.peer.failure());
        return link;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void dataFlowsBothWays(String protocol) {
        Link link = finished(protocol);
        assertEquals(
                List.of(TlsState.Event.FINISHED),
                link.events.stream().filter(e -> e != TlsState.Event.NEED_TASK).toList());
        assertEquals(protocol, link.server.session().protocol());
        link.peer.write("hello");
        link.run();
        assertEquals("hello", link.plaintext());
        link.answer("welcome");
        link.run();
        assertEquals("welcome", link.peer.received());
        assertEquals(0, link.server.partialRecordBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void recordsMayBeCutAnywhere(String protocol) {
        for (int size = 1; size < 40; size++) {
            Link link = link(protocol);
            for (int i = 0;
                    i < 100
                            && !(link.saw(TlsState.Event.FINISHED)
                                    && link.plaintext().equals("hello"));
                    i++) {
                if (link.saw(TlsState.Event.FINISHED)) {
                    link.peer.write("hello");
                }
                byte[] up = link.peer.pull();
                for (int at = 0; at < up.length; at += size) {
                    link.feed(up, at, Math.min(up.length, at + size));
                }
                link.peer.push(link.takeToPeer());
            }
            assertEquals("hello", link.plaintext(), "pieces of " + size);
            assertEquals(0, link.server.partialRecordBytes());
        }
    }

    /** Each place of one record, and the number of bytes that are then no progress. */
    @Test
    void anIncompleteRecordIsNoProgress() {
        Link link = finished("TLSv1.3");
        link.events.clear();
        link.peer.write("hello");
        byte[] record = link.peer.pull();
        for (int i = 0; i < record.length - 1; i++) {
            link.feed(record, i, i + 1);
            assertEquals(i + 1, link.server.partialRecordBytes());
            assertEquals(List.of(), link.events);
        }
        link.feed(record, record.length - 1, record.length);
        assertEquals("hello", link.plaintext());
        assertEquals(0, link.server.partialRecordBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void severalRecordsInOneFeedComeOneByOne(String protocol) {
        Link link = finished(protocol);
        for (int i = 0; i < 20; i++) {
            link.peer.write("piece " + i + "\n");
        }
        byte[] all = link.peer.pull();
        assertEquals(20, Peer.records(all).size());
        int at = 0;
        for (int i = 0; i < 20; i++) {
            assertEquals(TlsState.Event.PLAINTEXT, link.server.next(all, at, all.length, 0));
            at = link.server.position();
            String piece = new String(
                    link.server.data(),
                    link.server.dataFrom(),
                    link.server.dataTo() - link.server.dataFrom(),
                    StandardCharsets.ISO_8859_1);
            assertEquals("piece " + i + "\n", piece);
        }
        assertEquals(all.length, at);
        assertEquals(TlsState.Event.NEED_INPUT, link.server.next(all, at, all.length, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void largeMessagesBothWays(String protocol) {
        Link link = finished(protocol);
        byte[] large = new byte[3_000_000];
        new Random(1).nextBytes(large);
        link.peer.write(large);
        byte[] up = link.peer.pull();
        for (int at = 0; at < up.length; at += 10_007) {
            link.feed(up, at, Math.min(up.length, at + 10_007));
        }
        assertArrayEquals(large, link.plaintext.toByteArray());
        assertTrue(link.server.send(large, 0, large.length));
        link.run();
        assertArrayEquals(large, link.peer.receivedBytes());
    }

    @Test
    void severalBuffersBecomeOneRecord() {
        Link link = finished("TLSv1.3");
        ByteBuffer direct = ByteBuffer.allocateDirect(5).put("world".getBytes(StandardCharsets.US_ASCII));
        assertTrue(link.server.send(ByteBuffer.wrap("hello ".getBytes(StandardCharsets.US_ASCII)), direct.flip()));
        byte[] down = link.takeToPeer();
        assertEquals(1, Peer.records(down).size());
        link.peer.push(down);
        assertEquals("hello world", link.peer.received());
    }

    @Test
    void nothingIsSentBeforeTheHandshake() {
        Link link = link("TLSv1.3");
        assertFalse(link.server.canSend());
        assertThrows(IllegalStateException.class, () -> link.answer("early"));
        assertThrows(IllegalStateException.class, link.server::session);
        assertThrows(IllegalStateException.class, link.server::failure);
        assertThrows(IllegalStateException.class, link.server::task);
    }

    @Test
    void aTls13PeerThatHasEndedStillGetsItsAnswer() {
        Link link = finished("TLSv1.3");
        link.peer.write("last words");
        link.peer.closeNotify();
        link.run();
        assertEquals("last words", link.plaintext());
        assertTrue(link.saw(TlsState.Event.CLOSE_NOTIFY));
        assertTrue(link.server.canSend());
        link.answer("answer");
        link.server.closeOutput();
        link.run();
        assertEquals("answer", link.peer.received());
        assertTrue(link.peer.sawCloseNotify());
        assertEquals(TlsState.InputEnd.CLEAN, link.server.inputClosed());
    }

    /** RFC 5246, 7.2.1: the other side responds at once, and discards what it had to send. */
    @Test
    void aTls12PeerThatHasEndedGetsCloseNotifyOnly() {
        Link link = finished("TLSv1.2");
        link.peer.write("last words");
        link.peer.closeNotify();
        link.run();
        assertEquals("last words", link.plaintext());
        assertTrue(link.saw(TlsState.Event.CLOSE_NOTIFY));
        assertFalse(link.server.canSend());
        assertFalse(link.server.send(new byte[1], 0, 1));
        assertTrue(link.peer.sawCloseNotify());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void theServerMayEndItsSideFirst(String protocol) {
        Link link = finished(protocol);
        link.server.closeOutput();
        link.server.closeOutput();
        assertFalse(link.server.canSend());
        byte[] down = link.takeToPeer();
        assertEquals(1, Peer.records(down).size());
        link.peer.write("still to come");
        link.feed(link.peer.pull());
        assertEquals("still to come", link.plaintext());
        link.peer.push(down);
        assertTrue(link.peer.sawCloseNotify());
        link.peer.closeNotify();
        link.run();
        assertTrue(link.saw(TlsState.Event.CLOSE_NOTIFY));
        assertEquals(TlsState.InputEnd.CLEAN, link.server.inputClosed());
    }

    @Test
    void whatComesBehindCloseNotifyIsDropped() {
        Link link = finished("TLSv1.3");
        link.peer.closeNotify();
        link.run();
        link.events.clear();
        link.feed(new byte[100]);
        assertEquals(List.of(), link.events);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aTransportThatEndsEarlyIsToldApart(String protocol) {
        Link untouched = link(protocol);
        assertEquals(TlsState.InputEnd.BEFORE_HANDSHAKE, untouched.server.inputClosed());

        Link begun = link(protocol);
        byte[] hello = begun.peer.pull();
        begun.feed(hello, 0, 10);
        assertEquals(TlsState.InputEnd.IN_HANDSHAKE, begun.server.inputClosed());

        Link halfWay = link(protocol);
        halfWay.feed(hello);
        assertEquals(TlsState.InputEnd.IN_HANDSHAKE, halfWay.server.inputClosed());

        Link between = finished(protocol);
        assertEquals(TlsState.InputEnd.WITHOUT_CLOSE_NOTIFY, between.server.inputClosed());
        between.answer("an answer may still go out");
        between.run();
        assertEquals("an answer may still go out", between.peer.received());

        Link within = finished(protocol);
        within.peer.write("cut");
        byte[] record = within.peer.pull();
        within.feed(record, 0, record.length - 1);
        assertEquals(TlsState.InputEnd.IN_RECORD, within.server.inputClosed());
        assertEquals("", within.plaintext());
        assertEquals(0, within.server.partialRecordBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aRecordThatWasTamperedWithEndsTheConnectionWithAnAlert(String protocol) {
        Link link = finished(protocol);
        link.peer.write("hello");
        byte[] record = link.peer.pull();
        record[record.length - 1] ^= 1;
        link.feed(record);
        assertEquals(TlsState.Event.FAILED, link.events.getLast());
        assertEquals("", link.plaintext());
        assertFalse(link.server.canSend());
        link.peer.push(link.takeToPeer());
        assertTrue(String.valueOf(link.peer.failure()).contains("bad_record_mac"), () -> "" + link.peer.failure());
        link.feed(record);
        assertEquals(TlsState.Event.FAILED, link.events.getLast());
    }

    /**
     * Connections of a thread share their buffers. An error of the virtual machine may end a method of one of them with a
     * record in there, which the next one must not send.
     */
    @Test
    void bytesOfOneConnectionNeverGoToAnother() {
        TlsBuffers buffers = new TlsBuffers();
        Peer peer = Peer.of(CLIENT, parameters -> {});
        Link link = new Link(new TlsContext(TlsOptions.DEFAULT, CERTIFICATES), peer, TlsLimits.DEFAULT, buffers).run();
        FakeEngine engine = new FakeEngine(link.engine().getSession());
        TlsState broken = new TlsState(engine, TlsLimits.DEFAULT, buffers, (array, from, to) -> {});
        byte[] hello = {22, 3, 1, 0, 1, 1};
        assertEquals(TlsState.Event.FINISHED, broken.next(hello, 0, hello.length, 0));
        engine.wrapped(into -> {
            into.put("secret".getBytes(StandardCharsets.US_ASCII));
            throw new StackOverflowError("deep");
        });
        assertThrows(StackOverflowError.class, () -> broken.next(wrapRequest(engine), 0, 6, 0));
        link.answer("answer");
        link.run();
        assertEquals("answer", peer.received());
        assertNull(peer.failure());
    }

    private static byte[] wrapRequest(FakeEngine engine) {
        engine.unwrapped(record -> {
            SSLEngineResult dropped = FakeEngine.drop(record);
            return new SSLEngineResult(
                    SSLEngineResult.Status.OK, SSLEngineResult.HandshakeStatus.NEED_WRAP, dropped.bytesConsumed(), 0);
        });
        return new byte[] {23, 3, 3, 0, 1, 0};
    }

    @Test
    void anAlertOfThePeerIsNamed() {
        Link link = link("TLSv1.3");
        CertificateSet other = Fixtures.selfSigned();
        Peer distrustful = Peer.of(Fixtures.clientOf(other), parameters -> {});
        Link refused = new Link(new TlsContext(TlsOptions.DEFAULT, CERTIFICATES), distrustful).run();
        assertEquals(TlsState.Event.FAILED, refused.events.getLast());
        assertEquals(TlsFailure.Kind.PEER_ALERT, refused.server.failure().kind());
        assertTrue(refused.server.failure().message().contains("certificate"), refused.server.failure()::message);
        assertNull(link.peer.failure());
    }
}
