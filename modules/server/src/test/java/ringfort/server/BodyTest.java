package ringfort.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ringfort.api.Response;
import ringfort.api.Route;

/** Content arrives as it was sent, in both directions, in bounded memory, whatever its framing. */
class BodyTest extends EngineContract {
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final int PIECE_BYTES = 61 * 1024;
    private static final int STREAM_BYTES = 64 << 20;

    /** More than the queues of the server and the socket buffers of both sides hold, by far less than a stream. */
    private static final long UNDER_WAY_BYTES = 24L << 20;

    @Test
    void contentOfEveryFramingComesBack() throws IOException {
        Served served = serve(server -> server.post("/", r -> Response.bytes(r.bytes(), "text/plain")));
        try (Peer peer = served.connect()) {
            assertEquals(
                    "abc",
                    peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
                            .reply()
                            .text());
            assertEquals(
                    "abcdef",
                    peer.send(CHUNKED + "3\r\nabc\r\n3;x=y\r\ndef\r\n0\r\n\r\n")
                            .reply()
                            .text());
            assertEquals(
                    "",
                    peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
                            .reply()
                            .text());
        }
    }

    @Test
    void contentOneByteAtATimeComesBack() throws IOException {
        Served served =
                serve(server -> server.post("/carried", r -> Response.bytes(r.bytes(), "text/plain"), Route.carried())
                        .post("/inline", r -> Response.bytes(r.bytes(), "text/plain"), Route.inline()));
        for (String path : List.of("/carried", "/inline")) {
            try (Peer peer = served.connect()) {
                String request = "POST " + path
                        + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
                for (byte octet : request.getBytes(US_ASCII)) {
                    peer.send(new byte[] {octet});
                }
                assertEquals("hello", peer.reply().text());
            }
        }
    }

