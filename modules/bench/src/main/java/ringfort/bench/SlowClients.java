package ringfort.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import ringfort.timers.Ticker;

/**
 * Clients that never finish a request head: every other one sends a byte each half second, the rest nothing at all. Who is
 * closed comes again at once, so that deadlines pass all the time. They begin spread over one budget.
 *
 * <p>One thread, that of {@link #run}; the figures may be read when it has returned.
 */
final class SlowClients implements AutoCloseable {
    private static final byte[] HEAD =
            ("GET /plaintext HTTP/1.1\r\nHost: slow\r\nX-Slow: " + "a".repeat(200)).getBytes(StandardCharsets.US_ASCII);
    private static final long DRIP_NANOS = 500_000_000L;
    private static final long LOOK_MILLIS = 20;

    /** A connection that outlives its deadline by more than this hangs. */
    static final long HANG_NANOS = 1_000_000_000L;

    private final InetSocketAddress server;
    private final long budgetNanos;
    private final Selector selector;
    private final Client[] clients;
    private final ByteBuffer answer = ByteBuffer.allocate(4096);
    private final Nanos overshoots = new Nanos();
    private int hangs;
    private int early;
    private int failures;

    private static final class Client {
        final boolean drips;
        final long beginNanos;

        @Nullable SocketChannel channel;

        boolean connected;
        boolean hung;
        long connectNanos; // before the SYN, so that the server's budget cannot begin earlier
        long nextByteNanos;
        int sent;

        Client(boolean drips, long beginNanos) {
            this.drips = drips;
            this.beginNanos = beginNanos;
        }
    }

    SlowClients(InetSocketAddress server, int count, long budgetNanos) throws IOException {
        this.selector = Selector.open();
        this.server = server;
        this.budgetNanos = budgetNanos;
        long begin = now();
        this.clients = new Client[count];
        for (int i = 0; i < count; i++) {
            clients[i] = new Client(i % 2 == 0, begin + budgetNanos * i / count);
        }
    }

    /** How much longer than the budget each ended connection lived, as its client saw it. */
    Nanos overshoots() {
        return overshoots;
    }

    /** Connections that were open longer than the deadline and {@link #HANG_NANOS}. */
    int hangs() {
        return hangs;
    }

    /** Connections that ended before their deadline. */
    int early() {
        return early;
    }

    /** Connections that did not come about. */
    int failures() {
        return failures;
    }

    /** Runs for that long. */
    void run(long nanos) throws IOException {
        long begin = now();
        while (now() - begin < nanos) {
            selector.select(this::ready, LOOK_MILLIS);
            for (Client client : clients) {
                look(client);
            }
        }
    }

    private static long now() {
        return Ticker.system().nanos();
    }

    private void look(Client client) throws IOException {
        long now = now();
        SocketChannel channel = client.channel;
        if (channel == null) {
            if (now - client.beginNanos >= 0) {
                connect(client);
            }
            return;
        }
        if (now - client.connectNanos > budgetNanos + HANG_NANOS && !client.hung) {
            client.hung = true;
            hangs++;
        }
        if (client.connected && client.drips && now - client.nextByteNanos >= 0 && client.sent < HEAD.length) {
            drip(client, channel);
        }
    }

    private void connect(Client client) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        client.channel = channel;
        client.connected = false;
        client.hung = false;
        client.sent = 0;
        client.connectNanos = now();
        client.nextByteNanos = client.connectNanos;
        channel.connect(server);
        channel.register(selector, SelectionKey.OP_CONNECT, client);
    }

    private void drip(Client client, SocketChannel channel) {
        try {
            channel.write(ByteBuffer.wrap(HEAD, client.sent, 1));
            client.sent++;
            client.nextByteNanos += DRIP_NANOS;
        } catch (IOException e) {
            ended(client);
        }
    }

    private void ready(SelectionKey key) {
        Client client = (Client) key.attachment();
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (!client.connected) {
                channel.finishConnect();
                client.connected = true;
                key.interestOps(SelectionKey.OP_READ);
            } else {
                answer.clear();
                if (channel.read(answer) < 0) {
                    ended(client);
                }
            }
        } catch (IOException e) {
            ended(client);
        }
    }

    /** The server closed, by FIN or by reset. */
    private void ended(Client client) {
        if (client.connected) {
            long overshoot = now() - client.connectNanos - budgetNanos;
            overshoots.add(overshoot);
            if (overshoot < 0) {
                early++;
            }
        } else {
            failures++;
        }
        close(client);
    }

    private static void close(Client client) {
        if (client.channel != null) {
            try {
                client.channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            client.channel = null;
        }
    }

    @Override
    public void close() throws IOException {
        for (Client client : clients) {
            close(client);
        }
        selector.close();
    }
}
