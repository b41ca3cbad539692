package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Engine;
import ringfort.server.exchange.JdkPollers;

/**
 * The JDK starts the threads that wait for sockets with the first virtual thread that waits for one. Where that was a carried
 * handler, every virtual thread of the JVM that waited for a socket waited for one worker.
 */
@Timeout(60)
class UnrelatedSocketTest {
    /** In a process of its own: the JDK starts its pollers once. */
    @ParameterizedTest
    @CsvSource({"ring,early", "ring,late", "poll,early", "poll,late", "nio,early", "nio,late"})
    void aBusyHandlerDelaysNoSocketOfOthers(String engine, String when) throws IOException {
        (engine.equals("ring") ? Variant.RING : Variant.POLL).assumeUsable();
        try (ServerProcess server = ServerProcess.start(Main.class, List.of(), engine, when);
                Peer first = Peer.connect(server.port());
                Peer busy = Peer.connect(server.port())) {
            first.get("/reads").head(); // this handler goes on
            assertEquals("delivered", busy.get("/busy").reply().text());
        }
    }

    /** The server's process. */
    static final class Main {
        private static final CountDownLatch DELIVERED = new CountDownLatch(1);

        private Main() {}

        /** The two ends of a connection. */
        private static Socket[] pair() throws IOException {
            try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Socket one = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
                return new Socket[] {one, listener.accept()};
            }
        }

        private static Response reads(Socket[] upstream) {
            return Response.stream("text/plain", out -> {
                Thread reader = Thread.currentThread();
                Thread.ofPlatform().daemon().start(() -> {
                    Await.until(() -> reader.getState() == Thread.State.WAITING, () -> "the reader does not wait");
                    write(upstream[1]);
                });
                int octet = upstream[0].getInputStream().read(); // the first virtual thread that waits for a socket
                out.write(octet);
                out.flush();
                upstream[0].getInputStream().read();
            });
        }

        private static void write(Socket to) {
            try {
                to.getOutputStream().write('x');
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private static Response busy() {
            long end = System.nanoTime() + 5_000_000_000L;
            while (DELIVERED.getCount() > 0 && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return Response.text(DELIVERED.getCount() == 0 ? "delivered" : "not delivered within 5 s");
        }

        public static void main(String... arguments) throws Exception {
            Engine engine = switch (arguments[0]) {
                case "ring" -> new RingEngine();
                case "poll" -> new PollEngine();
                default -> new NioEngine();
            };
            Socket[] upstream = pair();
            Socket[] unrelated = pair();
            ServerOptions options = ServerOptions.defaults().toBuilder()
                    .port(0)
                    .workers(1)
                    .scheduler("worker")
                    .build();
            Server server = Server.of(options)
                    .get("/reads", _ -> reads(upstream))
                    .get("/busy", _ -> {
                        Thread.ofPlatform().daemon().start(() -> deliver(unrelated));
                        return busy();
                    });
            int port = engine.start(options, server.application()).address().getPort();
            if (arguments[1].equals("late")) {
                Await.until(JdkPollers::areStarted, () -> "the JDK's pollers were not started");
            }
            System.out.println(port);
            ServerProcess.untilInputEnds();
        }

        /** A virtual thread of the JDK's scheduler waits for a byte, which is sent when it waits. */
        private static void deliver(Socket[] pair) {
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    if (pair[0].getInputStream().read() == 'x') {
                        DELIVERED.countDown();
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            Await.until(() -> reader.getState() == Thread.State.WAITING, () -> "the reader does not wait");
            write(pair[1]);
        }
    }
}
