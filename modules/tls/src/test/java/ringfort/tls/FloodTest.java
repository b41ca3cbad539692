package ringfort.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer that sends much without any progress of the connection. */
final class FloodTest {
    private static final long SECOND = 1_000_000_000L;
    private static final CertificateSet CERTIFICATES = Fixtures.selfSigned();
    private static final SSLContext CLIENT = Fixtures.clientOf(CERTIFICATES);
    private static final TlsContext CONTEXT = new TlsContext(TlsOptions.DEFAULT, CERTIFICATES);

    private static Link link(String protocol) {
        return new Link(CONTEXT, Peer.of(CLIENT, parameters -> parameters.setProtocols(new String[] {protocol})));
    }

    private static Link finished(String protocol) {
        Link link = link(protocol).run();
        assertTrue(link.saw(TlsState.Event.FINISHED), () -> link.events + " " + link.peer.failure());
        link.events.clear();
        return link;
    }

    private static void failed(Link link, TlsFailure.Kind kind) {
        assertEquals(TlsState.Event.FAILED, link.events.getLast());
        assertEquals(kind, link.server.failure().kind(), () -> "" + link.server.failure());
        assertFalse(link.server.canSend());
    }

    /** The peer is told by an alert, encrypted, that something was wrong with its messages. */
    private static void toldSo(Link link) {
        link.peer.push(link.takeToPeer());
        assertTrue(String.valueOf(link.peer.failure()).contains("unexpected_message"), () -> "" + link.peer.failure());
    }

    @Test
    void keyUpdatesAreFollowedAndBounded() {
        Link link = finished("TLSv1.3");
        int most = TlsLimits.DEFAULT.recordsWithoutData();
        for (int i = 0; i < most; i++) {
            link.peer.handshakeAgain();
            link.run();
            assertFalse(link.saw(TlsState.Event.FAILED), () -> "" + link.server.failure());
        }
        link.peer.write("with new keys");
        link.run();
        assertEquals("with new keys", link.plaintext());
        link.answer("both ways");
        link.run();
        assertEquals("both ways", link.peer.received());
        link.nowNanos = 3 * SECOND;
        for (int i = 0; i < 3; i++) {
            link.peer.handshakeAgain();
            link.run();
            assertFalse(link.saw(TlsState.Event.FAILED), "forgiven, one each second");
        }
        link.peer.handshakeAgain();
        link.feed(link.peer.pull());
        failed(link, TlsFailure.Kind.LIMIT);
        toldSo(link);
    }

    /** Empty records, warnings: the client of the JDK makes none, so that the engine is a fake. */
    @Test
    void recordsWithoutDataAreBounded() {
        FakeEngine engine = new FakeEngine(CONTEXT.newEngine().getSession());
        TlsState server = fake(engine);
        byte[] record = {23, 3, 3, 0, 1, 0};
        int most = TlsLimits.DEFAULT.recordsWithoutData();
        for (int i = 0; i < most; i++) {
            assertEquals(TlsState.Event.NEED_INPUT, server.next(record, 0, record.length, 0), "record " + i);
        }
        assertEquals(TlsState.Event.NEED_INPUT, server.next(record, 0, record.length, SECOND));
        assertEquals(TlsState.Event.FAILED, server.next(record, 0, record.length, SECOND));
        assertEquals(TlsFailure.Kind.LIMIT, server.failure().kind());
    }

    /** All of them in one feed, which must not run on without end. */
    @Test
    void recordsWithoutDataAreBoundedWithinOneFeed() {
        FakeEngine engine = new FakeEngine(CONTEXT.newEngine().getSession());
        TlsState server = fake(engine);
        byte[] records = new byte[6 * 1000];
        for (int at = 0; at < records.length; at += 6) {
            System.arraycopy(new byte[] {23, 3, 3, 0, 1, 0}, 0, records, at, 6);
        }
        assertEquals(TlsState.Event.FAILED, server.next(records, 0, records.length, 0));
        assertEquals(TlsFailure.Kind.LIMIT, server.failure().kind());
        assertTrue(engine.calls() < 100, "calls: " + engine.calls());
    }

    /** An engine that never does anything must not hold the thread. */
    @Test
    void anEngineWithoutProgressEndsTheConnection() {
        byte[] record = {23, 3, 3, 0, 1, 0};
        for (HandshakeStatus status : List.of(HandshakeStatus.NOT_HANDSHAKING, HandshakeStatus.NEED_WRAP)) {
            FakeEngine engine = new FakeEngine(CONTEXT.newEngine().getSession());
            TlsState server = fake(engine);
            engine.unwrapped(source -> new SSLEngineResult(Status.OK, status, 0, 0));
            engine.wrapped(into -> new SSLEngineResult(Status.OK, status, 0, 0));
            assertEquals(TlsState.Event.FAILED, server.next(record, 0, record.length, 0));
            assertEquals(TlsFailure.Kind.INTERNAL, server.failure().kind());
            assertTrue(engine.calls() < 100, "calls: " + engine.calls());
        }
        FakeEngine engine = new FakeEngine(CONTEXT.newEngine().getSession());
        TlsState server = fake(engine);
        assertFalse(server.send(record, 0, record.length));
        assertEquals(TlsFailure.Kind.INTERNAL, server.failure().kind());
    }

