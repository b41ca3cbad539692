package ringfort.server.linux;

import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.NativeMemory;
import ringfort.sys.OnWorker;

/**
 * Memory for looks at what waits in sockets, by the worker or by the watchdog while a handler holds the worker, and for what the
 * watchdog sends. Many workers never need it, so it is made when it is first used. One thread at a time: the watchdog has the
 * worker's state to itself.
 */
@OnWorker
public final class OutsideMemory implements AutoCloseable {
    private static final int BYTES = 64 * 1024;

    private final NativeMemory memory = new NativeMemory();
    private long buffer;

    /** No memory yet. */
    public OutsideMemory() {}

    private long buffer() {
        if (buffer == 0) {
            buffer = memory.allocate(BYTES, 64);
        }
        return buffer;
    }

    /** Copies to {@code target[from..]} what waits in the socket, and leaves it there; returns how many bytes. */
    public int peek(int fd, byte[] target, int from) {
        int room = Math.min(BYTES, target.length - from);
        if (room == 0) {
            return 0;
        }
        long count = Libc.recv(fd, buffer(), room, Linux.MSG_PEEK | Linux.MSG_DONTWAIT);
        if (count <= 0) {
            return 0;
        }
        NativeMemory.copyOut(buffer(), target, from, (int) count);
        return (int) count;
    }

    /** Sends {@code bytes[0, length)}; returns how many of them the kernel took at once. */
    public int send(int fd, byte[] bytes, int length) {
        NativeMemory.copyIn(bytes, 0, Math.min(BYTES, length), buffer());
        return (int) Libc.send(fd, buffer(), Math.min(BYTES, length), Linux.MSG_DONTWAIT | Linux.MSG_NOSIGNAL);
    }

    @Override
    public void close() {
        memory.close();
    }
}
