package ringfort.server.poll;

import ringfort.server.linux.OutsideMemory;
import ringfort.server.loop.Worker;

/**
 * What all wires of one epoll worker share. Its worker only.
 *
 * @param receiveBuffer address of as many bytes as {@code scratch} has, for {@code recv}
 * @param scratch where received bytes are when a connection is told of them
 * @param outside memory for what the watchdog does
 * @param worker says whether its turn has time for more reads
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PollRoom(long receiveBuffer, byte[] scratch, OutsideMemory outside, Worker worker) {}
