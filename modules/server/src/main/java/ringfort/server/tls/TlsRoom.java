package ringfort.server.tls;

import java.util.Map;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.tls.TlsBuffers;

/**
 * What the connections of one TLS port share on one worker. Its worker only.
 *
 * @param worker what all protocols of the worker share
 * @param service what the port shares with the other workers
 * @param buffers arrays in which records are worked on
 * @param plaintext room for what is to be encrypted; its content lasts no longer than a call
 * @param byName what lends the protocol within, by its name for ALPN
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TlsRoom(
        WorkerRoom worker, TlsService service, TlsBuffers buffers, byte[] plaintext, Map<String, Protocols> byName) {
    /** What lends the protocol that was agreed on. */
    Protocols within(String name) {
        Protocols found = byName.get(name);
        if (found == null) {
            throw new IllegalStateException("ALPN chose " + name + ", which this port does not speak");
        }
        return found;
    }
}
