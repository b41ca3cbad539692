package ringfort.bench.abuse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import ringfort.timers.Ticker;

/** Thousands of hostile peers on one thread, that of {@link #run}; {@link #end} is for any thread. */
final class Swarm {
    private static final long LOOK_MILLIS = 5;

    /** So many connections share one source address, so that neither ports nor limits of one address end the attack. */
    private static final int CONNECTIONS_PER_ADDRESS = 60;

    private static final int ADDRESSES_PER_NET = 250;

    private final InetSocketAddress server;
    private final List<Assailant> assailants;
    private final int connectsPerSecond;
    private final int network;
    private final Selector selector = Selector.open();
    private final ByteBuffer answer = ByteBuffer.allocateDirect(64 << 10);
    private final Tally tally = new Tally();
    private final long[] restUntilNanos;
    private volatile boolean ended;
    private double connectsAllowed;
    private long allowedNanos;
    private int next;

    /** What the attack came to. */
    static final class Tally {
        long opened;
        long failed;
        long closed;
        long receivedBytes;
        long sentBytes;
        int open;
        int most;
    }

    /**
     * @param network 1 to 254: the sources are 127.{@code network}.x.y
     */
    Swarm(InetSocketAddress server, List<Assailant> assailants, int connectsPerSecond, int network) throws IOException {
        this.server = server;
        this.assailants = assailants;
        this.connectsPerSecond = connectsPerSecond;
        this.network = network;
        this.restUntilNanos = new long[assailants.size()];
    }

    /** Attacks for that long, or until {@link #end}. */
    Tally run(long nanos) throws IOException {
        long begin = now();
        allowedNanos = begin;
        Arrays.fill(restUntilNanos, begin);
        while (!ended && now() - begin < nanos) {
            selector.select(this::ready, LOOK_MILLIS);
            long now = now();
            allow(now);
            for (Assailant assailant : assailants) {
                if (assailant.isOpen() && assailant.isDue(now)) {
                    wake(assailant, now);
                }
            }
            connect(now);
        }
        for (Assailant assailant : assailants) {
            tally.sentBytes += assailant.sentBytes();
            assailant.close();
        }
        selector.close();
        return tally;
    }

    void end() {
        ended = true;
        selector.wakeup();
    }

    private static long now() {
        return Ticker.system().nanos();
    }

    private void allow(long now) {
        double earned = (now - allowedNanos) / 1e9 * connectsPerSecond;
        connectsAllowed = Math.min(connectsAllowed + earned, Math.max(1, connectsPerSecond / 10.0));
        allowedNanos = now;
    }

    /** Goes round those that have no connection, from where it stopped the last time. */
    private void connect(long now) {
        for (int looked = 0; looked < assailants.size() && connectsAllowed >= 1; looked++) {
            int index = next;
            next = (next + 1) % assailants.size();
            Assailant assailant = assailants.get(index);
            if (!assailant.isOpen() && now - restUntilNanos[index] >= 0) {
                connectsAllowed--;
                restUntilNanos[index] = now + Assailant.PAUSE_NANOS;
                connect(assailant, index);
            }
        }
    }

    private void connect(Assailant assailant, int index) {
        try {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            assailant.open(channel, channel.register(selector, 0, assailant));
            if (assailant.receiveBufferBytes() > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, assailant.receiveBufferBytes());
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.bind(source(index));
            if (channel.connect(server)) {
                standing(assailant);
            } else {
                channel.keyFor(selector).interestOps(SelectionKey.OP_CONNECT);
            }
        } catch (IOException e) {
            ended(assailant, e);
        }
    }

    private InetSocketAddress source(int index) throws IOException {
        int address = index / CONNECTIONS_PER_ADDRESS;
        byte[] octets = {
            127, (byte) network, (byte) (address / ADDRESSES_PER_NET), (byte) (address % ADDRESSES_PER_NET + 1)
        };
        return new InetSocketAddress(InetAddress.getByAddress(octets), 0);
    }

    private void wake(Assailant assailant, long now) {
        try {
            assailant.woken(now);
        } catch (IOException e) {
            ended(assailant, e);
        }
    }

    private void ready(SelectionKey key) {
        Assailant assailant = (Assailant) key.attachment();
        try {
            if (key.isValid() && key.isConnectable()) {
                standing(assailant);
                return;
            }
            if (key.isValid() && key.isReadable()) {
                answer.clear();
                int count = assailant.read(answer);
                if (count < 0) {
                    ended(assailant, new IOException("closed"));
                    return;
                }
                tally.receivedBytes += count;
            }
            if (key.isValid() && key.isWritable()) {
                assailant.flush(now());
            }
        } catch (IOException e) {
            ended(assailant, e);
        }
    }

    private void standing(Assailant assailant) throws IOException {
        assailant.finishConnect();
        tally.opened++;
        tally.open++;
        tally.most = Math.max(tally.most, tally.open);
        assailant.connected(now());
    }

    private void ended(Assailant assailant, IOException how) {
        if (!assailant.isStanding()) {
            tally.failed++;
        } else {
            tally.open--;
            tally.closed += how instanceof Assailant.ResetByUs ? 0 : 1;
        }
        tally.sentBytes += assailant.sentBytes();
        try {
            assailant.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
