package ringfort.server.nio;

import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.util.List;
import ringfort.server.loop.Connection;
import ringfort.server.loop.Worker;

/**
 * What all wires of one {@link Selector} worker share. Its worker only.
 *
 * @param selector tells what is ready
 * @param buffers what is sent stands there
 * @param receiveBuffer as many bytes as {@code scratch} has
 * @param peeked connections of which a look has read bytes that they are to get first
 * @param scratch where received bytes are when a connection is told of them
 * @param worker says whether its turn has time for more reads
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NioRoom(
        Selector selector,
        DirectBufferPool buffers,
        ByteBuffer receiveBuffer,
        List<Connection> peeked,
        byte[] scratch,
        Worker worker) {}
