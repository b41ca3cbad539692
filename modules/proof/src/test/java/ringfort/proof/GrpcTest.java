package ringfort.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.RunningServer;
import ringfort.api.Server;

/**
 * What gRPC asks of HTTP/2, by its own client in Java against plain handlers: messages with their length before them, in both
 * directions at a time, and the outcome in trailers (gRPC over HTTP2, the project's description of its protocol). Messages are
 * octets, so no compiler of schemas is needed.
 */
@Timeout(60)
final class GrpcTest {
    private static final int LARGE = 3_000_000; // larger than every window, and below what the client takes
    private static final int BOUND_SECONDS = 30;
    private static final int UNIMPLEMENTED = 12;
    private static final String OK = "0";

    private @Nullable RunningServer server;
    private @Nullable ManagedChannel channel;

    /** Messages are octets on both sides. */
    private static final class Octets implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What the server sends in one call, in order; the end is a null status, or an error. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Heard(
            byte @Nullable [] message, @Nullable Status end) {}

    /** Keeps what the server sends. */
    private static final class Ear implements ClientResponseObserver<byte[], byte[]> {
        final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
        private @Nullable ClientCallStreamObserver<byte[]> call;

        @Override
        public void beforeStart(ClientCallStreamObserver<byte[]> requestStream) {
            call = requestStream;
        }

        @Override
        public void onNext(byte[] value) {
            heard.add(new Heard(value, null));
        }

        @Override
        public void onError(Throwable t) {
            heard.add(new Heard(null, Status.fromThrowable(t)));
        }

        @Override
        public void onCompleted() {
            heard.add(new Heard(null, Status.OK));
        }

        Heard next() throws InterruptedException {
            Heard next = heard.poll(BOUND_SECONDS, TimeUnit.SECONDS);
            assertNotNull(next, "nothing comes");
            return next;
        }

        String text() throws InterruptedException {
            Heard next = next();
            assertNotNull(next.message, () -> "instead of a message: " + next.end);
            return new String(next.message, UTF_8);
        }

        Status end() throws InterruptedException {
            Heard next = next();
            assertNull(next.message, "a message instead of the end");
            assertNotNull(next.end);
            return next.end;
        }

        void cancel() {
            assertNotNull(call);
            call.cancel("on purpose", null);
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(MethodDescriptor.MethodType type, String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder(new Octets(), new Octets())
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("ringfort.Proof", name))
                .build();
    }

    /** The next message, or null at the end of the request. */
    private static byte @Nullable [] read(InputStream from) throws IOException {
        int compressed = from.read();
        if (compressed < 0) {
            return null;
        } else if (compressed > 0) {
            throw new IOException("no compression was agreed on");
        }
        var in = new DataInputStream(from);
        byte[] message = new byte[in.readInt()];
        in.readFully(message);
        return message;
    }

    /** Answers each message at once with the same octets in upper case, until the peer has said its last. */
    private static Response echo(Request request, @Nullable CountDownLatch gone) {
        var status = new AtomicReference<>("13"); // INTERNAL, until the last message was answered
        return Response.stream("application/grpc", out -> {
                    var framed = new DataOutputStream(out);
                    try {
                        for (byte[] each = read(request.body()); each != null; each = read(request.body())) {
                            byte[] answer = upperCase(each);
                            framed.writeByte(0);
                            framed.writeInt(answer.length);
                            framed.write(answer);
                            framed.flush();
                        }
                        status.set(OK);
                    } catch (IOException e) {
                        if (gone != null && !(e instanceof EOFException)) {
                            gone.countDown();
                        }
                        throw e;
                    }
                })
                .trailer("grpc-status", status::get)
                .trailer("grpc-message", () -> null);
    }

    private static byte[] upperCase(byte[] octets) {
        byte[] upper = octets.clone();
        for (int i = 0; i < upper.length; i++) {
            upper[i] = (byte) Character.toUpperCase(upper[i]);
        }
        return upper;
    }

    private ManagedChannel connect(String engine, CountDownLatch gone) {
        // One worker, so that a handler which held it would hold all calls.
        server = Server.http(0)
                .options(options -> options.engine(engine).workers(1))
                .post("/ringfort.Proof/Unary", request -> echo(request, null))
                .post("/ringfort.Proof/Offloaded", request -> echo(request, null), Route.offload())
                .post("/ringfort.Proof/Both", request -> echo(request, gone))
                .post(
                        "/ringfort.Proof/Refused",
                        _ -> Response.of(200)
                                .contentType("application/grpc")
                                .header("grpc-status", "7")
                                .header("grpc-message", "not%20you"))
                .start();
        assertEquals(engine, server.engine());
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
        return channel;
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (channel != null) {
            channel.shutdownNow();
            assertTrue(channel.awaitTermination(BOUND_SECONDS, TimeUnit.SECONDS));
        }
        if (server != null) {
            server.stop(Duration.ofSeconds(5));
            server.awaitStop();
        }
    }

