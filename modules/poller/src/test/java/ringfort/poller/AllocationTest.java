package ringfort.poller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import ringfort.sys.EventFd;
import ringfort.timers.DeadlineWheel;

/** A loop that runs for days makes no garbage of its own, measured by the virtual machine's count for this thread. */
class AllocationTest {
    private static final int TURNS = 50_000;

    private static final int ROUNDS = 20;

    private static final class Waiter extends DeadlineWheel.Entry {}

    @Test
    void turns_of_a_loop_allocate_nothing() throws IOException {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean,
                "this virtual machine doesn't count the bytes a thread allocates");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        Waiter waiter = new Waiter();
        Consumer<Waiter> expired = late -> {};
        try (Epoll epoll = Epoll.open(16);
                Sweep<Waiter> sweep = Sweep.open(0, expired);
                EventFd wakeUp = EventFd.open(true)) {
            assertEquals(0, epoll.add(sweep.fd(), Epoll.EPOLLIN, 1));
            assertEquals(0, epoll.add(wakeUp.fd(), Epoll.EPOLLIN, 2));
            long least = Long.MAX_VALUE;
            // Interpreted code allocates where compiled code does not, and the compiler comes when the machine lets it.
            for (int round = 0; round < ROUNDS && least >= TURNS; round++) {
                long before = threads.getThreadAllocatedBytes(id);
                turn(epoll, sweep, wakeUp, waiter);
                least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
            }
            long allocated = least;
            assertTrue(allocated < TURNS, () -> "allocated " + allocated + " bytes in " + TURNS + " turns");
        }
    }

    private static void turn(Epoll epoll, Sweep<Waiter> sweep, EventFd wakeUp, Waiter waiter) {
        long data = 0;
        for (int i = 0; i < TURNS; i++) {
            wakeUp.signal();
            sweep.arm(waiter, i);
            epoll.modify(wakeUp.fd(), Epoll.EPOLLIN | Epoll.EPOLLET, 2);
            int ready = epoll.await(i % 2 == 0 ? 0 : 10_000);
            for (int event = 0; event < ready; event++) {
                data += epoll.data(event) + epoll.events(event);
            }
            wakeUp.drain();
            sweep.onTick(i);
        }
        assertTrue(data > 0);
    }
}
