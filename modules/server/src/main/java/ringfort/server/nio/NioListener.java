package ringfort.server.nio;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import ringfort.api.ServerOptions;
import ringfort.server.loop.Port;

/**
 * The one listening socket of a port, which all of its workers accept from: not every platform spreads connections over
 * several sockets of one address. Any thread.
 */
public final class NioListener implements AutoCloseable {
    private final ServerSocketChannel channel;
    private final AtomicInteger users = new AtomicInteger();

    /**
     * Listens.
     *
     * @throws IOException with what, where and what to do when the address cannot be had
     */
    public NioListener(ServerOptions options, Port port) throws IOException {
        InetSocketAddress wanted = port.wanted();
        if (wanted.isUnresolved()) {
            throw new IOException("cannot listen on " + wanted.getHostString() + ":" + wanted.getPort()
                    + ": no such host; name an address of this machine");
        }
        channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.configureBlocking(false);
            channel.bind(wanted, options.backlog());
            port.bound((InetSocketAddress) channel.getLocalAddress());
        } catch (IOException e) {
            channel.close();
            throw failure(wanted, e);
        } catch (RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private static IOException failure(InetSocketAddress wanted, IOException cause) {
        String message = "cannot listen on " + wanted.getAddress().getHostAddress() + ":" + wanted.getPort() + ": "
                + cause.getMessage() + "; another process may listen there: stop it or take another port";
        if (cause instanceof BindException) {
            var bind = new BindException(message);
            bind.initCause(cause);
            return bind;
        }
        return new IOException(message, cause);
    }

    ServerSocketChannel channel() {
        return channel;
    }

    /** A worker accepts from it. */
    void enter() {
        users.incrementAndGet();
    }

    /** A worker accepts no more; the last one closes the socket. */
    void leave() {
        if (users.decrementAndGet() == 0) {
            close();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            users.set(0); // closed all the same: close(2) releases the descriptor whatever it returns
        }
    }
}
