package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import ringfort.api.ServerOptions;
import ringfort.server.loop.Ledger.Level;
import ringfort.server.metrics.Counters;

class LedgerTest {
    private final Ledger ledger = new Ledger(1600);
    private final Counters one = new Counters();
    private final Counters two = new Counters();
    private final AtomicInteger woken = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();

    private final class Asked implements Ledger.Member {
        @Override
        public void memoryIsShort() {
            woken.incrementAndGet();
        }

        @Override
        public void placeIsWanted() {
            asked.incrementAndGet();
        }
    }

    private final Asked first = new Asked();

    LedgerTest() {
        ledger.join(first, one);
        ledger.join(new Asked(), two);
    }

    /** The total is set to so much, of which each worker holds a part. */
    private Level at(long held) {
        one.heldBytes.add(held / 4 - one.heldBytes.get());
        two.heldBytes.add(held - held / 4 - two.heldBytes.get());
        return ledger.look();
    }

    @Test
    void theLevelRisesWithWhatAllWorkersHold() {
        assertEquals(Level.CALM, at(1199));
        assertEquals(Level.SHORT, at(1200));
        assertEquals(Level.SHEDDING, at(1400));
        assertEquals(Level.FULL, at(1600));
    }

    /** What is just below a bound is not calm yet, or workers would change their minds in each turn. */
    @Test
    void theLevelFallsLater() {
        at(1600);
        assertEquals(Level.FULL, at(1500));
        assertEquals(Level.SHEDDING, at(1499));
        assertEquals(Level.SHEDDING, at(1200));
        assertEquals(Level.SHORT, at(1199));
        assertEquals(Level.SHORT, at(1000));
        assertEquals(Level.CALM, at(999));
        assertEquals(Level.CALM, at(1199));
    }

    @Test
    void sendBuffersCountTwice() {
        one.usedBufferBytes.add(700);
        assertEquals(Level.SHEDDING, ledger.look());
        one.usedBufferBytes.add(100);
        assertEquals(Level.FULL, ledger.look());
    }

    @Test
    void workersAreWokenOnceWhenConnectionsAreToBeGivenUp() {
        at(1300);
        assertEquals(0, woken.get());
        at(1500);
        at(1700);
        at(1450);
        assertEquals(2, woken.get());
        at(0);
        at(1500);
        assertEquals(4, woken.get());
    }

    @Test
    void eachWorkerFreesByWhatItHolds() {
        at(1600);
        assertEquals(100, ledger.shareOfExcess(400));
        assertEquals(300, ledger.shareOfExcess(1200));
        at(1200);
        assertEquals(0, ledger.shareOfExcess(1200));
    }

    @Test
    void aPlaceIsAskedOfTheOthers() {
        ledger.askForPlace(first);
        assertEquals(1, asked.get());
    }

    @Test
    void zeroIsNoLimit() {
        Ledger none = new Ledger(0);
        none.join(first, one);
        one.heldBytes.add(Long.MAX_VALUE / 4);
        assertEquals(Level.CALM, none.look());
    }

    @Test
    void theLimitIsHalfOfTheHeapUnlessAnOptionSaysElse() {
        assertEquals(Runtime.getRuntime().maxMemory() / 2, Ledger.limit(ServerOptions.defaults()));
        assertEquals(
                5 << 20,
                Ledger.limit(
                        ServerOptions.defaults().toBuilder().maxMemory(5 << 20).build()));
    }
}
