package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import ringfort.api.ServerOptions;
import ringfort.server.exchange.RequestBody;
import ringfort.server.exchange.ResponseStream;
import ringfort.server.protocol.ProtocolCosts;
import ringfort.server.wire.BufferPool;

/** The numbers of docs/OPERATING.md are those of the code. */
class OperatingTest {
    private static final Path PAGE = Path.of("../../docs/OPERATING.md");
    private static final int KIB = 1024;
    private static final long MIB = 1 << 20;
    private static final ServerOptions OPTIONS = ServerOptions.defaults();

    private static final long IDLE = Shedding.CONNECTION_BYTES;
    private static final long HEAD = IDLE + ProtocolCosts.STATE_BYTES;
    private static final long REQUEST = HEAD + ProtocolCosts.REQUEST_BYTES;

    /** The page says this, wherever its lines break. */
    private static void says(String expected) throws IOException {
        String page = Files.readString(PAGE).replaceAll("\\s+", " ");
        assertTrue(page.contains(expected), () -> PAGE + " does not say: " + expected);
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String kib(long bytes) {
        return bytes / KIB + " KiB";
    }

    private static String bytes(long bytes) {
        return number(bytes) + " B";
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + " s";
    }

    @Test
    void whatAConnectionWithoutContentCosts() throws IOException {
        says("| idle, or silent after its accept | " + bytes(IDLE) + " | 0 | `idle-timeout` "
                + seconds(OPTIONS.idleTimeout()) + "; before the first byte `header-timeout` "
                + seconds(OPTIONS.headerTimeout()) + " |");
        int head = OPTIONS.maxHead() + OPTIONS.maxRequestLine();
        String state = bytes(IDLE) + " + " + bytes(ProtocolCosts.STATE_BYTES) + " + ";
        says("| an unfinished head | " + state + "twice what has come, at most " + kib(2L * head) + " | 0 |");
        says("| a request in progress | " + state + bytes(ProtocolCosts.REQUEST_BYTES) + " + its head, at most "
                + kib(head) + " | 0 |");
        says("| lingering | " + bytes(IDLE) + " | 0 | `linger-timeout` " + seconds(OPTIONS.lingerTimeout()) + " |");
    }

    @Test
    void whatContentCosts() throws IOException {
        says("| its content, unread | " + kib(RequestBody.HIGH_BYTES) + " and one read of "
                + kib(Worker.SCRATCH_BYTES) + "; " + kib(RequestBody.SHORT_BYTES) + " and one read of "
                + kib(Worker.SHORT_READ_BYTES) + " while memory is short | 0 |");
        says("`body-timeout` " + seconds(OPTIONS.bodyTimeout()) + " while the peer is waited for");
        says("| bytes behind a request | " + kib(Worker.SCRATCH_BYTES) + " | 0 |");
        String buffer = kib(BufferPool.LARGE_BYTES) + "; " + kib(BufferPool.SMALL_BYTES) + " while memory is short";
        says("| " + buffer + " | `write-grace` " + seconds(OPTIONS.writeGrace()) + ", then `write-min-rate` "
                + OPTIONS.writeMinRate() + " B/s |");
        says("| a streamed response | " + kib(ResponseStream.HIGH_BYTES) + " of pieces and "
                + kib(ProtocolCosts.STREAM_AHEAD_BYTES) + " in the outbox; " + kib(ResponseStream.SHORT_BYTES)
                + " and " + kib(ProtocolCosts.SHORT_AHEAD_BYTES) + " while memory is short | " + buffer + " |");
    }

    @Test
    void whenWorkersLookAndWhatTheyGiveUp() throws IOException {
        says("in steps of " + kib(Shedding.STEP_BYTES) + ", or every " + Shedding.LOOK_NANOS / 1_000_000 + " ms");
        says("connections are given up, at most " + Shedding.MOST_PER_TURN + " of a kind in a turn");
        says("nothing under way for " + Candidates.IDLE_FLOOR_NANOS / 1_000_000_000 + " s or more");
        says("an unfinished head of " + kib(Candidates.LARGE_HEAD_BYTES) + " or more");
        says(kib(Candidates.UNREAD_BYTES) + " or more of content that its handler does not read");
        says("exact among the " + number(Candidates.PLACES_PER_LOOK) + " connections of a worker");
        says("longest of up to " + number(Candidates.PLACES_PER_SEARCH) + " that are looked at");
    }

    @Test
    void whoIsLetIn() throws IOException {
        says("`max-connections` is " + number(OPTIONS.maxConnections()) + ".");
        says("which is " + number(Admission.perPeer(OPTIONS)) + ", and never fewer than " + Admission.LEAST_PER_PEER);
        says("`" + OPTIONS.exemptNetworks().replace(",", "` and `") + "`, where a proxy");
    }

    @Test
    void whenMemoryGoesBack() throws IOException {
        long period = BufferPool.TRIM_NANOS / 1_000_000_000;
        says("not in use for " + period + " s goes back to the system, within " + 3 * period
                + " s of a peak, in pieces of " + kib(BufferPool.SLAB_BYTES) + ", at most " + BufferPool.MOST_TRIMMED
                + " in a turn");
    }

    @Test
    void howManyConnectionsFit() throws IOException {
        row("256 MiB", 256 * MIB);
        row("1 GiB", 1024 * MIB);
        row("8 GiB", 8192 * MIB);
        says("With " + number(OPTIONS.maxConnections()) + " places, idle connections take "
                + OPTIONS.maxConnections() * IDLE / MIB + " MiB");
    }

    private static void row(String heap, long heapBytes) throws IOException {
        long most = heapBytes / Ledger.HEAP_SHARE;
        long until = most / 8 * 7;
        says("| " + heap + " | " + number(most / MIB) + " MiB | " + number(most / Ledger.BUFFER_SHARE / MIB) + " MiB | "
                + number(until / IDLE) + " | " + number(until / (HEAD + 32 * KIB)) + " | "
                + number(until / (REQUEST + RequestBody.HIGH_BYTES)) + " | "
                + number(until / (REQUEST + ResponseStream.HIGH_BYTES + ProtocolCosts.STREAM_AHEAD_BYTES)) + " |");
    }
}
