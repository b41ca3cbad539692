package ringfort.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

/** Two threads that use one ring corrupt it. So each method checks the calling thread, in production too. */
class RingOwnershipTest {
    @Test
    void anotherThreadIsRefusedAtEveryDoor() {
        try (RingFixture f = new RingFixture(RingFixture.SMALL)) {
            BufferRing buffers = f.bufferRing(0, 4, 16);
            CompletionBatch batch = new CompletionBatch(1);
            Executable[] doors = {
                f.ring::sqe,
                f.ring::submit,
                () -> f.ring.submitAndWait(0, 0),
                () -> f.ring.reap(batch),
                f.ring::unsubmitted,
                f.ring::cqDropped,
                () -> f.ring.bufferRing(1, 4, 16),
                () -> buffers.release(0),
                buffers::close,
                f.ring::close,
                f.ring::enable
            };
            for (Executable door : doors) {
                elsewhere(() -> assertThrows(WrongThreadException.class, door));
            }
            f.ring.enable();
            f.sqe().nop(1);
            assertEquals(0, f.awaitOne().result());
        }
    }

    @Test
    void nobodyOwnsARingBeforeEnable() {
        try (Ring ring = RingFixture.open(RingFixture.SMALL, RingSyscalls.kernel())) {
            assertThrows(IllegalStateException.class, ring::sqe);
            assertTrue(ring.probe().supports(IoUring.IORING_OP_NOP));
        }
    }

    @Test
    void theOwnerMayBeAnotherThreadThanTheOneThatOpens() {
        try (Ring ring = RingFixture.open(RingFixture.SMALL, RingSyscalls.kernel())) {
            elsewhere(() -> {
                ring.enable();
                first(ring).nop(1);
                assertEquals(1, ring.submitAndWait(1, -1));
                assertEquals(1, ring.reap(new CompletionBatch(4)));
            });
            assertThrows(WrongThreadException.class, ring::sqe);
        }
    }

    /** Opening such a ring fixes its owner. The kernel would refuse any other thread, so the ring refuses it first. */
    @Test
    void withoutDisabledStartTheOpenerIsTheOwner() {
        try (Ring ring = RingFixture.open(RingFixture.SMALL.without(SetupFlag.R_DISABLED), RingSyscalls.kernel())) {
            elsewhere(() -> assertThrows(WrongThreadException.class, ring::enable));
            ring.enable();
            first(ring).nop(1);
            assertEquals(1, ring.submit());
        }
    }

    @Test
    void aVirtualThreadCannotOwnARing() throws InterruptedException {
        try (Ring ring = RingFixture.open(RingFixture.SMALL, RingSyscalls.kernel())) {
            Thread.startVirtualThread(() -> assertThrows(WrongThreadException.class, ring::enable))
                    .join();
            assertThrows(IllegalStateException.class, ring::sqe);
        }
    }

    /** The kernel's own check of the thread. It shows that the flag for a single issuer has the right value. */
    @Test
    void theKernelTooRefusesASecondIssuer() {
        try (RingFixture f = new RingFixture(RingFixture.SMALL)) {
            if (f.ring.flags().contains(SetupFlag.SINGLE_ISSUER)) {
                elsewhere(
                        () -> assertEquals(-Errno.EEXIST, RingSyscalls.kernel().enter(f.ring.fd(), 1, 0, 0, 0, 0)));
            }
        }
    }

    @Test
    void aDisabledRingTakesNothingUntilEnabled() {
        try (Ring ring = RingFixture.open(RingFixture.SMALL, RingSyscalls.kernel())) {
            assumeTrue(ring.flags().contains(SetupFlag.R_DISABLED), "this kernel has no R_DISABLED");
            assertEquals(-Errno.EBADFD, RingSyscalls.kernel().enter(ring.fd(), 1, 0, 0, 0, 0));
        }
    }

    @Test
    void aRefusedRequestStopsTheOthersOnlyWithoutSubmitAll() {
        for (RingOptions options :
                new RingOptions[] {RingFixture.SMALL, RingFixture.SMALL.without(SetupFlag.SUBMIT_ALL)}) {
            try (RingFixture f = new RingFixture(options)) {
                boolean all = f.ring.flags().contains(SetupFlag.SUBMIT_ALL);
                f.sqe().timeout(f.timespec(1), 1 << 30, 0, 1); // no such flag
                f.sqe().nop(2);
                assertEquals(all ? 2 : 1, f.ring.submit());
                assertEquals(all ? 0 : 1, f.ring.unsubmitted());
                assertEquals(2, f.awaitResults(2).size());
            }
        }
    }

    @Test
    void closeReleasesMappingsAndDescriptorAlsoWithRequestsInFlight() throws IOException {
        RingFixture.open(RingFixture.SMALL, RingSyscalls.kernel()).close();
        long mappings = mappings();
        for (int i = 0; i < 20; i++) {
            RingFixture f = new RingFixture(RingFixture.SMALL);
            int fd = f.ring.fd();
            BufferRing buffers = f.bufferRing(0, 4, 4096);
            f.sqe().recvMultishot(f.socketPair()[0], 0, 1);
            f.sqe().timeout(f.timespec(3600_000_000_000L), 0, 0, 2);
            f.ring.submit();
            assertTrue(mappings() > mappings);
            f.close();
            f.ring.close();
            assertThrows(IllegalStateException.class, f.ring::sqe);
            assertThrows(IllegalStateException.class, f.ring::enable);
            assertThrows(IllegalStateException.class, () -> RingFixture.text(buffers.memory(), 0, 1));
            assertEquals(-Errno.EBADF, Libc.fcntl(fd, Linux.F_GETFD, 0));
        }
        assertEquals(mappings, mappings());
    }

    /**
     * The index by which the owner enters holds the ring, too: an owner that opens ring after ring must not run out.
     */
    @Test
    void oneThreadMayOpenMoreRingsThanItHasPlacesForRegisteredOnes() {
        for (int i = 0; i < 40; i++) {
            try (RingFixture f = new RingFixture(RingFixture.SMALL)) {
                boolean registered = f.ring.flags().contains(SetupFlag.REGISTERED_FD);
                assumeTrue(registered || i > 0, "this kernel has no RING_FDS");
                assertTrue(registered, "ring " + i);
            }
        }
    }

    @Test
    void aRingWhoseOwnerEndedIsClosedByAnybody() {
        Ring ring = RingFixture.open(RingFixture.SMALL, RingSyscalls.kernel());
        elsewhere(() -> {
            ring.enable();
            ring.bufferRing(0, 4, 16);
        });
        ring.close();
        assertEquals(-Errno.EBADF, Libc.fcntl(ring.fd(), Linux.F_GETFD, 0));
    }

    private static Sqe first(Ring ring) {
        Sqe sqe = ring.sqe();
        assertNotNull(sqe);
        return sqe;
    }

    private static long mappings() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains("[io_uring]")).count();
        }
    }

    private static void elsewhere(Executable action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                action.execute();
                done.complete(null);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        try {
            done.join();
            thread.join();
        } catch (CompletionException failure) {
            throw new AssertionError("on another thread", failure.getCause());
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
