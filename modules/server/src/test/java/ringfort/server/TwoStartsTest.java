package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.ServerOptions;
import ringfort.server.linux.Listeners;
import ringfort.server.loop.Port;
import ringfort.server.protocol.Layer;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

/** A port belongs to one server, also when two start at the same moment. */
class TwoStartsTest extends EngineContract {
    private static final int ROUNDS = 20;

    /** Each looked whether the port was free before either listened, and then both listened with SO_REUSEPORT. */
    @Test
    void ofTwoStartsAtTheSameMomentOneGetsThePort() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < ROUNDS; round++) {
                int port = freePort();
                var barrier = new CyclicBarrier(2);
                List<Future<Integer>> starts = new ArrayList<>();
                List<Served> started = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    starts.add(threads.submit(() -> start(port, barrier, started)));
                }
                int listening = 0;
                for (Future<Integer> start : starts) {
                    listening += start.get(20, TimeUnit.SECONDS);
                }
                synchronized (started) {
                    started.forEach(Served::close);
                }
                assertEquals(1, listening, "servers on one port in round " + round);
            }
        }
    }

    /** Returns 1 when the server listens, 0 when the port was refused. */
    private int start(int port, CyclicBarrier barrier, List<Served> started) throws Exception {
        barrier.await(10, TimeUnit.SECONDS);
        try {
            Served served = Served.start(
                    variant, options -> options.port(port), server -> server.get("/", _ -> Response.text("ok")));
            synchronized (started) {
                started.add(served);
            }
            return 1;
        } catch (BindException e) {
            return 0;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /** The first listener gets its option late; the kernel must spread connections over it and those that joined it. */
    @Test
    void listenersThatJoinTheFirstShareItsConnections() throws Exception {
        var port = new Port(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Layer.NONE);
        var listeners =
                new Listeners(ServerOptions.defaults().toBuilder().backlog(256).build(), port, true);
        int first = listeners.open();
        int joined = listeners.open();
        InetSocketAddress address = listeners.address();
        List<Socket> peers = new ArrayList<>();
        try {
            for (int i = 0; i < 128; i++) {
                peers.add(new Socket(address.getAddress(), address.getPort()));
            }
            int atFirst = acceptAll(first);
            int atJoined = acceptAll(joined);
            assertEquals(128, atFirst + atJoined);
            assertTrue(atFirst > 16 && atJoined > 16, atFirst + " and " + atJoined);
        } finally {
            for (Socket peer : peers) {
                peer.close();
            }
            Libc.close(joined);
            Libc.close(first);
        }
    }

    private static int acceptAll(int listener) {
        int count = 0;
        for (int fd = accept(listener); fd >= 0; fd = accept(listener)) {
            Libc.close(fd);
            count++;
        }
        return count;
    }

    private static int accept(int listener) {
        return Libc.accept4(listener, 0, 0, Linux.SOCK_CLOEXEC);
    }
}
