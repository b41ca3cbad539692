package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Network;
import ringfort.sys.PeerAddress;

@Timeout(30)
class AdmissionTest {
    private static PeerAddress peer(int last) {
        return peer("10.0.0." + last);
    }

    private static PeerAddress peer(String address) {
        return PeerAddress.of(new InetSocketAddress(InetAddress.ofLiteral(address), 1));
    }

    private static Limited limit(int most, int mostPerPeer, String exempt) {
        return new Limited(new Admission(most, mostPerPeer, Network.parse(exempt), new Ledger(0)));
    }

    /** Limits of a server that has no idle connection to give up. */
    private record Limited(Admission admission) {
        boolean enter(PeerAddress peer) {
            return admission.enter(peer, () -> false);
        }

        void leave(PeerAddress peer) {
            admission.leave(peer);
        }
    }

    @Test
    void theLimitInAllCountsEverybody() {
        Limited admission = limit(2, 0, "");
        assertTrue(admission.enter(peer(1)));
        assertTrue(admission.enter(peer(2)));
        assertFalse(admission.enter(peer(3)));
        admission.leave(peer(1));
        assertTrue(admission.enter(peer(3)));
    }

    /** Who is turned away for his own number takes no place from others. */
    @Test
    void theLimitPerPeerCountsEachAlone() {
        Limited admission = limit(3, 1, "");
        assertTrue(admission.enter(peer(1)));
        for (int i = 0; i < 10; i++) {
            assertFalse(admission.enter(peer(1)));
        }
        assertTrue(admission.enter(peer(2)));
        assertTrue(admission.enter(peer(3)));
        assertFalse(admission.enter(peer(4)));
        admission.leave(peer(2));
        assertTrue(admission.enter(peer(4)));
        assertFalse(admission.enter(peer(1)));
    }

    @Test
    void zeroIsNoLimit() {
        Limited admission = limit(0, 0, "");
        for (int i = 0; i < 10_000; i++) {
            assertTrue(admission.enter(peer(1)));
        }
    }

    @Test
    void workersAtOnceNeverLetInMoreThanTheLimit() throws Exception {
        Limited admission = limit(3, 2, "");
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (var threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            List<Future<?>> workers = new ArrayList<>();
            for (int w = 0; w < 4; w++) {
                PeerAddress peer = peer(w % 2);
                workers.add(threads.submit(() -> {
                    for (int i = 0; i < 50_000; i++) {
                        if (admission.enter(peer)) {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            inside.decrementAndGet();
                            admission.leave(peer);
                        }
                    }
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        }
        assertTrue(most.get() <= 3, () -> most.get() + " were inside");
        assertEquals(0, inside.get());
        for (int last : new int[] {1, 1, 0}) {
            assertTrue(admission.enter(peer(last)), "a place was not given back");
        }
    }

    /** A host has as many addresses as it likes within 64 bits. */
    @Test
    void anIpv6NetworkOf64BitsIsOnePeer() {
        Limited admission = limit(0, 1, "");
        assertTrue(admission.enter(peer("2001:db8:0:1::1")));
        assertFalse(admission.enter(peer("2001:db8:0:1:ffff::2")));
        assertTrue(admission.enter(peer("2001:db8:0:2::1")));
    }

    @Test
    void anIpv4AddressIsTheSamePeerThroughASocketOfIpv6() {
        Limited admission = limit(0, 1, "");
        assertTrue(admission.enter(peer(7)));
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 7};
        try {
            PeerAddress same = PeerAddress.of(new InetSocketAddress(Inet6Address.getByAddress(null, mapped, -1), 2));
            assertFalse(admission.enter(same));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
        assertTrue(admission.enter(peer(8)));
    }

    @Test
    void exemptNetworksHaveNoLimitOfTheirOwn() {
        Limited admission = limit(0, 1, "127.0.0.0/8, fd00::/8,192.0.2.7");
        for (String address : new String[] {"127.0.0.1", "127.9.9.9", "fd12::1", "192.0.2.7"}) {
            for (int i = 0; i < 5; i++) {
                assertTrue(admission.enter(peer(address)), address);
            }
        }
        for (String address : new String[] {"128.0.0.1", "fe00::1", "192.0.2.6"}) {
            assertTrue(admission.enter(peer(address)), address);
            assertFalse(admission.enter(peer(address)), address);
        }
    }

    @Test
    void whereAllPlacesAreTakenANewConnectionGetsOneThatIsGivenUp() {
        Limited admission = limit(1, 0, "");
        assertTrue(admission.enter(peer(1)));
        assertFalse(admission.enter(peer(2)));
        assertTrue(admission.admission().enter(peer(2), () -> true));
        admission.leave(peer(1));
        assertFalse(admission.enter(peer(3)), "the place was counted twice");
        admission.leave(peer(2));
        assertTrue(admission.enter(peer(3)));
    }

    @Test
    void aPeerMayHaveAQuarterOfAllPlacesUnlessAnOptionSaysElse() {
        ServerOptions.Builder options = ServerOptions.defaults().toBuilder();
        assertEquals(16_384, Admission.perPeer(options.build()));
        assertEquals(250, Admission.perPeer(options.maxConnections(1000).build()));
        assertEquals(
                Admission.LEAST_PER_PEER,
                Admission.perPeer(options.maxConnections(50).build()));
        assertEquals(0, Admission.perPeer(options.maxConnections(0).build()));
        assertEquals(7, Admission.perPeer(options.maxConnectionsPerPeer(7).build()));
    }
}
