package ringfort.server.loop;

import ringfort.server.protocol.Protocols;

/**
 * A port as one worker serves it.
 *
 * @param port what all workers know of it
 * @param protocols lends protocol state to the connections that come in here; the worker's
 */
public record Entrance(Port port, Protocols protocols) {}
