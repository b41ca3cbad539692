package ringfort.server.protocol;

import ringfort.message.ByteSink;
import ringfort.server.exchange.Carrier;
import ringfort.server.exchange.ServerContext;
import ringfort.server.metrics.Counters;
import ringfort.server.wire.BufferPool;

/**
 * What all protocols of one worker share. Its worker only.
 *
 * @param context what the server shares
 * @param carrier the worker, which runs handlers
 * @param turn the worker, which knows the time
 * @param counters what the worker counts
 * @param buffers memory to send from
 * @param heads writes heads of responses
 * @param sink scratch space: what is written there is copied before the next use
 */
public record WorkerRoom(
        ServerContext context,
        Carrier carrier,
        Turn turn,
        Counters counters,
        BufferPool buffers,
        Http1Heads heads,
        ByteSink sink) {}
