package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.server.exchange.ServerContext;
import ringfort.server.exchange.ThreadUse;
import ringfort.server.loop.Port;
import ringfort.server.loop.Worker;
import ringfort.server.metrics.Notices;
import ringfort.server.protocol.Layer;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.timers.Ticker;

/** While a layer has work enough, as TLS has when many handshakes wait, new connections stay in the kernel's queue. */
@Timeout(60)
class FullLayerTest {
    private static final int SILENCE_MILLIS = 200;

    private final AtomicBoolean full = new AtomicBoolean();
    private final Port port = new Port(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new Layer() {
        @Override
        public Protocols over(WorkerRoom room, Map<String, Protocols> byName) {
            return Layer.NONE.over(room, byName);
        }

        @Override
        public String scheme() {
            return "http";
        }

        @Override
        public boolean isFull() {
            return full.get();
        }
    });

    @ParameterizedTest
    @EnumSource(names = {"RING", "POLL", "NIO"})
    void nobodyIsLetInWhileThereIsWorkEnough(Variant variant) throws Exception {
        variant.assumeUsable();
        Server server = Server.http(0).get("/", _ -> Response.text("here"));
        var context = new ServerContext(
                ServerOptions.defaults(),
                server.application(),
                Ticker.system(),
                new Notices(),
                () -> ThreadUse.UNKNOWN);
        Worker worker = LoneWorker.of(variant.engine().name(), context, port);
        worker.start();
        worker.awaitStarted();
        int number = port.address().getPort();
        try (Peer first = Peer.connect(number)) {
            assertEquals("here", first.get("/").reply().text());
            full.set(true);
            try (Peer second = Peer.connect(number).get("/")) {
                second.hears(SILENCE_MILLIS); // a multishot accept that is under way lets one more in
                try (Peer third = Peer.connect(number).get("/")) {
                    assertFalse(third.hears(SILENCE_MILLIS), "it was let in");
                    assertEquals("here", first.get("/").reply().text(), "those that are in are served");
                    full.set(false);
                    assertEquals("here", third.reply().text());
                    assertEquals("here", second.reply().text());
                }
            }
        } finally {
            worker.stop(context.ticker().nanos() + 1_000_000_000L);
            worker.thread().join();
            context.notices().close();
        }
        assertEquals(0, worker.counters().defects.get());
    }
}
