package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.ServerOptions;
import ringfort.budget.Phase;

/**
 * A reader that has taken much may pause, as a player or a pager does, and one whose kernel takes in steps is not taken for one
 * that does not read. Each was cut when a reader could earn no more than the grace.
 */
class PausedReaderTest extends DeadlineContract {
    private static final Duration GRACE = Duration.ofMillis(400);
    private static final Duration PAUSE = Duration.ofSeconds(4);
    private static final Duration GONE = Duration.ofSeconds(1); // for a reader that does not come back
    private static final byte[] MUCH = new byte[48 << 20];
    private static final byte[] LITTLE = new byte[1 << 20]; // the server's kernel takes it whole
    private static final int SMALL_BUFFER = 64 << 10; // of the peer's kernel
    private static final int FIXED_BUFFER =
            1 << 20; // keeps the peer's kernel from growing it, to 32 MiB, and taking all

    static {
        Arrays.fill(MUCH, (byte) 'm');
    }

    private Served serveMuch() throws IOException {
        return serveMuch(PAUSE);
    }

    private Served serveMuch(Duration pause) throws IOException {
        return serve(
                options -> options(options).writeTimeout(pause),
                server -> server.get("/much", _ -> Response.bytes(MUCH, "text/plain"))
                        .get("/stream", _ -> Response.stream("text/plain", out -> out.write(MUCH))));
    }

    private static ServerOptions.Builder options(ServerOptions.Builder options) {
        return options.headerTimeout(PAUSE).writeGrace(GRACE).writeTimeout(PAUSE);
    }

    private static void read(SlowPeer peer, int bytes) throws IOException {
        byte[] piece = new byte[bytes];
        assertEquals(bytes, peer.read(piece));
    }

    @Test
    void aReaderThatPausesAfterMuchIsServedWhole() throws IOException {
        Served server = serveMuch();
        for (String path : new String[] {"/much", "/stream"}) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.get(path);
                read(peer, 16 << 20);
                Await.pass(Duration.ofMillis(2_500)); // six graces
                read(peer, 16 << 20);
                Await.pass(Duration.ofMillis(2_500));
                read(peer, 16 << 20);
            }
        }
        server.awaitOpen(0);
        assertEquals(0, server.expired(Phase.WRITE));
    }

    /** Its kernel opens the window by 64 KiB at a time, which at this rate take more than a second. */
    @Test
    void aReaderWhoseKernelTakesInStepsIsNotCut() throws IOException {
        assumeTrue(variant.tellsAcknowledged(), "the JDK does not tell what a peer has acknowledged");
        Served server = serveMuch();
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().get("/much");
            while (peer.elapsedNanos() < 2 * PAUSE.toNanos()) {
                read(peer, 2048);
                Await.pass(Duration.ofMillis(40));
            }
            assertEquals(0, server.expired(Phase.WRITE));
            assertEquals(1, server.open());
        }
    }

    @Test
    void aReaderThatNeverComesBackIsCut() throws IOException {
        Served server = serveMuch(GONE);
        try (SlowPeer peer = server.connectSlow(FIXED_BUFFER)) {
            peer.get("/much");
            read(peer, 16 << 20);
            peer.mark();
            server.awaitExpired(Phase.WRITE, 1);
            long elapsed = peer.elapsedNanos();
            assertTrue(elapsed < 2 * GONE.toNanos() + 5_000_000_000L, () -> elapsed + " ns");
        }
        server.awaitOpen(0);
    }

    /** The connection is idle for the server, and closed while the peer still has to read: the rest is the kernel's to send. */
    @Test
    void aReaderThatPausesWhenTheKernelHasTakenAllIsServedWhole() throws IOException {
        Served server = serveLittle();
        try (SlowPeer peer = server.connectSlow(SMALL_BUFFER)) {
            peer.get("/little");
            read(peer, 64 << 10);
            server.awaitOpen(0); // after the idle time, 1 s
            Await.pass(Duration.ofMillis(2_500)); // six graces
            read(peer, LITTLE.length - (64 << 10));
        }
        assertEquals(0, server.expired(Phase.WRITE));
    }

    @Test
    void whatTheKernelHasTakenIsDroppedWhenAReaderNeverComesBack() throws IOException {
        assumeTrue(variant.tellsAcknowledged(), "the JDK has no way to bound what the kernel keeps");
        Served server = serveLittle();
        try (SlowPeer peer = server.connectSlow(SMALL_BUFFER)) {
            peer.get("/little");
            read(peer, 64 << 10);
            server.awaitOpen(0);
            Await.pass(PAUSE.multipliedBy(2));
            byte[] rest = new byte[LITTLE.length];
            assertThrows(IOException.class, () -> {
                int got = 1;
                while (got > 0) {
                    got = peer.read(rest);
                }
            });
        }
    }

    private Served serveLittle() throws IOException {
        return serve(
                PausedReaderTest::options, server -> server.get("/little", _ -> Response.bytes(LITTLE, "text/plain")));
    }
}
