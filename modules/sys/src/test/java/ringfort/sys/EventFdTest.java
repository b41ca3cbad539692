package ringfort.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class EventFdTest {
    @Test
    void signalsAddUpUntilDrained() throws IOException {
        try (EventFd wake = EventFd.open(true)) {
            assertEquals(0, wake.drain());
            wake.signal();
            wake.signal();
            assertEquals(2, wake.drain());
            assertEquals(0, wake.drain());
        }
    }

    @Test
    void aBlockingDrainWaitsForASignalFromAnotherThread() throws Exception {
        try (EventFd wake = EventFd.open(false)) {
            Thread.ofPlatform().start(wake::signal);
            assertEquals(1, wake.drain());
        }
    }

    /**
     * A wake-up may race with the end of the thread it wakes. If the descriptor were closed while a signal is under
     * way, the signal would write its eight bytes into the next file that gets the number of the descriptor.
     */
    @Test
    void closeWaitsForTheSignalOnItsWay() throws IOException {
        EventFd wake = EventFd.open(true);
        assertTrue(wake.enter());
        wake.close();
        assertTrue(Libc.fcntl(wake.fd(), Linux.F_GETFD, 0) >= 0);
        wake.signal();
        assertEquals(0, wake.drain());
        wake.leave();
        assertEquals(-Errno.EBADF, Libc.fcntl(wake.fd(), Linux.F_GETFD, 0));
    }

    @Test
    void signalsOfManyThreadsThatRaceWithCloseNeverReachTheNextOwnerOfTheNumber() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(8);
            for (int round = 0; round < 100; round++) {
                EventFd wake = EventFd.open(true);
                CountDownLatch started = new CountDownLatch(2);
                Runnable signals = () -> {
                    started.countDown();
                    for (int i = 0; i < 100; i++) {
                        wake.signal();
                    }
                };
                Thread first = Thread.ofPlatform().start(signals);
                Thread second = Thread.ofPlatform().start(signals);
                started.await();
                wake.close();
                assertEquals(0, Libc.pipe2(fds.address(), Linux.O_CLOEXEC | Linux.O_NONBLOCK));
                first.join();
                second.join();
                assertPipeIsEmpty(fds);
                assertEquals(-Errno.EBADF, Libc.fcntl(unlessReused(wake.fd(), fds), Linux.F_GETFD, 0));
            }
        }
    }

    private static int unlessReused(int fd, MemorySegment fds) {
        return fd == fds.get(ValueLayout.JAVA_INT, 0) || fd == fds.get(ValueLayout.JAVA_INT, 4) ? -1 : fd;
    }

    private static void assertPipeIsEmpty(MemorySegment fds) {
        int reading = fds.get(ValueLayout.JAVA_INT, 0);
        int writing = fds.get(ValueLayout.JAVA_INT, 4);
        assertEquals(0, Libc.ioctlInt(reading, Linux.FIONREAD));
        assertEquals(0, Libc.close(reading));
        assertEquals(0, Libc.close(writing));
    }

    @Test
    void closeReleasesTheDescriptorOnce() throws IOException {
        EventFd wake = EventFd.open(true);
        assertTrue(Libc.fcntl(wake.fd(), Linux.F_GETFD, 0) >= 0);
        wake.close();
        assertEquals(-Errno.EBADF, Libc.fcntl(wake.fd(), Linux.F_GETFD, 0));
        wake.close();
        wake.signal();
    }
}