    private static byte[] unary(ManagedChannel channel, String name, byte[] message) {
        return ClientCalls.blockingUnaryCall(
                channel,
                method(MethodDescriptor.MethodType.UNARY, name),
                CallOptions.DEFAULT.withDeadlineAfter(BOUND_SECONDS, TimeUnit.SECONDS),
                message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "poll", "nio"})
    void aUnaryCallHasItsAnswerAndItsStatus(String engine) {
        ManagedChannel client = connect(engine, new CountDownLatch(1));
        for (String name : new String[] {"Unary", "Offloaded"}) {
            assertEquals("HELLO", new String(unary(client, name, "hello".getBytes(UTF_8)), UTF_8));
            assertEquals(0, unary(client, name, new byte[0]).length);
            byte[] large = new byte[LARGE];
            Arrays.fill(large, (byte) 'x');
            byte[] expected = new byte[LARGE];
            Arrays.fill(expected, (byte) 'X');
            assertArrayEquals(expected, unary(client, name, large));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "poll", "nio"})
    void aFailureIsToldByTheHeadAloneOrByTheStatusOfHttp(String engine) {
        ManagedChannel client = connect(engine, new CountDownLatch(1));
        Status refused = assertThrows(StatusRuntimeException.class, () -> unary(client, "Refused", new byte[1]))
                .getStatus();
        assertEquals(Status.Code.PERMISSION_DENIED, refused.getCode());
        assertEquals("not you", refused.getDescription());
        // 404 without a word of gRPC, which its clients take so.
        Status unknown = assertThrows(StatusRuntimeException.class, () -> unary(client, "Unknown", new byte[1]))
                .getStatus();
        assertEquals(UNIMPLEMENTED, unknown.getCode().value());
    }

    /** Each message is answered before the next is sent, so neither side waits for the end of the other. */
    @ParameterizedTest
    @ValueSource(strings = {"ring", "poll", "nio"})
    void aCallInBothDirectionsIsAnsweredMessageByMessage(String engine) throws InterruptedException {
        ManagedChannel client = connect(engine, new CountDownLatch(1));
        var ears = new Ear[] {new Ear(), new Ear(), new Ear()};
        List<StreamObserver<byte[]>> calls = new ArrayList<>();
        for (int i = 0; i < ears.length; i++) {
            calls.add(both(client, ears[i]));
        }
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < ears.length; i++) {
                calls.get(i).onNext(("call " + i + " round " + round).getBytes(UTF_8));
                assertEquals("CALL " + i + " ROUND " + round, ears[i].text());
            }
        }
        for (int i = 0; i < ears.length; i++) {
            calls.get(i).onCompleted();
            assertEquals(Status.Code.OK, ears[i].end().getCode());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "poll", "nio"})
    void aCancelledCallEndsItsHandlerAndNoOtherCall(String engine) throws InterruptedException {
        var gone = new CountDownLatch(1);
        ManagedChannel client = connect(engine, gone);
        var ear = new Ear();
        var otherEar = new Ear();
        StreamObserver<byte[]> call = both(client, ear);
        StreamObserver<byte[]> other = both(client, otherEar);
        call.onNext("a".getBytes(UTF_8));
        assertEquals("A", ear.text());
        ear.cancel();
        assertEquals(Status.Code.CANCELLED, ear.end().getCode());
        assertTrue(gone.await(BOUND_SECONDS, TimeUnit.SECONDS), "the handler is not told");
        other.onNext("b".getBytes(UTF_8));
        assertEquals("B", otherEar.text());
        other.onCompleted();
        assertEquals(Status.Code.OK, otherEar.end().getCode());
    }

    private static StreamObserver<byte[]> both(ManagedChannel client, Ear ear) {
        return ClientCalls.asyncBidiStreamingCall(
                client.newCall(
                        method(MethodDescriptor.MethodType.BIDI_STREAMING, "Both"),
                        CallOptions.DEFAULT.withDeadlineAfter(BOUND_SECONDS, TimeUnit.SECONDS)),
                ear);
    }
}
