package ringfort.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.api.Request;
import ringfort.api.Tunnel;
import ringfort.api.spi.Application;

/** Another protocol on a connection of the threads engine: its streams are the socket's, with the deadlines of ours. */
final class ThreadsTunnel {
    private final ThreadsConnection connection;
    private final Input in = new Input();
    private final Output out = new Output();
    private volatile @Nullable IOException broken; // a handler may catch what it is told, we must not forget

    ThreadsTunnel(ThreadsConnection connection) {
        this.connection = connection;
    }

    /**
     * Runs the handler, and ends our side behind what it wrote.
     *
     * @throws IOException when the connection failed, or is cut because the handler did
     */
    void run(Application application, Request request, Tunnel handler) throws IOException {
        try {
            handler.run(in, out);
            out.close();
        } catch (Throwable e) {
            if (broken == null) {
                application.report(request, e);
                connection.cut();
                throw new IOException("the tunnel failed", e);
            }
        } finally {
            boolean _ = Thread.interrupted(); // left set, it would close the socket under its next read or write
        }
        IOException cause = broken;
        if (cause != null) {
            throw cause;
        }
    }

    private IOException remember(IOException e) {
        broken = e;
        return e;
    }

    private final class Input extends InputStream {
        private final byte[] single = new byte[1];

        @Override
        public int read() throws IOException {
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            int count = connection.take(target, offset, length);
            if (count > 0) {
                return count;
            }
            try {
                return connection.fillTunnel() ? connection.take(target, offset, length) : -1;
            } catch (IOException e) {
                throw remember(e);
            }
        }
    }

    private final class Output extends OutputStream {
        private final byte[] piece = new byte[BodyOutput.PIECE_BYTES];
        private int filled;
        private boolean closed;

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, source.length);
            if (closed) {
                throw new IOException("the output was closed");
            }
            while (length > 0) {
                int count = Math.min(length, piece.length - filled);
                System.arraycopy(source, offset, piece, filled, count);
                filled += count;
                offset += count;
                length -= count;
                if (filled == piece.length) {
                    flush();
                }
            }
        }

        @Override
        public void flush() throws IOException {
            int count = filled;
            filled = 0;
            try {
                if (count > 0) {
                    connection.write(piece, 0, count);
                }
            } catch (IOException e) {
                throw remember(e);
            }
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            flush();
            closed = true;
            try {
                connection.halfClose();
            } catch (IOException e) {
                throw remember(e);
            }
        }
    }
}