    private static TlsState fake(FakeEngine engine) {
        TlsState server = new TlsState(engine, TlsLimits.DEFAULT, new TlsBuffers(), (array, from, to) -> {});
        byte[] hello = {22, 3, 1, 0, 1, 1};
        assertEquals(TlsState.Event.FINISHED, server.next(hello, 0, hello.length, 0));
        return server;
    }

    /** With data in between they are not free either: the allowance is for the connection. */
    @Test
    void dataDoesNotBuyMoreKeyUpdates() {
        Link link = finished("TLSv1.3");
        int updates = 0;
        while (!link.saw(TlsState.Event.FAILED) && updates < 100) {
            link.peer.handshakeAgain();
            link.peer.write("x");
            link.run();
            updates++;
        }
        assertEquals(TlsLimits.DEFAULT.recordsWithoutData() + 1, updates);
    }

    @Test
    void renegotiationIsRefused() {
        Link link = finished("TLSv1.2");
        link.peer.handshakeAgain();
        link.feed(link.peer.pull());
        failed(link, TlsFailure.Kind.RENEGOTIATION);
        toldSo(link);
    }

    /** A hello in records of one byte each. */
    @Test
    void recordsBeforeTheEndOfTheHandshakeAreBounded() {
        Link link = link("TLSv1.3");
        byte[] hello = link.peer.pull();
        int records = 0;
        for (int at = 5; at < hello.length && !link.saw(TlsState.Event.FAILED); at++) {
            link.feed(new byte[] {22, 3, 3, 0, 1, hello[at]});
            records++;
        }
        failed(link, TlsFailure.Kind.LIMIT);
        assertEquals(TlsLimits.DEFAULT.handshakeRecords() + 1, records);
    }

    /** As many records as are allowed, but large ones. */
    @Test
    void bytesBeforeTheEndOfTheHandshakeAreBounded() {
        TlsLimits limits = new TlsLimits(64, 16 * 1024, 32, 1);
        Peer peer = Peer.of(CLIENT, parameters -> {});
        Link link = new Link(CONTEXT, peer, limits, new TlsBuffers());
        ByteArrayOutputStream large = new ByteArrayOutputStream();
        large.writeBytes(new byte[] {22, 3, 3, 0x20, 0, 1, 0, 0x7F, (byte) 0xFF});
        large.writeBytes(new byte[0x2000 - 4]);
        link.feed(large.toByteArray());
        assertFalse(link.saw(TlsState.Event.FAILED));
        byte[] more = new byte[5 + 0x2000];
        System.arraycopy(new byte[] {22, 3, 3, 0x20, 0}, 0, more, 0, 5);
        link.feed(more);
        failed(link, TlsFailure.Kind.LIMIT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aRecordThatIsTooLongIsRefusedAtItsHeader(String protocol) {
        Link link = finished(protocol);
        int length = RecordReader.MOST_FRAGMENT_BYTES + 1;
        link.feed(new byte[] {23, 3, 3, (byte) (length >> 8), (byte) length});
        failed(link, TlsFailure.Kind.PROTOCOL);
        toldSo(link);
    }

    /** What a peer makes a connection hold is of the order of what it has sent. */
    @Test
    void anAnnouncedRecordCostsWhatHasCome() {
        TlsBuffers buffers = new TlsBuffers();
        RecordReader reader = new RecordReader(buffers);
        byte[] begun = {23, 3, 3, 0x40, 0, 1, 2, 3};
        assertEquals(RecordReader.Found.MORE, reader.read(begun, 0, begun.length));
        reader.drop();
        assertEquals(512, buffers.take(1).length);
    }

    @Test
    void aReaderUsesItsLargestArrayAgain() {
        TlsBuffers buffers = new TlsBuffers();
        RecordReader reader = new RecordReader(buffers);
        byte[] record = new byte[5 + 16_000];
        System.arraycopy(new byte[] {23, 3, 3, (byte) (16_000 >> 8), (byte) 16_000}, 0, record, 0, 5);
        Arrays.fill(record, 5, record.length, (byte) 7);
        for (int cut : new int[] {1, 4, 5, 6, 700, 16_004}) {
            assertEquals(RecordReader.Found.MORE, reader.read(record, 0, cut), "cut at " + cut);
            assertEquals(cut, reader.partialBytes());
            assertEquals(RecordReader.Found.RECORD, reader.read(record, cut, record.length), "cut at " + cut);
            assertTrue(Arrays.equals(reader.array(), reader.from(), reader.to(), record, 0, record.length));
            reader.taken();
            assertEquals(0, reader.partialBytes());
        }
        assertTrue(buffers.take(1).length >= record.length);
    }

    @Test
    void theBucketFillsWithTime() {
        Bucket bucket = new Bucket(3, 2);
        long now = Long.MAX_VALUE - SECOND; // a monotonic clock may overflow
        for (int i = 0; i < 3; i++) {
            assertTrue(bucket.take(now));
        }
        assertFalse(bucket.take(now + SECOND / 2 - 1));
        assertTrue(bucket.take(now + SECOND / 2));
        assertFalse(bucket.take(now + SECOND / 2));
        assertTrue(bucket.take(now + 100 * SECOND));
        assertTrue(bucket.take(now + 100 * SECOND));
        assertTrue(bucket.take(now + 100 * SECOND));
        assertFalse(bucket.take(now + 100 * SECOND));
        Bucket never = new Bucket(1, 0);
        assertTrue(never.take(0));
        assertFalse(never.take(Long.MAX_VALUE));
    }
}
