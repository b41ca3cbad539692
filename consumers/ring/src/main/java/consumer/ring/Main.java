package consumer.ring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import ringfort.ring.CompletionBatch;
import ringfort.ring.Ring;
import ringfort.ring.RingOptions;
import ringfort.ring.RingUnavailableException;
import ringfort.ring.Sqe;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Sockets;

/** One connection, echoed until it ends. Prints "skipped" and why where the kernel does not permit io_uring. */
public final class Main {
    private static final int BYTES = 1024;

    private final Ring ring;
    private final CompletionBatch batch = new CompletionBatch(8);

    private Main(Ring ring) {
        this.ring = ring;
    }

    public static void main(String[] arguments) throws Exception {
        int listener = Sockets.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1, false, false);
        int port = Sockets.localAddress(listener).getPort();
        try (Ring ring = Ring.open(RingOptions.DEFAULT.withEntries(8))) {
            ring.enable();
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> talk(port));
            new Main(ring).serve(listener);
            if (!answer.get().equals("echo")) {
                throw new AssertionError(answer.get());
            }
            System.out.println("ok");
        } catch (RingUnavailableException e) {
            System.out.println("skipped: " + e.getMessage());
        } finally {
            Libc.close(listener);
        }
    }

    private void serve(int listener) throws IOException {
        int peer = result(next().accept(listener, 0, 1));
        try (Arena arena = Arena.ofConfined()) {
            long buffer = arena.allocate(BYTES).address();
            int received;
            while ((received = result(next().recv(peer, buffer, BYTES, 0, 2))) > 0) {
                result(next().send(peer, buffer, received, 0, 3));
            }
        }
        result(next().close(peer, 4));
    }

    private Sqe next() {
        Sqe sqe = ring.sqe();
        if (sqe == null) {
            throw new IllegalStateException("one operation at a time cannot fill the queue");
        }
        return sqe;
    }

    /** Submits the operation, waits for its completion and gives its result. */
    private int result(Sqe operation) throws IOException {
        do {
            int submitted = ring.submitAndWait(1, -1);
            if (submitted < 0) {
                throw new IOException("io_uring_enter: " + Errno.describe(-submitted));
            }
        } while (ring.reap(batch) == 0);
        if (batch.result(0) < 0) {
            throw new IOException(operation + ": " + Errno.describe(-batch.result(0)));
        }
        return batch.result(0);
    }

    private static String talk(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("echo".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
