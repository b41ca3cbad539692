package ringfort.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketsTest {
    @Test
    void bothEndsOfAConnectionAgreeOnTheirAddresses() throws IOException {
        int listener = Sockets.listen(loopback4(), 16, false, false);
        InetSocketAddress local = Sockets.localAddress(listener);
        try (Arena arena = Arena.ofConfined();
                Socket client = new Socket(local.getAddress(), local.getPort())) {
            MemorySegment address = arena.allocate(28);
            MemorySegment length = arena.allocateFrom(JAVA_INT, 28);
            int accepted = Libc.accept4(listener, address, length, Linux.SOCK_CLOEXEC);
            assertTrue(accepted >= 0);
            assertEquals(client.getLocalSocketAddress(), Sockets.decode(address));
            assertEquals(client.getLocalSocketAddress(), Sockets.peerAddress(accepted));
            assertEquals(local, Sockets.localAddress(accepted));
            assertEquals(0, Sockets.setNoDelay(accepted, true));
            assertEquals(1, Libc.getsockoptInt(accepted, Linux.IPPROTO_TCP, Linux.TCP_NODELAY));
            Libc.close(accepted);
        } finally {
            Libc.close(listener);
        }
    }

    /** The kernel still counts what it has thrown away: a server that waited for it to be taken would wait for nobody. */
    @Test
    void whatAResetHasThrownAwayIsNotUnsent() throws IOException {
        int listener = Sockets.listen(loopback4(), 16, false, false);
        InetSocketAddress local = Sockets.localAddress(listener);
        int accepted;
        try (Socket client = new Socket(local.getAddress(), local.getPort());
                NativeMemory memory = new NativeMemory()) {
            accepted = Libc.accept4(listener, null, null, Linux.SOCK_CLOEXEC);
            long bytes = memory.allocate(1 << 20, 8);
            int flags = Linux.MSG_DONTWAIT | Linux.MSG_NOSIGNAL;
            long sent = 1;
            while (sent > 0) {
                sent = Libc.sendNow(accepted, bytes, 1 << 20, flags); // until the peer's buffer is full, and ours
            }
            assertTrue(Sockets.unsentBytes(accepted) > 0);
            client.setSoLinger(true, 0); // its end is a reset
        } finally {
            Libc.close(listener);
        }
        assertEquals(0, Sockets.unsentBytes(accepted));
        Libc.close(accepted);
    }

    /** A FIN would make what was sent look whole. */
    @Test
    void aConnectionThatIsDisconnectedIsReset() throws IOException {
        int listener = Sockets.listen(loopback4(), 16, false, false);
        InetSocketAddress local = Sockets.localAddress(listener);
        try (Socket client = new Socket(local.getAddress(), local.getPort())) {
            int accepted = Libc.accept4(listener, null, null, Linux.SOCK_CLOEXEC);
            assertEquals(0, Sockets.disconnect(accepted));
            assertThrows(SocketException.class, () -> client.getInputStream().read());
            Libc.close(accepted);
        } finally {
            Libc.close(listener);
        }
    }

    @Test
    void aDualStackListenerShowsAnIpv4PeerAsIpv4() throws IOException {
        int listener = listenV6("::");
        int port = Sockets.localAddress(listener).getPort();
        try (Socket client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            int accepted = Libc.accept4(listener, null, null, 0);
            InetSocketAddress peer = Sockets.peerAddress(accepted);
            assertTrue(peer.getAddress() instanceof Inet4Address, peer::toString);
            assertEquals(client.getLocalSocketAddress(), peer);
            Libc.close(accepted);
        } finally {
            Libc.close(listener);
        }
    }

    @Test
    void anIpv6PeerKeepsItsAddress() throws IOException {
        int listener = listenV6("::1");
        int port = Sockets.localAddress(listener).getPort();
        try (Socket client = new Socket(InetAddress.ofLiteral("::1"), port)) {
            int accepted = Libc.accept4(listener, null, null, 0);
            assertEquals(client.getLocalPort(), Sockets.peerAddress(accepted).getPort());
            assertEquals(
                    InetAddress.ofLiteral("::1"), Sockets.peerAddress(accepted).getAddress());
            Libc.close(accepted);
        } finally {
            Libc.close(listener);
        }
    }

    @Test
    void whoHasGoneIsUnknown() {
        assertEquals(new InetSocketAddress(0), Sockets.peerOrUnknown(-1).toInetSocketAddress());
    }

    private static int listenV6(String host) throws IOException {
        int probe = Libc.socket(Linux.AF_INET6, Linux.SOCK_STREAM, 0);
        assumeTrue(probe >= 0, "this kernel has no IPv6");
        Libc.close(probe);
        try {
            return Sockets.listen(new InetSocketAddress(InetAddress.ofLiteral(host), 0), 16, false, false);
        } catch (BindException noSuchAddress) {
            assumeTrue(false, "no IPv6 address here: " + noSuchAddress.getMessage());
            throw noSuchAddress;
        }
    }

    @Test
    void aTakenPortSaysSoAndReusePortSharesIt() throws IOException {
        int first = Sockets.listen(loopback4(), 16, true, true);
        InetSocketAddress taken = Sockets.localAddress(first);
        try {
            BindException failure = assertThrows(BindException.class, () -> Sockets.listen(taken, 16, false, true));
            assertTrue(
                    message(failure).contains("127.0.0.1:" + taken.getPort())
                            && message(failure).contains("EADDRINUSE (98)")
                            && message(failure).contains("stop it or take another port"),
                    message(failure));
            assertThrows(BindException.class, () -> Sockets.bind(taken, false, true));
            int second = Sockets.listen(taken, 16, true, true);
            assertEquals(taken, Sockets.localAddress(second));
            Libc.close(second);
        } finally {
            Libc.close(first);
        }
    }

    @Test
    void anAddressOfSomebodyElseAndAHostNobodyKnowsAreRefused() {
        BindException foreign = assertThrows(
                BindException.class,
                () -> Sockets.listen(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0), 1, false, true));
        assertTrue(message(foreign).contains("EADDRNOTAVAIL"), message(foreign));
        InetSocketAddress unknown = InetSocketAddress.createUnresolved("nowhere.invalid", 80);
        assertThrows(UnknownHostException.class, () -> Sockets.listen(unknown, 1, false, true));
        assertThrows(SocketException.class, () -> Sockets.peerAddress(-1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::ff"})
    void anAddressSurvivesTheWayThereAndBack(String host) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(host), 65535);
        assertEquals(address, roundTrip(address));
    }

    @Test
    void aLinkLocalAddressKeepsItsScope() throws IOException {
        byte[] bytes = InetAddress.ofLiteral("fe80::1").getAddress();
        InetSocketAddress scoped = new InetSocketAddress(Inet6Address.getByAddress(null, bytes, 3), 80);
        Inet6Address back = (Inet6Address) roundTrip(scoped).getAddress();
        assertEquals(3, back.getScopeId());
        assertEquals("fe80:0:0:0:0:0:0:1%3", back.getHostAddress());
        assertEquals(
                "2001:db8:0:0:0:0:0:1",
                roundTrip(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 80))
                        .getAddress()
                        .getHostAddress());
    }

    @Test
    void anotherAddressFamilyIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment unix = arena.allocate(28);
            unix.set(ValueLayout.JAVA_SHORT, 0, (short) Linux.AF_UNIX);
            assertThrows(IllegalArgumentException.class, () -> Sockets.decode(unix));
        }
    }

    private static InetSocketAddress roundTrip(InetSocketAddress address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(28);
            memory.fill((byte) 0x55);
            Sockets.encode(address, memory);
            return Sockets.decode(memory);
        }
    }

    private static InetSocketAddress loopback4() {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    }

    private static String message(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }
}
