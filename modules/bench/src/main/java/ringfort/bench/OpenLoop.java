package ringfort.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.HdrHistogram.Histogram;
import ringfort.timers.Ticker;

/**
 * A client that asks at a constant rate, whatever the server does: request {@code i} is due at {@code i / rate}, and its
 * latency counts from then, not from when a connection was free to send it. A server that stalls therefore owes an answer
 * to everybody who would have come meanwhile (G. Tene's "coordinated omission" is what a client that waits leaves out).
 *
 * <p>One thread, that of {@link #run}. It polls without rest, so give it a processor of its own.
 */
final class OpenLoop implements AutoCloseable {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /** After the last request was due, answers are waited for this long; then they count as having taken until now. */
    private static final long PATIENCE_NANOS = 5 * SECOND_NANOS;

    private static final byte[] OK = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);
    private static final int SIGNIFICANT_DIGITS = 3;

    /**
     * What was seen.
     *
     * @param latency nanoseconds from when a request was due to the last byte of its answer; has every request that was due
     * @param lag nanoseconds from when a request was due until it was sent although a connection was free: how far the
     *     client itself was behind
     * @param busy what part of its time the client had something to send or to read; where that nears 1, answers wait for the
     *     client, and their latency is its own
     * @param unanswered requests without an answer in the end
     * @param failures connections that ended, and answers that were not 200
     */
    record Outcome(Histogram latency, Histogram lag, double busy, long unanswered, long failures) {}

    private final Selector selector = Selector.open();
    private final InetSocketAddress server;
    private final ByteBuffer request;
    private final int responseBytes;
    private final ArrayDeque<Connection> free = new ArrayDeque<>();
    private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
    private final Histogram latency = new Histogram(SIGNIFICANT_DIGITS);
    private final Histogram lag = new Histogram(SIGNIFICANT_DIGITS);
    private int inFlight;
    private long failures;

    private static final class Connection {
        final SocketChannel channel;
        long dueNanos;
        int missing; // bytes of the answer that have not come

        Connection(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /**
     * Opens the connections.
     *
     * @param path what to ask for; all answers must be of the same length
     */
    OpenLoop(InetSocketAddress server, String path, int connections) throws IOException {
        String text = "GET " + path + " HTTP/1.1\r\nHost: " + server.getHostString() + "\r\n\r\n";
        this.server = server;
        this.request = ByteBuffer.allocateDirect(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
        try (RawHttp client = new RawHttp(server)) {
            client.send(text);
            this.responseBytes = client.response().bytes();
        }
        for (int i = 0; i < connections; i++) {
            free.add(connect());
        }
    }

    private Connection connect() throws IOException {
        SocketChannel channel = SocketChannel.open(server);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        Connection connection = new Connection(channel);
        channel.register(selector, SelectionKey.OP_READ, connection);
        return connection;
    }

    /** Asks at that rate for that long; once. */
    Outcome run(double requestsPerSecond, double seconds) throws IOException {
        long count = (long) (requestsPerSecond * seconds);
        double interval = SECOND_NANOS / requestsPerSecond;
        long begin = Ticker.system().nanos();
        long end = begin + (long) (seconds * SECOND_NANOS) + PATIENCE_NANOS;
        long next = 0;
        long busyNanos = 0;
        long now = begin;
        boolean worked = false; // in the turn before
        boolean blocked = false; // the next request has been due while no connection was free
        while (next < count || inFlight > 0) {
            long last = now;
            now = Ticker.system().nanos();
            busyNanos += worked ? now - last : 0;
            worked = false;
            if (now - end >= 0) {
                break;
            }
            long due = begin + (long) (next * interval);
            while (next < count && now - due >= 0 && !free.isEmpty()) {
                if (!blocked) {
                    lag.recordValue(now - due);
                }
                send(free.remove(), due);
                worked = true;
                due = begin + (long) (++next * interval);
            }
            blocked = free.isEmpty() && now - due >= 0;
            worked |= selector.selectNow(this::ready) > 0;
        }
        double busy = (double) busyNanos / Math.max(1, now - begin);
        return new Outcome(latency, lag, busy, giveUp(begin, interval, next, count), failures);
    }

    /** Counts what was due and never answered, as if it had been answered now: the least that it can have taken. */
    private long giveUp(long begin, double interval, long next, long count) {
        long now = Ticker.system().nanos();
        long unanswered = 0;
        for (SelectionKey key : selector.keys()) {
            Connection connection = (Connection) key.attachment();
            if (connection.missing > 0) {
                latency.recordValue(now - connection.dueNanos);
                unanswered++;
            }
        }
        for (long i = next; i < count; i++) {
            latency.recordValue(now - begin - (long) (i * interval));
            unanswered++;
        }
        return unanswered;
    }

    private void send(Connection connection, long dueNanos) {
        connection.dueNanos = dueNanos;
        connection.missing = responseBytes;
        inFlight++;
        try {
            // A request fits into an empty send buffer.
            connection.channel.write(request.flip());
        } catch (IOException e) {
            lost(connection);
        }
    }

    private void ready(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        int count;
        try {
            count = connection.channel.read(input.clear());
        } catch (IOException e) {
            count = -1;
        }
        if (count < 0 || count > connection.missing) {
            lost(connection);
        } else if (count > 0) {
            received(connection, count);
        }
    }

    private void received(Connection connection, int count) {
        if (connection.missing == responseBytes && !startsWithOk(count)) {
            failures++;
        }
        connection.missing -= count;
        if (connection.missing == 0) {
            latency.recordValue(Ticker.system().nanos() - connection.dueNanos);
            inFlight--;
            free.add(connection);
        }
    }

    private boolean startsWithOk(int count) {
        for (int i = 0; i < Math.min(OK.length, count); i++) {
            if (input.get(i) != OK[i]) {
                return false;
            }
        }
        return true;
    }

    /** The connection is gone; its request has failed, after this long, and another connection takes its place. */
    private void lost(Connection connection) {
        failures++;
        if (connection.missing > 0) {
            latency.recordValue(Ticker.system().nanos() - connection.dueNanos);
            connection.missing = 0;
            inFlight--;
        } else {
            free.remove(connection);
        }
        try {
            connection.channel.close();
            free.add(connect());
        } catch (IOException e) {
            throw new UncheckedIOException("the server accepts no connections any more", e);
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
