package ringfort.server.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.server.PollEngine;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Ledger;
import ringfort.server.loop.TurnedAway;
import ringfort.server.metrics.Counters;
import ringfort.server.metrics.Notices;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.PeerAddress;
import ringfort.sys.Sockets;

/** A socket that was accepted and of which no connection can be made is closed, counted, and takes no place. */
@Timeout(30)
class ListenerTest {
    private final Counters counters = new Counters();
    private final Admission admission = new Admission(1, 0, List.of(), new Ledger(0));

    @Test
    void aConnectionThatCannotBeMadeLeavesNothing() throws IOException {
        assumeTrue(new PollEngine().probe().usable(), "native code cannot be called here");
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        int fd = Sockets.listen(loopback, 16, false, false);
        int port = Sockets.localAddress(fd).getPort();
        try (var notices = new Notices();
                var listener = new Listener(fd, admission, () -> false, new TurnedAway(), () -> 0, counters, notices)) {
            for (int i = 1; i <= 3; i++) { // more than there are places
                try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    int accepted = Libc.accept4(listener.fd(), 0, 0, Linux.SOCK_CLOEXEC);
                    assertTrue(accepted >= 0);
                    assertThrows(
                            OutOfMemoryError.class,
                            () -> listener.admit(accepted, (_, _) -> {
                                throw new OutOfMemoryError("on purpose");
                            }));
                    assertEquals(-1, peer.getInputStream().read(), "the peer is told at once");
                }
                assertEquals(i, counters.acceptFailures.get());
            }
        }
        assertEquals(0, counters.accepted.get());
        assertEquals(0, counters.rejected.get());
        var another = PeerAddress.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        assertTrue(admission.enter(another, () -> false), "the place is free");
    }
}
