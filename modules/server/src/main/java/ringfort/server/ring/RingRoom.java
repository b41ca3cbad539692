package ringfort.server.ring;

import org.jspecify.annotations.Nullable;
import ringfort.server.loop.Worker;

/**
 * What all wires of one ring worker share. Its worker only.
 *
 * @param queue the ring
 * @param timers the kernel's timers; null where a wheel keeps the deadlines
 * @param starved connections for which there was no buffer
 * @param watches connections whose handler is at work
 * @param receiveBuffer address of {@code receiveBytes} bytes, for a read of one of those
 * @param receiveBytes as many as one provided buffer has
 * @param scratch where received bytes are when a wire is told of them
 * @param worker which knows whether memory is short
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RingRoom(
        RingQueue queue,
        @Nullable KernelTimers timers,
        Starved starved,
        Watches watches,
        long receiveBuffer,
        int receiveBytes,
        byte[] scratch,
        Worker worker) {}
