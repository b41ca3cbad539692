package ringfort.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * The figures in {@code docs/TLS.md}, for a machine of one's own; no test. Wall time of one thread, so that the machine has
 * to be quiet:
 *
 * <pre>
 * java -cp modules/tls/target/classes:modules/tls/target/test-classes ringfort.tls.Figures
 * </pre>
 */
public final class Figures {
    private static final int ROUNDS = 15;
    private static final int CONNECTIONS = 5000;

    private final TlsContext context;
    private final SSLContext client;

    private Figures() {
        CertificateSet certificates = Fixtures.selfSigned();
        context = new TlsContext(TlsOptions.DEFAULT, certificates);
        client = Fixtures.clientOf(certificates);
    }

    /** Prints all of them. */
    public static void main(String[] arguments) throws SSLException {
        Figures figures = new Figures();
        figures.memory();
        for (int bytes : new int[] {100, 1000, 16_000}) {
            figures.heapAndDirect(bytes);
        }
        figures.handshakes();
    }

    private Link finished() {
        return new Link(context, Peer.of(client, parameters -> {})).run();
    }

    /** Encrypts and decrypts, with one kind of buffer and with the other in turn, so that neither has the warmer machine. */
    private void heapAndDirect(int bytes) throws SSLException {
        Peer peer = Peer.of(client, parameters -> parameters.setCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256"}));
        Link link = new Link(context, peer).run();
        IntFunction<ByteBuffer> heap = ByteBuffer::allocate;
        IntFunction<ByteBuffer> direct = ByteBuffer::allocateDirect;
        int records = Math.max(2000, 64_000_000 / (bytes + 1000));
        double[] onHeap = new double[ROUNDS];
        double[] offHeap = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            onHeap[round] = nanosPerRecord(link, heap, bytes, records);
            offHeap[round] = nanosPerRecord(link, direct, bytes, records);
        }
        System.out.printf(
                "%6d bytes, encrypted and decrypted: heap %.2f us, direct %.2f us (median of %d rounds)%n",
                bytes, median(onHeap) / 1000, median(offHeap) / 1000, ROUNDS);
    }

    private static double nanosPerRecord(Link link, IntFunction<ByteBuffer> allocate, int bytes, int records)
            throws SSLException {
        SSLEngine server = link.engine();
        SSLEngine peer = link.peer.engine();
        ByteBuffer plain = allocate.apply(bytes);
        ByteBuffer record = allocate.apply(20_000);
        ByteBuffer back = allocate.apply(20_000);
        long start = System.nanoTime();
        for (int i = 0; i < records; i++) {
            server.wrap(plain.rewind(), record.clear());
            peer.unwrap(record.flip(), back.clear());
        }
        return (double) (System.nanoTime() - start) / records;
    }

    private static double median(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted, 5, sorted.length); // the first ones warm up
        return sorted[5 + (sorted.length - 5) / 2];
    }

    /** Both sides of full and of resumed handshakes. */
    private void handshakes() {
        for (int thousands = 0; thousands < 4; thousands++) {
            long start = System.nanoTime();
            for (int i = 0; i < 1000; i++) {
                finished();
            }
            System.out.printf("a resumed handshake, both sides: %.2f ms%n", (System.nanoTime() - start) / 1e9);
        }
    }

    private void memory() {
        List<TlsState> states = new ArrayList<>();
        long before = used();
        TlsBuffers buffers = new TlsBuffers();
        ByteArrayOutputStream toPeer = new ByteArrayOutputStream();
        TlsOutput output = (array, from, to) -> toPeer.write(array, from, to - from);
        for (int i = 0; i < CONNECTIONS; i++) {
            Peer peer = Peer.of(client, parameters -> {});
            TlsState state = new TlsState(context.newEngine(), TlsLimits.DEFAULT, buffers, output);
            for (int turn = 0; turn < 4; turn++) {
                if (state.canSend()) {
                    peer.write("GET / HTTP/1.1\r\n\r\n");
                }
                receive(state, peer.pull());
                peer.push(toPeer.toByteArray());
                toPeer.reset();
            }
            if (!state.canSend() || state.partialRecordBytes() != 0) {
                throw new AssertionError("the handshake has not finished");
            }
            states.add(state);
        }
        long after = used();
        System.out.printf(
                "a connection at rest: %d bytes of heap, engine included%n", (after - before) / states.size());
        System.out.println(states.hashCode() == 0 ? "" : "all of " + states.size() + " are there");
    }

    private static void receive(TlsState state, byte[] bytes) {
        int at = 0;
        while (true) {
            TlsState.Event event = state.next(bytes, at, bytes.length, 0);
            at = state.position();
            if (event == TlsState.Event.NEED_TASK) {
                TlsTask task = state.task();
                task.run();
                state.taskDone(task);
            } else if (event == TlsState.Event.NEED_INPUT || event == TlsState.Event.FAILED) {
                return;
            }
        }
    }

    private static long used() {
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
