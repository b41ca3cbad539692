package ringfort.server.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RequestBodyTest {
    private final Semaphore signals = new Semaphore(0);

    private RequestBody body() {
        return new RequestBody(new Signals() {
            @Override
            public void signal() {
                signals.release();
            }

            @Override
            public void letWorkerRun() {}
        });
    }

    private static boolean offer(RequestBody body, byte[] piece) {
        return body.offer(piece, 0, piece.length, RequestBody.HIGH_BYTES);
    }

    /** A worker that pauses when told to, and a reader with another rhythm: nobody waits for ever, nothing is lost. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void bytesArriveInOrderThroughPausesAndResumptions(long seed) throws Exception {
        Random random = new Random(seed);
        byte[] content = new byte[20 << 20];
        random.nextBytes(content);
        RequestBody body = body();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<byte[]> read = threads.submit(() -> {
                ByteArrayOutputStream all = new ByteArrayOutputStream(content.length);
                Random sizes = new Random(~seed);
                byte[] buffer = new byte[100_000];
                for (int n = 0; n >= 0; n = body.read(buffer, 0, 1 + sizes.nextInt(buffer.length))) {
                    all.write(buffer, 0, n);
                }
                return all.toByteArray();
            });
            int waiting = 0;
            for (int at = 0; at < content.length; ) {
                int end = Math.min(content.length, at + 1 + random.nextInt(60_000));
                boolean room = body.offer(content, at, end, RequestBody.HIGH_BYTES);
                at = end;
                if (!room && body.pause()) {
                    while (!body.wantsMore()) {
                        assertTrue(signals.tryAcquire(10, TimeUnit.SECONDS), "paused, and never asked to go on");
                    }
                    body.resumed();
                }
                waiting = Math.max(waiting, body.available());
            }
            body.end();
            assertArrayEquals(content, read.get(10, TimeUnit.SECONDS));
            int most = waiting;
            assertTrue(most <= RequestBody.HIGH_BYTES + 160_000, () -> most + " bytes waited");
        }
    }

    /** The reader catches up between the worker's look at the queue and its pause: nobody would ask to go on. */
    @Test
    void aPauseTooLateIsNone() throws IOException {
        RequestBody body = body();
        assertFalse(offer(body, new byte[RequestBody.HIGH_BYTES]));
        assertEquals(RequestBody.HIGH_BYTES, body.readNBytes(RequestBody.HIGH_BYTES).length);
        assertFalse(body.pause());
        assertTrue(offer(body, new byte[1]));
    }

    @Test
    void whatArrivedIsReadBeforeTheFailure() throws IOException {
        RequestBody body = body();
        offer(body, new byte[] {7});
        body.fail(new EOFException("gone"));
        assertEquals(7, body.read());
        IOException failure = assertThrows(IOException.class, body::read);
        assertTrue(failure.getCause() instanceof EOFException);
    }

    @Test
    void aFailureAfterTheEndIsNone() throws IOException {
        RequestBody body = body();
        body.end();
        body.fail(new IOException("too late to matter"));
        assertEquals(-1, body.read());
    }

    @Test
    void aWaitingReaderIsToldOfTheFailure() throws Exception {
        RequestBody body = body();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> read = threads.submit(() -> body.read());
            assertTrue(signals.tryAcquire(10, TimeUnit.SECONDS), "an empty body is not asked for");
            assertTrue(body.continueWanted());
            body.fail(new EOFException("gone"));
            var e = assertThrows(ExecutionException.class, () -> read.get(10, TimeUnit.SECONDS));
            assertTrue(e.getCause() instanceof IOException);
        }
    }

    @Test
    void anInterruptedReaderStopsWaiting() throws Exception {
        RequestBody body = body();
        IOException[] seen = new IOException[1];
        Thread reader = Thread.ofVirtual().start(() -> seen[0] = assertThrows(IOException.class, body::read));
        assertTrue(signals.tryAcquire(10, TimeUnit.SECONDS));
        reader.interrupt();
        assertTrue(reader.join(java.time.Duration.ofSeconds(10)));
        assertTrue(seen[0] instanceof InterruptedIOException);
    }

    @Test
    void nothingIsAskedForWhileBytesAreThere() throws IOException {
        RequestBody body = body();
        offer(body, new byte[] {1, 2});
        assertEquals(2, body.available());
        assertEquals(1, body.read());
        assertFalse(body.continueWanted());
        body.close();
        assertThrows(IOException.class, body::read);
    }

    @Test
    void aBodyThatCameInOnePieceIsNotCopied() throws IOException {
        byte[] piece = new byte[50_000];
        RequestBody body = body();
        offer(body, piece);
        assertEquals(piece.length + RequestBody.SEGMENT_BYTES, body.heldBytes());
        body.end();
        List<byte[]> seen = new ArrayList<>();
        var arrays = new OutputStream() {
            @Override
            public void write(int octet) {}

            @Override
            public void write(byte[] bytes, int from, int length) {
                seen.add(bytes);
            }
        };
        RequestBody other = body();
        offer(other, piece);
        other.end();
        other.transferTo(arrays);
        assertEquals(
                List.of(piece.length), seen.stream().map(array -> array.length).toList());
        assertArrayEquals(piece, body.readAllBytes());
        assertEquals(0, body.readAllBytes().length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 999, 1000, 1001, Integer.MAX_VALUE})
    void asManyBytesAsWantedAreGatheredAndTheRestStays(int wanted) throws IOException {
        byte[] content = new byte[1000];
        new Random(wanted).nextBytes(content);
        for (int pieceBytes : new int[] {1, 7, 8, 999, 1000}) {
            RequestBody body = body();
            for (int at = 0; at < content.length; at += pieceBytes) {
                body.offer(content, at, Math.min(content.length, at + pieceBytes), RequestBody.HIGH_BYTES);
            }
            body.end();
            int expected = Math.min(wanted, content.length);
            assertArrayEquals(Arrays.copyOf(content, expected), body.readNBytes(wanted), () -> pieceBytes + " each");
            assertArrayEquals(Arrays.copyOfRange(content, expected, content.length), body.readAllBytes());
        }
    }

    @Test
    void aFailureMidwayIsNotTakenForTheEnd() {
        RequestBody body = body();
        offer(body, new byte[] {1});
        body.fail(new EOFException("gone"));
        assertThrows(IOException.class, body::readAllBytes);
        assertThrows(IllegalArgumentException.class, () -> body.readNBytes(-1));
    }

    /** What 25 connections once needed to stop a server: 256 KiB of such chunks cost 12.6 MB. */
    @Test
    void chunksOfOneOctetCostHardlyMoreThanTheirLength() throws IOException {
        RequestBody body = body();
        byte[] octet = {42};
        int count = 0;
        boolean room = true;
        while (room) {
            room = offer(body, octet);
            count++;
        }
        assertTrue(count > RequestBody.HIGH_BYTES * 9 / 10, "full after " + count);
        assertTrue(body.heldBytes() <= 2L * count, body.heldBytes() + " bytes for " + count);
        assertEquals(count, body.available());
        assertTrue(body.pause());
        body.end();
        assertEquals(count, body.readAllBytes().length);
        assertTrue(body.wantsMore());
    }

    /** Few octets cost little: a peer can make the server keep a kibibyte for one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100, 1500, 5000, 100_000})
    void aQueueCostsTwiceItsContentAndASegmentAtMost(int octets) {
        RequestBody body = body();
        for (int i = 0; i < octets; i++) {
            offer(body, new byte[] {1});
        }
        long most = 2L * octets + 1024 + 4 * RequestBody.SEGMENT_BYTES;
        assertTrue(body.heldBytes() <= most, body.heldBytes() + " bytes for " + octets);
    }

    /** The reader has read all there is of a segment that still has room: the worker must not wait for it to be left. */
    @Test
    void aQueueThatIsReadEmptyWantsMoreAlsoWhileMemoryIsShort() throws IOException {
        RequestBody body = body();
        int offered = 0;
        while (body.offer(new byte[] {1}, 0, 1, RequestBody.SHORT_BYTES)) {
            offered++;
        }
        assertTrue(offered < RequestBody.SHORT_BYTES);
        assertTrue(body.pause());
        assertEquals(offered + 1, body.readNBytes(offered + 1).length);
        assertTrue(body.wantsMore());
        assertTrue(signals.tryAcquire());
    }

    @Test
    void aReaderWaitsOnlyWhenAllWasRead() throws Exception {
        RequestBody body = body();
        offer(body, new byte[] {1});
        offer(body, new byte[] {2});
        assertFalse(body.readerWaits());
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                body.readAllBytes();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertTrue(signals.tryAcquire(10, TimeUnit.SECONDS), "the reader does not wait");
        Thread.onSpinWait();
        for (long end = System.nanoTime() + 10_000_000_000L; !body.readerWaits(); ) {
            assertTrue(System.nanoTime() < end, "the reader waits, and it is not told");
            Thread.onSpinWait();
        }
        offer(body, new byte[] {3});
        body.end();
        assertTrue(reader.join(java.time.Duration.ofSeconds(10)));
        assertFalse(body.readerWaits());
    }
}
