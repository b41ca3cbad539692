package ringfort.ring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import ringfort.ring.RingFixture.Completion;
import ringfort.sys.Errno;
import ringfort.sys.EventFd;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.Sockets;

/**
 * Each operation against the running kernel, in each way of setting a ring up. A wrong operation code or a field in the
 * wrong place shows as a wrong answer here.
 */
@ParameterizedClass
@MethodSource("ringfort.ring.RingFixture#variants")
class OperationsTest {
    private final RingFixture f;

    OperationsTest(RingOptions options) {
        f = new RingFixture(options);
    }

    @AfterEach
    void close() {
        f.close();
    }

    @Test
    void theKernelKnowsEveryOperationWeUse() {
        int[] opcodes = {
            IoUring.IORING_OP_NOP,
            IoUring.IORING_OP_POLL_ADD,
            IoUring.IORING_OP_TIMEOUT,
            IoUring.IORING_OP_TIMEOUT_REMOVE,
            IoUring.IORING_OP_ACCEPT,
            IoUring.IORING_OP_ASYNC_CANCEL,
            IoUring.IORING_OP_LINK_TIMEOUT,
            IoUring.IORING_OP_CLOSE,
            IoUring.IORING_OP_READ,
            IoUring.IORING_OP_SEND,
            IoUring.IORING_OP_RECV,
            IoUring.IORING_OP_SHUTDOWN,
            IoUring.IORING_OP_MSG_RING
        };
        Probe probe = f.ring.probe();
        for (int opcode : opcodes) {
            assertTrue(probe.supports(opcode), () -> "operation " + opcode);
        }
        assertFalse(probe.supports(255));
        assertTrue(probe.lastOpcode() >= IoUring.IORING_OP_MSG_RING);
    }

    @Test
    void nopCompletesWithItsUserData() {
        f.sqe().nop(0x8000_0001_dead_beefL);
        assertEquals(new Completion(0x8000_0001_dead_beefL, 0, 0), f.awaitOne());
    }

    @Test
    void sendAndRecvMoveBytes() {
        int[] pair = f.socketPair();
        f.memory.setString(0, "hello", US_ASCII);
        f.sqe().recv(pair[1], f.memory.address() + 100, 50, 0, 1);
        f.sqe().send(pair[0], f.memory.address(), 5, Linux.MSG_NOSIGNAL, 2);
        assertEquals(Map.of(1L, 5, 2L, 5), f.awaitResults(2));
        assertEquals("hello", RingFixture.text(f.memory, 100, 5));
    }

    @Test
    void shutdownEndsTheStreamAndCloseFreesTheDescriptor() {
        int[] pair = f.socketPair();
        f.sqe().shutdown(pair[0], Linux.SHUT_WR, 1);
        assertEquals(0, f.awaitOne().result());
        f.sqe().recv(pair[1], f.memory.address(), 10, 0, 2);
        assertEquals(0, f.awaitOne().result());

        int other = Libc.fcntl(pair[0], 1030 /* F_DUPFD_CLOEXEC */, 0);
        f.sqe().close(other, 3);
        assertEquals(0, f.awaitOne().result());
        assertEquals(-Errno.EBADF, Libc.fcntl(other, Linux.F_GETFD, 0));
    }

    @Test
    void acceptTakesOneConnection() throws Exception {
        int listener = listen();
        f.sqe().accept(listener, Linux.SOCK_CLOEXEC, 1);
        f.ring.submit();
        try (Socket client = connect(listener)) {
            Completion accepted = f.awaitOne();
            f.keep(accepted.result());
            assertFalse(accepted.more());
            assertEquals(client.getLocalSocketAddress(), Sockets.peerAddress(accepted.result()));
            assertEquals(Linux.FD_CLOEXEC, Libc.fcntl(accepted.result(), Linux.F_GETFD, 0));
        }
    }

    /** An accept that ends silently leaves a server that never accepts again: the last completion must show it. */
    @Test
    void acceptMultishotGoesOnUntilACompletionLacksMore() throws Exception {
        int listener = listen();
        f.sqe().acceptMultishot(listener, Linux.SOCK_NONBLOCK, 1);
        f.ring.submit();
        for (int i = 0; i < 3; i++) {
            try (Socket client = connect(listener)) {
                Completion accepted = f.awaitOne();
                f.keep(accepted.result());
                assertTrue(accepted.more(), accepted::toString);
                assertEquals(client.getLocalSocketAddress(), Sockets.peerAddress(accepted.result()));
            }
        }
        assertEquals(0, Libc.shutdown(listener, Linux.SHUT_RDWR));
        Completion last = f.awaitOne();
        assertFalse(last.more(), last::toString);
        assertEquals(-Errno.EINVAL, last.result());
    }

