package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.server.exchange.ServerContext;
import ringfort.server.exchange.ThreadUse;
import ringfort.server.metrics.Notices;
import ringfort.server.protocol.Layer;
import ringfort.timers.Ticker;

/** A start that fails in the middle leaves no thread and nothing that a worker had; a worker that ends takes all down. */
@Timeout(30)
class HalfStartTest {
    private static final int WORKERS = 3;
    private static final Server SERVER = Server.http(0).get("/", _ -> Response.text("here"));

    private final List<Opening> workers = new ArrayList<>();
    private final AtomicInteger closed = new AtomicInteger();

    /** A worker whose thread fails to open what it needs, if the test wants that. */
    private final class Opening extends FakeWorker {
        private final boolean fails;
        private volatile boolean giveUp;

        Opening(boolean fails) {
            super(SERVER);
            this.fails = fails;
            own(() -> closed.incrementAndGet());
        }

        @Override
        protected void open() {
            if (fails) {
                throw new OutOfMemoryError("unable to create what it needs");
            }
        }

        @Override
        protected void await(boolean mayWait) throws InterruptedException {
            if (giveUp) {
                throw new IllegalStateException("the kernel refuses");
            }
            super.await(mayWait);
        }

        @Override
        protected void pause(long nanos) {}
    }

    private static ServerContext context() {
        return new ServerContext(
                ServerOptions.defaults().toBuilder()
                        .workers(WORKERS)
                        .drainTimeout(Duration.ofSeconds(1))
                        .build(),
                SERVER.application(),
                Ticker.system(),
                new Notices(),
                () -> ThreadUse.UNKNOWN);
    }

    private static Ports ports() {
        return new Ports(List.of(new Port(new InetSocketAddress(1), Layer.NONE)), List::of, () -> {});
    }

    private Worker make(boolean fails) {
        var worker = new Opening(fails);
        workers.add(worker);
        return worker;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aWorkerThatCannotBeMade(int which) {
        assertThrows(
                IOException.class,
                () -> WorkerEngine.start(context(), ports(), "fake", "", _ -> {
                    if (workers.size() == which) {
                        throw new IOException("no descriptor is left");
                    }
                    return make(false);
                }));
        nothingIsLeft(which);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aWorkerThatCannotOpenWhatItNeeds(int which) {
        assertThrows(
                IllegalStateException.class,
                () -> WorkerEngine.start(context(), ports(), "fake", "", _ -> make(workers.size() == which)));
        nothingIsLeft(WORKERS);
    }

    private void nothingIsLeft(int made) {
        assertEquals(made, workers.size());
        for (Worker worker : workers) {
            assertFalse(worker.thread().isAlive(), "its thread has ended");
        }
        assertEquals(made, closed.get(), "what the workers had is closed, once");
    }

    @Test
    void aWorkerThatGivesUpTakesTheOthersWithItAndItsReasonIsKnown() throws Exception {
        WorkerEngine engine = WorkerEngine.start(context(), ports(), "fake", "", _ -> make(false));
        workers.get(1).giveUp = true;
        workers.get(1).wake();
        assertEquals(true, engine.awaitStop(Duration.ofSeconds(20)));
        assertSame(workers.get(1).failures().end(), engine.failure());
        nothingIsLeft(WORKERS);
    }
}
