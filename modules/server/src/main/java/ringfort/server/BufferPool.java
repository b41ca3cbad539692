package ringfort.server;

import ringfort.sys.NativeMemory;
import ringfort.sys.OnWorker;

/**
 * A worker's native send buffers in two sizes: small for the usual response, large for long bodies. One worker only.
 *
 * <p>A connection holds a buffer only while it has bytes to send, so the pool grows with the connections that are
 * being written to, not with those that are open.
 */
@OnWorker
final class BufferPool implements AutoCloseable {
    static final int SMALL_BYTES = 4 * 1024;
    static final int LARGE_BYTES = 64 * 1024;
    private static final int SLAB_BYTES = 256 * 1024;

    private final NativeMemory memory = new NativeMemory();
    private final AddressStack small = new AddressStack();
    private final AddressStack large = new AddressStack();

    long take(int bytes) {
        AddressStack free = free(bytes);
        if (free.size == 0) {
            long slab = memory.allocate(SLAB_BYTES, 64);
            for (long offset = 0; offset < SLAB_BYTES; offset += bytes) {
                free.push(slab + offset);
            }
        }
        return free.pop();
    }

    void give(long address, int bytes) {
        free(bytes).push(address);
    }

    long allocatedBytes() {
        return memory.allocatedBytes();
    }

    private AddressStack free(int bytes) {
        return bytes == SMALL_BYTES ? small : large;
    }

    @Override
    public void close() {
        memory.close();
    }

    private static final class AddressStack {
        private long[] addresses = new long[64];
        private int size;

        void push(long address) {
            if (size == addresses.length) {
                addresses = java.util.Arrays.copyOf(addresses, size * 2);
            }
            addresses[size++] = address;
        }

        long pop() {
            return addresses[--size];
        }
    }
}