    @Test
    void cancelEndsTheRequestItNames() {
        int[] pair = f.socketPair();
        f.sqe().recv(pair[0], f.memory.address(), 10, 0, 1);
        f.sqe().recv(pair[1], f.memory.address() + 10, 10, 0, 2);
        f.ring.submit();
        f.sqe().cancel(1, 3);
        f.sqe().cancel(99, 4);
        assertEquals(Map.of(1L, -Errno.ECANCELED, 3L, 0, 4L, -Errno.ENOENT), f.awaitResults(3));
        f.send(pair[0], "x");
        assertEquals(Map.of(2L, 1), f.awaitResults(1));
    }

    @Test
    void cancelByDescriptorAndOfAllCountWhatTheyEnded() {
        int[] pair = f.socketPair();
        f.sqe().recv(pair[0], f.memory.address(), 10, 0, 1);
        f.sqe().poll(pair[0], IoUring.POLLIN, 2);
        f.sqe().recv(pair[1], f.memory.address(), 10, 0, 3);
        f.ring.submit();
        f.sqe().cancelFd(pair[0], 4);
        assertEquals(Map.of(1L, -Errno.ECANCELED, 2L, -Errno.ECANCELED, 4L, 2), f.awaitResults(3));
        f.sqe().cancelAny(5);
        assertEquals(Map.of(3L, -Errno.ECANCELED, 5L, 1), f.awaitResults(2));
    }

    @Test
    void pollReportsEvents() {
        int[] pair = f.socketPair();
        f.sqe().poll(pair[0], IoUring.POLLOUT, 1);
        assertEquals(IoUring.POLLOUT, f.awaitOne().result());
        f.sqe().pollMultishot(pair[1], IoUring.POLLIN, 2);
        f.ring.submit();
        for (String text : List.of("a", "b")) {
            f.send(pair[0], text);
            Completion event = f.awaitOne();
            assertTrue(event.more(), event::toString);
            assertEquals(IoUring.POLLIN, event.result() & IoUring.POLLIN);
            assertEquals(1, Libc.recv(pair[1], f.memory, 10, 0));
        }
    }

    @Test
    void aSignalOfAnotherThreadCompletesTheReadOfAnEventCounter() throws Exception {
        try (EventFd wake = EventFd.open(false)) {
            for (int i = 0; i < 3; i++) {
                f.sqe().read(wake.fd(), f.memory.address(), 8, -1, 1);
                f.ring.submit();
                Thread signaller = Thread.ofPlatform().start(wake::signal);
                assertEquals(8, f.awaitOne().result());
                assertEquals(1, f.memory.get(JAVA_LONG, 0));
                signaller.join();
            }
        }
    }

    @Test
    void aMessageReachesTheOtherRing() throws Exception {
        try (Ring other = RingFixture.open(RingFixture.SMALL, RingSyscalls.kernel())) {
            Thread receiver = Thread.ofPlatform().start(() -> {
                try (RingFixture reply = new RingFixture(RingFixture.SMALL)) {
                    other.enable();
                    CompletionBatch batch = new CompletionBatch(4);
                    reply.sqe().msgRing(f.ring.fd(), 1, 77, 2); // I am ready
                    reply.awaitOne();
                    other.submitAndWait(1, 5_000_000_000L);
                    other.reap(batch);
                    reply.sqe().msgRing(f.ring.fd(), batch.result(0), batch.userData(0), 2);
                    reply.awaitOne();
                }
            });
            assertEquals(new Completion(77, 1, 0), f.awaitOne());
            f.sqe().msgRing(other.fd(), 42, 0x1234_5678_9abcL, 5);
            assertEquals(Map.of(5L, 0, 0x1234_5678_9abcL, 42), f.awaitResults(2));
            receiver.join();
        }
    }

    @Test
    void aMessageToARingThatNobodyEnabledFails() throws Exception {
        try (Ring other = RingFixture.open(RingFixture.SMALL, RingSyscalls.kernel())) {
            f.sqe().msgRing(other.fd(), 1, 2, 3);
            assertEquals(new Completion(3, -Errno.EBADFD, 0), f.awaitOne());
        }
    }

    @Test
    void aFailedLinkCancelsWhatFollowsAndSuccessCanBeSilent() {
        f.sqe().recv(-1, f.memory.address(), 1, 0, 1).link();
        f.sqe().nop(2);
        assertEquals(Map.of(1L, -Errno.EBADF, 2L, -Errno.ECANCELED), f.awaitResults(2));
        f.sqe().nop(3).flags(IoUring.IOSQE_CQE_SKIP_SUCCESS);
        f.sqe().nop(4).flags(IoUring.IOSQE_ASYNC);
        assertEquals(new Completion(4, 0, 0), f.awaitOne());
    }

    private int listen() throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
        return f.keep(Sockets.listen(any, 16, false, false))[0];
    }

    private static Socket connect(int listener) throws Exception {
        InetSocketAddress address = Sockets.localAddress(listener);
        return new Socket(address.getAddress(), address.getPort());
    }
}
