package ringfort.poller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringfort.poller.Epoll.EPOLLERR;
import static ringfort.poller.Epoll.EPOLLET;
import static ringfort.poller.Epoll.EPOLLHUP;
import static ringfort.poller.Epoll.EPOLLIN;
import static ringfort.poller.Epoll.EPOLLONESHOT;
import static ringfort.poller.Epoll.EPOLLOUT;
import static ringfort.poller.Epoll.EPOLLRDHUP;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ringfort.sys.Errno;
import ringfort.sys.EventFd;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

class EpollTest {
    /** A bound on waiting for what must come; reached only by a failure. */
    private static final long BOUND_MILLIS = 10_000;

    private Epoll epoll = open(64);

    private static Epoll open(int maxEvents) {
        try {
            return Epoll.open(maxEvents);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void nothing_is_ready_at_first() {
        assertEquals(0, epoll.await(0));
    }

    @AfterEach
    void close() {
        epoll.close();
    }

    private void assertOnly(int events, long data) {
        assertEquals(1, epoll.await(BOUND_MILLIS));
        assertEquals(Integer.toHexString(events), Integer.toHexString(epoll.events(0)));
        assertEquals(data, epoll.data(0));
    }

    private void assertNothing() {
        assertEquals(0, epoll.await(0));
    }

    @Test
    void data_comes_back_with_all_its_64_bits() {
        try (Pair pipe = Pair.pipe()) {
            assertEquals(0, epoll.add(pipe.near(), EPOLLIN, 0xFEDC_BA98_7654_3210L));
            assertNothing();
            pipe.send("x");
            assertOnly(EPOLLIN, 0xFEDC_BA98_7654_3210L);
        }
    }

    @Test
    void level_triggered_reports_a_state_and_edge_triggered_an_arrival() {
        try (Pair level = Pair.pipe();
                Pair edge = Pair.pipe()) {
            assertEquals(0, epoll.add(level.near(), EPOLLIN, 1));
            level.send("ab");
            assertOnly(EPOLLIN, 1);
            assertOnly(EPOLLIN, 1);
            assertEquals(2, level.receive(10));
            assertNothing();

            assertEquals(0, epoll.add(edge.near(), EPOLLIN | EPOLLET, 2));
            edge.send("ab");
            assertOnly(EPOLLIN, 2);
            assertNothing();
            assertEquals(1, edge.receive(1));
            assertNothing(); // a byte is left unread, and it makes no further event
            edge.send("c");
            assertOnly(EPOLLIN, 2);
            assertEquals(2, edge.receive(10));
            assertEquals(-Errno.EAGAIN, edge.receive(10));
        }
    }

    @Test
    void edge_triggered_reports_what_was_there_before_it_was_added() {
        try (Pair pair = Pair.sockets()) {
            pair.send("early");
            assertEquals(0, epoll.add(pair.near(), EPOLLIN | EPOLLET, 3));
            assertOnly(EPOLLIN, 3);
        }
    }

    /**
     * The request and the FIN arrive before the loop waits, so there is one event for both. A loop that stops after a
     * short read, and waits for the next event, keeps the descriptor in CLOSE_WAIT for ever. EPOLLRDHUP in the first
     * event tells the loop to read on.
     */
    @Test
    void a_fin_that_rides_the_edge_of_the_request_is_told_by_rdhup() {
        try (Pair pair = Pair.sockets()) {
            assertEquals(0, epoll.add(pair.near(), EPOLLIN | EPOLLRDHUP | EPOLLET, 4));
            pair.send("GET / HTTP/1.1\r\n\r\n");
            assertEquals(0, Libc.shutdown(pair.far(), Linux.SHUT_WR));
            assertOnly(EPOLLIN | EPOLLRDHUP, 4);
            assertEquals(18, pair.receive(4_096)); // short: less than asked for
            assertNothing(); // and no second edge, although the end of the stream is unread
            assertEquals(0, pair.receive(4_096));
        }
    }

    @Test
    void a_fin_that_follows_the_request_makes_an_edge_of_its_own() {
        try (Pair pair = Pair.sockets()) {
            assertEquals(0, epoll.add(pair.near(), EPOLLIN | EPOLLRDHUP | EPOLLET, 5));
            pair.send("GET");
            assertOnly(EPOLLIN, 5);
            assertEquals(3, pair.receive(4_096));
            assertEquals(0, Libc.shutdown(pair.far(), Linux.SHUT_WR));
            assertOnly(EPOLLIN | EPOLLRDHUP, 5);
            assertEquals(0, pair.receive(4_096));
        }
    }

    @Test
    void a_peer_that_is_gone_is_reported_without_being_asked_for() {
        Pair ofReader = Pair.pipe();
        assertEquals(0, epoll.add(ofReader.near(), 0, 6));
        assertEquals(0, Libc.close(ofReader.far()));
        assertOnly(EPOLLHUP, 6);
        assertEquals(0, Libc.close(ofReader.near()));

        Pair ofWriter = Pair.pipe();
        assertEquals(0, epoll.add(ofWriter.far(), 0, 7));
        assertEquals(0, Libc.close(ofWriter.near()));
        assertOnly(EPOLLERR, 7);
        assertEquals(0, Libc.close(ofWriter.far()));
    }

    /** A writer that is refused asks for EPOLLOUT; the room may have come in between, and then no edge would follow. */
    @Test
    void modify_to_epollout_on_backpressure_loses_no_wake_up() {
        try (Pair pair = Pair.sockets()) {
            assertEquals(0, epoll.add(pair.near(), EPOLLIN | EPOLLRDHUP | EPOLLET, 8));
            long queued = pair.fill();
            assertTrue(queued > 0);

            assertEquals(0, epoll.modify(pair.near(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 9));
            assertNothing(); // full: no busy loop
            pair.drainFar(queued);
            assertOnly(EPOLLOUT, 9);
            assertNothing();

            queued = pair.fill();
            pair.drainFar(queued); // room before the wish for it
            assertEquals(0, epoll.modify(pair.near(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 10));
            assertOnly(EPOLLOUT, 10);

            assertEquals(0, epoll.modify(pair.near(), EPOLLIN | EPOLLRDHUP | EPOLLET, 11));
            assertNothing();
        }
    }

    @Test
    void oneshot_reports_once_until_modified() {
        try (Pair pipe = Pair.pipe()) {
            assertEquals(0, epoll.add(pipe.near(), EPOLLIN | EPOLLONESHOT, 12));
            pipe.send("a");
            assertOnly(EPOLLIN, 12);
            pipe.send("b");
            assertNothing();
            assertEquals(0, epoll.modify(pipe.near(), EPOLLIN | EPOLLONESHOT, 12));
            assertOnly(EPOLLIN, 12);
        }
    }

    @Test
    void what_is_removed_or_closed_reports_no_more() {
        try (Pair removed = Pair.pipe()) {
            Pair closed = Pair.pipe();
            assertEquals(0, epoll.add(removed.near(), EPOLLIN, 13));
            assertEquals(0, epoll.add(closed.near(), EPOLLIN, 14));
            removed.send("x");
            closed.send("x");
            assertEquals(2, epoll.await(BOUND_MILLIS));
            assertEquals(0, epoll.remove(removed.near()));
            closed.close();
            assertNothing();
        }
    }

    @Test
    void more_than_one_batch_of_ready_descriptors_comes_in_several() {
        epoll.close();
        epoll = open(4);
        Set<Long> seen = new TreeSet<>();
        Pair[] pipes = new Pair[10];
        try {
            for (int i = 0; i < pipes.length; i++) {
                pipes[i] = Pair.pipe();
                pipes[i].send("x");
                assertEquals(0, epoll.add(pipes[i].near(), EPOLLIN | EPOLLET, i));
            }
            for (int expected : new int[] {4, 4, 2, 0}) {
                assertEquals(expected, epoll.await(0));
                for (int i = 0; i < expected; i++) {
                    assertEquals(EPOLLIN, epoll.events(i));
                    seen.add(epoll.data(i));
                }
            }
        } finally {
            for (Pair pipe : pipes) {
                pipe.close();
            }
        }
        assertEquals(10, seen.size());
    }

    @Test
    void an_event_beyond_the_batch_is_refused() {
        try (Pair pipe = Pair.pipe()) {
            assertEquals(0, epoll.add(pipe.near(), EPOLLIN, 15));
            pipe.send("x");
            assertOnly(EPOLLIN, 15);
            assertThrows(IndexOutOfBoundsException.class, () -> epoll.events(1));
            assertThrows(IndexOutOfBoundsException.class, () -> epoll.data(-1));
            assertEquals(1, pipe.receive(1));
            assertNothing();
            assertThrows(IndexOutOfBoundsException.class, () -> epoll.data(0));
        }
    }

    @Test
    void failures_are_negated_error_numbers() {
        try (Pair pipe = Pair.pipe()) {
            assertEquals(-Errno.ENOENT, epoll.modify(pipe.near(), EPOLLIN, 0));
            assertEquals(-Errno.ENOENT, epoll.remove(pipe.near()));
            assertEquals(0, epoll.add(pipe.near(), EPOLLIN, 0));
            assertEquals(-Errno.EEXIST, epoll.add(pipe.near(), EPOLLIN, 0));
            assertEquals(-Errno.EINVAL, epoll.add(epoll.fd(), EPOLLIN, 0));
            assertEquals(-Errno.EBADF, epoll.add(-1, EPOLLIN, 0));
        }
    }

    @Test
    void a_closed_epoll_throws_instead_of_letting_a_loop_spin() {
        epoll.close();
        epoll.close();
        assertEquals(-1, epoll.fd());
        IllegalStateException failure = assertThrows(IllegalStateException.class, () -> epoll.await(-1));
        assertTrue(String.valueOf(failure.getMessage()).contains("EBADF"), failure::getMessage);
        assertEquals(-Errno.EBADF, epoll.add(0, EPOLLIN, 0));
    }

    @Test
    void a_batch_of_none_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> Epoll.open(0));
    }

    @Test
    void a_wait_ends_with_its_timeout() {
        assertEquals(0, epoll.await(1));
    }

    @Test
    void a_wait_without_a_timeout_ends_with_an_event_only() throws IOException {
        try (TimerFd timer = TimerFd.open()) {
            assertEquals(0, epoll.add(timer.fd(), EPOLLIN, 17));
            timer.onceAfterNanos(50_000_000);
            assertEquals(1, epoll.await(-1));
            assertEquals(1, timer.drain());
            timer.onceAfterNanos(50_000_000);
            assertEquals(1, epoll.await(Long.MIN_VALUE));
            assertEquals(1, epoll.await(Long.MAX_VALUE));
        }
    }

    @Test
    void an_eventfd_wakes_the_loop_from_another_thread() throws IOException, InterruptedException {
        try (EventFd wakeUp = EventFd.open(true)) {
            assertEquals(0, epoll.add(wakeUp.fd(), EPOLLIN | EPOLLET, 16));
            for (int round = 0; round < 100; round++) {
                Thread other = Thread.ofPlatform().start(wakeUp::signal);
                assertOnly(EPOLLIN, 16);
                assertEquals(1, wakeUp.drain());
                other.join();
            }
            wakeUp.signal();
            wakeUp.signal();
            assertOnly(EPOLLIN, 16);
            assertEquals(2, wakeUp.drain());
            assertNothing();
        }
    }

    /** A profiler samples by signal; an untimed wait it hits must neither throw nor be mistaken for an event. */
    @Test
    void a_signal_ends_a_wait_with_no_events() throws InterruptedException {
        try (Signals signals = Signals.ignoredButInterrupting()) {
            AtomicInteger ready = new AtomicInteger(-1);
            CompletableFuture<Integer> threadId = new CompletableFuture<>();
            Thread waiting = Thread.ofPlatform().start(() -> {
                threadId.complete(Signals.currentThreadId());
                ready.set(epoll.await(BOUND_MILLIS * 6));
            });
            int target = threadId.join();
            // The first signals may come before the wait has begun, so they are repeated until one has ended it.
            for (int i = 0; i < BOUND_MILLIS && waiting.isAlive(); i++) {
                signals.send(target);
                waiting.join(1);
            }
            assertFalse(waiting.isAlive(), "a signal didn't end the wait");
            assertEquals(0, ready.get());
        }
    }
}
