package ringfort.bench.abuse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ringfort.timers.Ticker;

/** Each fault of a server is counted as what it is, and nothing else is. */
class PoliteClientTest {
    private static final int REQUESTS = 20;
    private static final long PATIENCE_NANOS = 10_000_000_000L;
    private static final long SHORT_PATIENCE_NANOS = 3_000_000_000L;

    @Test
    void allAnswersOfAFaultlessServerAreRight() throws Exception {
        PoliteCount count = ask(FaultyServer.Fault.NONE, 1);
        assertEquals(REQUESTS, count.of(Outcome.RIGHT));
        assertEquals(REQUESTS, count.all());
        assertEquals(0, count.repeated());
        assertEquals("", count.faults());
    }

    /** Every fourth request from the first on, so that each of them asks for an echo and some come over a new connection. */
    @ParameterizedTest
    @CsvSource({
        "OTHER_CONTENT, WRONG",
        "OTHER_STATUS, WRONG",
        "UNAVAILABLE, BUSY",
        "CUT_SHORT, LOST",
    })
    void aFaultIsCounted(FaultyServer.Fault fault, Outcome outcome) throws Exception {
        PoliteCount count = ask(fault, 4);
        assertEquals(REQUESTS / 4, count.of(outcome), count::faults);
        assertEquals(REQUESTS - REQUESTS / 4, count.of(Outcome.RIGHT), count::faults);
        assertEquals(0, count.repeated());
    }

    @Test
    void anAnswerThatNeverComesIsLost() throws Exception {
        try (FaultyServer server = new FaultyServer(FaultyServer.Fault.SILENT, 1);
                PoliteClient client = new PoliteClient(server.address(), 1, SHORT_PATIENCE_NANOS)) {
            client.ask(0, Ticker.system().nanos());
            assertEquals(1, client.count().of(Outcome.LOST), client.count()::faults);
            assertEquals(1, client.count().all());
        }
    }

    @Test
    void aConnectionThatEndsWithoutAnOctetOfItsFirstAnswerIsRefused() throws Exception {
        PoliteCount count = ask(FaultyServer.Fault.CLOSED, 1);
        assertEquals(REQUESTS, count.of(Outcome.REFUSED), count::faults);
        assertEquals(0, count.repeated());
    }

    @Test
    void aKeptConnectionThatEndsIsTriedOnceMoreOverANewOne() throws Exception {
        PoliteCount count;
        try (FaultyServer server = new FaultyServer(FaultyServer.Fault.CLOSED, 3);
                PoliteClient client = new PoliteClient(server.address(), 1, PATIENCE_NANOS)) {
            client.ask(0, Ticker.system().nanos()); // closed: refused
            client.ask(5, Ticker.system().nanos()); // right, and kept
            client.ask(6, Ticker.system().nanos()); // right, over that
            client.ask(7, Ticker.system().nanos()); // closed, then right over a new one
            count = client.count();
        }
        assertEquals(1, count.repeated());
        assertEquals(1, count.of(Outcome.REFUSED), count::faults);
        assertEquals(3, count.of(Outcome.RIGHT), count::faults);
    }

    @Test
    void aServerThatIsNotThereIsRefused() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
        }
        try (PoliteClient client = new PoliteClient(nobody, 1, PATIENCE_NANOS)) {
            client.ask(0, Ticker.system().nanos());
            assertEquals(1, client.count().of(Outcome.REFUSED), client.count()::faults);
        }
    }

    @Test
    void whatIsExcusedIsCountedButItsLatencyIsNot() throws Exception {
        try (FaultyServer server = new FaultyServer(FaultyServer.Fault.NONE, 1);
                PoliteClient client = new PoliteClient(server.address(), 1, PATIENCE_NANOS)) {
            long now = Ticker.system().nanos();
            client.excuse(now - 3_000_000_000L, now - 1_000_000_000L);
            client.ask(0, now - 2_000_000_000L);
            assertEquals(1, client.count().of(Outcome.RIGHT));
            assertEquals(0, client.count().latencyMillis(100));
            client.ask(1, now - 500_000_000L);
            assertEquals(2, client.count().of(Outcome.RIGHT));
            assertEquals(true, client.count().latencyMillis(100) >= 500, "latency counts from when it was due");
        }
    }

    private static PoliteCount ask(FaultyServer.Fault fault, int every) throws IOException, InterruptedException {
        try (FaultyServer server = new FaultyServer(fault, every);
                PoliteClient client = new PoliteClient(server.address(), 42, PATIENCE_NANOS)) {
            for (int i = 0; i < REQUESTS; i++) {
                client.ask(i, Ticker.system().nanos());
            }
            client.await();
            return client.count();
        }
    }
}
