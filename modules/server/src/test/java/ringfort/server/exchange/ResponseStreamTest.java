package ringfort.server.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.Server;
import ringfort.server.Await;
import ringfort.server.loop.FakeWorker;

/** The test's thread stands for the worker, which is never started. */
@Timeout(30)
class ResponseStreamTest {
    private static final int UNDER_WAY_BYTES = 128 * 1024 + ResponseStream.PIECE_BYTES;

    private final FakeWorker worker = new FakeWorker(Server.http(0));
    private final Signals signals = worker.exchange().thread();

    @AfterEach
    void endWorker() {
        worker.context().notices().close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void bytesArriveInOrderAndNeverTooManyAtOnce(long seed) throws Exception {
        byte[] content = new byte[8 << 20];
        new Random(seed).nextBytes(content);
        ResponseStream body = new ResponseStream(signals, -1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<byte[]> written = threads.submit(() -> {
                Random sizes = new Random(~seed);
                for (int at = 0; at < content.length; ) {
                    int count = Math.min(content.length - at, 1 + sizes.nextInt(50_000));
                    body.write(content, at, count);
                    at += count;
                    if (sizes.nextInt(20) == 0) {
                        body.flush();
                    }
                }
                return body.finish();
            });
            ByteArrayOutputStream taken = new ByteArrayOutputStream(content.length);
            Random pauses = new Random(seed);
            while (true) {
                boolean last = body.isEnded();
                byte[] piece = body.peek();
                if (piece != null) {
                    taken.writeBytes(piece);
                    body.taken();
                    if (pauses.nextInt(100) == 0) {
                        LockSupport.parkNanos(50_000);
                    }
                } else if (last) {
                    break;
                } else {
                    Thread.onSpinWait();
                }
            }
            assertNull(written.get(10, TimeUnit.SECONDS));
            assertArrayEquals(content, taken.toByteArray());
        }
    }

    @Test
    void aWriterWhomNobodyReadsWaitsAtTheBound() throws Exception {
        ResponseStream body = new ResponseStream(signals, -1);
        Thread writer = Thread.ofVirtual()
                .unstarted(() -> assertThrows(IOException.class, () -> {
                    while (true) {
                        body.write(new byte[1000]);
                    }
                }));
        writer.start();
        Await.until(() -> writer.getState() == Thread.State.WAITING, () -> "the writer goes on: " + writer.getState());
        body.fail(new IOException("gone"));
        assertTrue(writer.join(java.time.Duration.ofSeconds(10)));
        int waiting = 0;
        for (byte[] piece = body.peek(); piece != null; piece = body.peek()) {
            waiting += piece.length;
            body.taken();
        }
        assertTrue(waiting <= UNDER_WAY_BYTES, waiting + " bytes were under way");
    }

    @Test
    void aShortBodyIsHandedOverWhole() throws IOException {
        ResponseStream body = new ResponseStream(signals, -1);
        body.write('a');
        body.write("bc".getBytes(US_ASCII));
        byte[] whole = body.finish();
        assertNotNull(whole);
        assertEquals("abc", new String(whole, US_ASCII));
        assertNull(body.peek());
    }

    @Test
    void theAnnouncedLengthIsHeldToTheByte() throws IOException {
        ResponseStream longer = new ResponseStream(signals, 3);
        longer.write("abc".getBytes(US_ASCII));
        assertThrows(IOException.class, () -> longer.write('d'));
        ResponseStream shorter = new ResponseStream(signals, 3);
        shorter.write("ab".getBytes(US_ASCII));
        assertThrows(IOException.class, shorter::finish);
    }

    @Test
    void anInterruptedWriterStopsWaiting() throws Exception {
        ResponseStream body = new ResponseStream(signals, -1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer = threads.submit(() -> {
                Thread.currentThread().interrupt();
                while (true) {
                    body.write(new byte[1000]);
                }
            });
            var e = assertThrows(ExecutionException.class, () -> writer.get(10, TimeUnit.SECONDS));
            assertTrue(e.getCause() instanceof IOException);
        }
    }
}