    /** Four streams of 64 MiB each way at once: none fits the heap of this JVM together with another's. */
    @Test
    void largeStreamsKeepTheirChecksumsBothWays() throws Exception {
        Served served = serve(
                options -> options.maxBody(1L << 30).workers(2),
                server -> server.post("/", request -> {
                    InputStream content = request.body();
                    return Response.stream("application/octet-stream", content::transferTo);
                }));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> streams = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int seed = i;
                streams.add(threads.submit(() -> {
                    echo(served, seed);
                    return null;
                }));
            }
            for (Future<?> stream : streams) {
                stream.get(50, TimeUnit.SECONDS);
            }
        }
    }

    private static void echo(Served served, int seed) throws Exception {
        try (Peer peer = served.connect();
                var sender = Executors.newVirtualThreadPerTaskExecutor()) {
            boolean chunked = seed % 2 == 0;
            Future<Long> sent = sender.submit(() -> upload(peer, chunked, seed));
            Peer.Head head = peer.head();
            assertEquals(200, head.status());
            CRC32 received = new CRC32();
            long count = 0;
            byte[] buffer = new byte[PIECE_BYTES];
            InputStream body = peer.body(head);
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                received.update(buffer, 0, n);
                count += n;
            }
            assertEquals(STREAM_BYTES, count);
            assertEquals(sent.get(), received.getValue());
        }
    }

    private static long upload(Peer peer, boolean chunked, int seed) throws IOException {
        peer.send("POST / HTTP/1.1\r\nHost: h\r\n"
                + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + STREAM_BYTES) + "\r\n\r\n");
        CRC32 sent = new CRC32();
        byte[] piece = new byte[PIECE_BYTES];
        new Random(seed).nextBytes(piece);
        int left = STREAM_BYTES;
        for (int i = 0; left > 0; i++) {
            piece[0] = (byte) i;
            int count = Math.min(left, 1 + (i * 7919 % PIECE_BYTES));
            if (chunked) {
                peer.send(Integer.toHexString(count) + "\r\n");
            }
            peer.output().write(piece, 0, count);
            if (chunked) {
                peer.send("\r\n");
            }
            sent.update(piece, 0, count);
            left -= count;
        }
        if (chunked) {
            peer.send("0\r\n\r\n");
        }
        return sent.getValue();
    }

    /** Who sends faster than the handler reads is slowed down, and not stored. */
    @Test
    void aHandlerThatDoesNotReadHoldsTheSenderAndNotMemory() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Served served = serve(
                options -> options.maxBody(1L << 30),
                server -> server.post("/", request -> {
                    go.await();
                    CRC32 crc = new CRC32();
                    request.body().transferTo(new OutputStream() {
                        @Override
                        public void write(int b) {
                            crc.update(b);
                        }

                        @Override
                        public void write(byte[] bytes, int offset, int length) {
                            crc.update(bytes, offset, length);
                        }
                    });
                    return Response.text(Long.toString(crc.getValue()));
                }));
        try (Peer peer = served.connect();
                var sender = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Long> sent = sender.submit(() -> upload(peer, false, 1));
            long taken = Await.standstill(() -> served.metric("ringfort_received_bytes_total"));
            assertTrue(taken <= 8 << 20, () -> taken + " bytes were taken for a handler that reads none");
            assertFalse(sent.isDone());
            go.countDown();
            assertEquals(sent.get().toString(), peer.reply().text());
        } finally {
            go.countDown();
        }
    }

    /** A handler that writes faster than the peer reads is slowed down, and its output not stored. */
    @Test
    void aSlowReaderHoldsTheWriterAndNotMemory() throws IOException {
        AtomicLong written = new AtomicLong();
        Served served = serve(server -> server.get(
                "/",
                _ -> Response.stream("application/octet-stream", out -> {
                    byte[] piece = new byte[PIECE_BYTES];
                    for (long left = STREAM_BYTES; left > 0; left -= PIECE_BYTES) {
                        out.write(piece, 0, (int) Math.min(left, PIECE_BYTES));
                        written.addAndGet(Math.min(left, PIECE_BYTES));
                    }
                })));
        try (Peer peer = served.connect(64 * 1024)) {
            peer.get("/");
            long ahead = Await.standstill(written::get);
            assertTrue(ahead < UNDER_WAY_BYTES, () -> ahead + " bytes were written ahead of the reader");
            assertEquals(STREAM_BYTES, count(peer.body(peer.head())));
        }
    }

    private static long count(InputStream body) throws IOException {
        long count = 0;
        byte[] buffer = new byte[PIECE_BYTES];
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            count += n;
        }
        return count;
    }

    @Test
    void heldContentAndFilesOfAnySizeArriveIntact(@TempDir Path folder) throws IOException {
        byte[] content = new byte[5_000_011];
        new Random(7).nextBytes(content);
        Path file = Files.write(folder.resolve("content.bin"), content);
        Served served = serve(server ->
                server.get("/held", _ -> Response.bytes(content, "a/b")).get("/file", _ -> Response.file(file)));
        try (Peer peer = served.connect()) {
            assertArrayEquals(content, peer.get("/held").reply().body());
            assertArrayEquals(content, peer.get("/file").reply().body());
            assertArrayEquals(content, peer.get("/held").reply().body());
        }
    }

    @Test
    void continueIsSentWhenTheHandlerReadsAndNotBefore() throws IOException {
        CountDownLatch read = new CountDownLatch(1);
        Served served = serve(server -> server.post("/", request -> {
            read.await();
            return Response.text(request.text());
        }));
        try (Peer peer = served.connect()) {
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertFalse(peer.hears(100), "100 before anybody reads");
            read.countDown();
            assertEquals(100, peer.head().status());
            Peer.Reply reply = peer.send("abc").reply();
            assertEquals("abc", reply.text());
            assertFalse(reply.head().closes());
            assertEquals(404, peer.get("/nowhere").reply().status());
        } finally {
            read.countDown();
        }
    }

    /** Without 100 the peer may or may not send the content: what follows could be either, so nothing may. */
    @Test
    void aHandlerThatDoesNotReadIsAnsweredWithoutContinueAndTheConnectionCloses() throws IOException {
        Served served =
                serve(server -> server.post("/", _ -> Response.text("no").status(403)));
        try (Peer peer = served.connect()) {
            Peer.Reply reply = peer.send(
                            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
                    .reply();
            assertEquals(403, reply.status());
            assertTrue(reply.head().closes());
            assertTrue(peer.isClosed());
        }
    }

    @Test
    void contentNobodyReadIsDroppedWithinBounds() throws IOException {
        Served served =
                serve(server -> server.post("/", _ -> Response.text("unread")).get("/", _ -> Response.text("next")));
        try (Peer peer = served.connect()) {
            byte[] content = new byte[200_000];
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + content.length + "\r\n\r\n");
            assertEquals("unread", peer.send(content).reply().text());
            assertEquals("next", peer.get("/").reply().text());
        }
        try (Peer peer = served.connect()) {
            Peer.Reply reply = peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n")
                    .reply();
            assertTrue(reply.head().closes());
            assertTrue(peer.isClosed());
        }
    }

    @Test
    void contentAboveTheLimitIs413HoweverItIsFramed() throws IOException {
        Served served = serve(
                options -> options.maxBody(1000), server -> server.post("/", request -> Response.text(request.text())));
        try (Peer peer = served.connect()) {
            Peer.Reply reply = peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n")
                    .reply();
            assertEquals(413, reply.status());
        }
        try (Peer peer = served.connect()) {
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + "x".repeat(1000));
            assertEquals(413, peer.send("\r\n1\r\nx\r\n").reply().status());
            assertTrue(peer.isClosed());
        }
    }

    @Test
    void trailersAreThereOnceTheContentIsRead() throws IOException {
        Served served = serve(server -> server.post("/", request -> {
            String content = request.text();
            return Response.text(content + request.trailers().first("X-Sum"));
        }));
        try (Peer peer = served.connect()) {
            peer.send(CHUNKED + "3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n");
            assertEquals("abc6", peer.reply().text());
        }
    }

    @Test
    void aHandlerLearnsThatThePeerClosedWithinTheContent() throws Exception {
        LinkedBlockingQueue<Exception> seen = new LinkedBlockingQueue<>();
        Served served = serve(server -> server.post("/", request -> {
            try {
                return Response.text(Long.toString(request.body().transferTo(OutputStream.nullOutputStream())));
            } catch (IOException e) {
                seen.add(e);
                throw e;
            }
        }));
        try (Peer peer = served.connect()) {
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
                    .halfClose();
            assertTrue(peer.readToEnd().isEmpty(), "half a request is answered as if it were whole");
        }
        Exception failure = seen.poll(10, TimeUnit.SECONDS);
        assertTrue(
                failure instanceof EOFException || (failure != null && failure.getCause() instanceof EOFException),
                () -> String.valueOf(failure));
    }

    @Test
    void aStreamThatFailsMidwayHasNoLastChunk() throws IOException {
        Served served = serve(server -> server.get(
                        "/chunked",
                        _ -> Response.stream("text/plain", out -> {
                            out.write("begun".getBytes(US_ASCII));
                            out.flush();
                            throw new IOException("on purpose");
                        }))
                .get(
                        "/sized",
                        _ -> Response.stream("text/plain", 10, out -> {
                            out.write("begun".getBytes(US_ASCII));
                            out.flush();
                            throw new IllegalStateException("on purpose");
                        })));
        for (String path : List.of("/chunked", "/sized")) {
            try (Peer peer = served.connect()) {
                assertThrows(IOException.class, () -> peer.get(path).reply());
            }
        }
    }

    /** The end of such a response is the end of the connection: only a reset can say that it is not whole. */
    @Test
    void aStreamForHttp10ThatFailsMidwayEndsInAReset() throws IOException {
        CountDownLatch fail = new CountDownLatch(1);
        Served served = serve(server -> server.get(
                "/",
                _ -> Response.stream("text/plain", out -> {
                    out.write("begun".getBytes(US_ASCII));
                    out.flush();
                    awaitQuietly(fail);
                    throw new IOException("on purpose");
                })));
        try (Peer peer = served.connect()) {
            Peer.Head head = peer.send("GET / HTTP/1.0\r\n\r\n").head();
            assertNull(head.field("Transfer-Encoding"));
            assertEquals('b', peer.read());
            fail.countDown();
            assertThrows(IOException.class, peer::readToEnd);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Nothing was sent yet, so the client can be told. */
    @Test
    void aStreamThatFailsBeforeItsFirstByteIs500() throws IOException {
        Served served = serve(server -> server.get(
                "/",
                _ -> Response.stream("text/plain", out -> {
                    out.write("too early to be sent".getBytes(US_ASCII));
                    throw new IOException("on purpose");
                })));
        try (Peer peer = served.connect()) {
            assertEquals(500, peer.get("/").reply().status());
            assertEquals(500, peer.get("/").reply().status());
        }
    }

    /** What the writer flushed is with the peer while the writer still works. */
    @Test
    void flushedContentArrivesBeforeTheStreamEnds() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        Served served = serve(server -> server.get(
                "/",
                _ -> Response.stream("text/plain", out -> {
                    out.write("first".getBytes(US_ASCII));
                    out.flush();
                    awaitQuietly(end);
                    out.write("last".getBytes(US_ASCII));
                })));
        try (Peer peer = served.connect()) {
            InputStream body = peer.body(peer.get("/").head());
            assertEquals("first", new String(body.readNBytes(5), US_ASCII));
            end.countDown();
            assertEquals("last", new String(body.readAllBytes(), US_ASCII));
        } finally {
            end.countDown();
        }
    }
}
