package ringfort.server.ring;

import org.jspecify.annotations.Nullable;
import ringfort.server.loop.Worker;

/**
 * What all wires of one ring worker share. Its worker only.
 *
 * @param queue the ring
 * @param timers the kernel's timers; null where a wheel keeps the deadlines
 * @param scratch where received bytes are when a wire is told of them
 * @param worker which knows whether memory is short
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RingRoom(RingQueue queue, @Nullable KernelTimers timers, byte[] scratch, Worker worker) {}
