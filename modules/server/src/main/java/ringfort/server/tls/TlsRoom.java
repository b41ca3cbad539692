package ringfort.server.tls;

import java.util.Map;
import ringfort.server.metrics.TlsCounters;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.tls.TlsBuffers;
import ringfort.tls.TlsContext;

/**
 * What the connections of one TLS port share on one worker. Its worker only.
 *
 * @param worker what all protocols of the worker share
 * @param context makes engines
 * @param pool runs the tasks of handshakes
 * @param counters what the TLS ports of the server count
 * @param buffers arrays in which records are worked on
 * @param plaintext room for what is to be encrypted; its content lasts no longer than a call
 * @param byName what lends the protocol within, by its name for ALPN
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TlsRoom(
        WorkerRoom worker,
        TlsContext context,
        HandshakePool pool,
        TlsCounters counters,
        TlsBuffers buffers,
        byte[] plaintext,
        Map<String, Protocols> byName) {
    /** What lends the protocol that was agreed on. */
    Protocols within(String name) {
        Protocols found = byName.get(name);
        if (found == null) {
            throw new IllegalStateException("ALPN chose " + name + ", which this port does not speak");
        }
        return found;
    }
}
