package ringfort.bench.abuse;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import ringfort.timers.Ticker;

/** Sends half of a head and then nothing: how long until the server ends the connection? */
final class SilentPeer implements Callable<Double> {
    /** The result when the server did not end it in time. */
    static final double STILL_OPEN = -1;

    private static final byte[] HALF = "GET /plaintext HTTP/1.1\r\nHost: si".getBytes(StandardCharsets.US_ASCII);

    private final InetSocketAddress server;
    private final int mostMillis;

    private SilentPeer(InetSocketAddress server, int mostMillis) {
        this.server = server;
        this.mostMillis = mostMillis;
    }

    /** Begins; the result is in seconds, or {@link #STILL_OPEN}. */
    static FutureTask<Double> start(InetSocketAddress server, int mostMillis) {
        var task = new FutureTask<>(new SilentPeer(server, mostMillis));
        Thread.ofVirtual().start(task);
        return task;
    }

    @Override
    public Double call() {
        long begin = Ticker.system().nanos();
        try (Socket socket = new Socket()) {
            socket.connect(server, mostMillis);
            socket.getOutputStream().write(HALF);
            InputStream in = socket.getInputStream();
            do {
                socket.setSoTimeout((int)
                        Math.max(1, mostMillis - (Ticker.system().nanos() - begin) / 1_000_000));
            } while (in.read() >= 0);
        } catch (SocketTimeoutException e) {
            return STILL_OPEN;
        } catch (IOException e) {
            // Reset, which is an end as well.
        }
        return (Ticker.system().nanos() - begin) / 1e9;
    }
}
