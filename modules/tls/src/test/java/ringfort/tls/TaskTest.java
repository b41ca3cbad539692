package ringfort.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

/** The expensive part of a handshake, on another thread or late. */
final class TaskTest {
    private static final CertificateSet CERTIFICATES = Fixtures.selfSigned();
    private static final SSLContext CLIENT = Fixtures.clientOf(CERTIFICATES);
    private static final TlsContext CONTEXT = new TlsContext(TlsOptions.DEFAULT, CERTIFICATES);

    private final Peer peer = Peer.of(CLIENT, parameters -> {});
    private final byte[] hello = peer.pull();

    private static TlsState state(SSLEngine engine, Link output) {
        return new TlsState(
                engine,
                TlsLimits.DEFAULT,
                new TlsBuffers(),
                (array, from, to) -> output.toPeer.write(array, from, to - from));
    }

    private final Link link = new Link(CONTEXT, peer);

    @Test
    void whatComesMeanwhileStaysWithTheCaller() {
        assertEquals(TlsState.Event.NEED_TASK, link.server.next(hello, 0, hello.length, 0));
        assertEquals(hello.length, link.server.position());
        TlsTask task = link.server.task();
        byte[] more = new byte[3];
        assertEquals(TlsState.Event.NEED_TASK, link.server.next(more, 0, 3, 0));
        assertEquals(0, link.server.position());
        assertSame(task, link.server.task());
        assertEquals(0, link.toPeer.size());
        task.run();
        assertTrue(link.server.taskDone(task));
        assertFalse(link.server.taskDone(task));
        assertEquals(TlsState.Event.NEED_INPUT, link.server.next(more, 0, 0, 0));
        peer.push(link.takeToPeer());
        link.run();
        assertTrue(link.saw(TlsState.Event.FINISHED));
    }

    @Test
    void aTaskRunsOnAnotherThread() throws InterruptedException {
        assertEquals(TlsState.Event.NEED_TASK, link.server.next(hello, 0, hello.length, 0));
        TlsTask task = link.server.task();
        Thread thread = Thread.ofPlatform().start(task);
        thread.join();
        assertTrue(link.server.taskDone(task));
        link.feed(new byte[0]);
        peer.push(link.takeToPeer());
        link.run();
        assertTrue(link.saw(TlsState.Event.FINISHED));
    }

    @Test
    void aTaskThatHasNotRunIsNotDone() {
        assertEquals(TlsState.Event.NEED_TASK, link.server.next(hello, 0, hello.length, 0));
        assertThrows(IllegalStateException.class, () -> link.server.taskDone(link.server.task()));
    }

    /** The task of one connection says nothing to another. */
    @Test
    void aStrangersTaskIsNotTaken() {
        Link other = new Link(CONTEXT, Peer.of(CLIENT, parameters -> {}));
        assertEquals(TlsState.Event.NEED_TASK, link.server.next(hello, 0, hello.length, 0));
        assertEquals(TlsState.Event.NEED_TASK, other.server.next(hello, 0, hello.length, 0));
        other.server.task().run();
        assertFalse(link.server.taskDone(other.server.task()));
        assertEquals(TlsState.Event.NEED_TASK, link.server.next(hello, 0, 0, 0));
    }

    /**
     * The engine is locked while its task runs. The owner, whose deadline has passed, ends the connection without waiting for
     * that; the task ends later and changes nothing.
     */
    @Test
    void aTaskThatEndsLateTouchesNobody() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        SSLEngine engine = new TlsContext(TlsOptions.DEFAULT.withApplicationProtocols(), CERTIFICATES).newEngine();
        BiFunction<SSLEngine, List<String>, String> slow = (ofEngine, offered) -> {
            running.countDown();
            await(release);
            return "";
        };
        engine.setHandshakeApplicationProtocolSelector(slow);
        Peer asking = Peer.of(CLIENT, parameters -> parameters.setApplicationProtocols(new String[] {"h2"}));
        byte[] bytes = asking.pull();
        TlsState server = state(engine, link);
        assertEquals(TlsState.Event.NEED_TASK, server.next(bytes, 0, bytes.length, 0));
        TlsTask task = server.task();
        Thread thread = Thread.ofPlatform().start(task);
        await(running);
        assertFalse(server.canSend());
        assertEquals(TlsState.Event.NEED_TASK, server.next(bytes, 0, 0, 0));
        assertEquals(TlsState.InputEnd.IN_HANDSHAKE, server.inputClosed());
        server.closeOutput();
        server.abandon();
        assertFalse(server.send(bytes, 0, 1));
        assertEquals(TlsState.Event.NEED_INPUT, server.next(bytes, 0, bytes.length, 0));
        release.countDown();
        thread.join();
        assertFalse(server.taskDone(task));
        assertEquals(TlsState.Event.NEED_INPUT, server.next(bytes, 0, bytes.length, 0));
        assertEquals(0, link.toPeer.size());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Also an error, which the JDK's engine itself does not expect there, and after which it would stay locked in a task. */
    @Test
    void aTaskThatThrowsEndsTheConnection() {
        for (Throwable thrown : List.of(new IllegalStateException("broken"), new StackOverflowError("deep"))) {
            SSLEngine engine = CONTEXT.newEngine();
            engine.setHandshakeApplicationProtocolSelector((ofEngine, offered) -> {
                if (thrown instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) thrown;
            });
            Peer asking = Peer.of(CLIENT, parameters -> parameters.setApplicationProtocols(new String[] {"h2"}));
            byte[] bytes = asking.pull();
            TlsState server = state(engine, link);
            assertEquals(TlsState.Event.NEED_TASK, server.next(bytes, 0, bytes.length, 0));
            TlsTask task = server.task();
            task.run();
            assertTrue(server.taskDone(task));
            assertEquals(TlsState.Event.FAILED, server.next(bytes, 0, 0, 0));
            assertFalse(server.failure().message().isEmpty());
        }
    }

    @Test
    void aConnectionThatIsAbandonedIsSilent() {
        link.feed(hello);
        peer.push(link.takeToPeer());
        link.run();
        assertTrue(link.saw(TlsState.Event.FINISHED));
        link.takeToPeer();
        link.server.abandon();
        assertFalse(link.server.send(hello, 0, 1));
        link.server.closeOutput();
        assertEquals(TlsState.Event.NEED_INPUT, link.server.next(hello, 0, hello.length, 0));
        assertEquals(hello.length, link.server.position());
        assertEquals(0, link.toPeer.size());
    }
}
