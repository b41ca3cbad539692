package ringfort.server.http2;

import ringfort.h2.FrameWriter;
import ringfort.message.ByteSink;

/** The 24 octets by which a client says that it speaks HTTP/2 (RFC 9113, 3.4). Stateless, any thread. */
final class Preface {
    private static final byte[] OCTETS = octets();

    /** How many octets it has. */
    static final int BYTES = OCTETS.length;

    private Preface() {}

    private static byte[] octets() {
        var sink = new ByteSink(32);
        FrameWriter.preface(sink);
        return sink.toByteArray();
    }

    /** Whether {@code bytes[from, to)} are the octets of the preface from number {@code at} on, as far as both go. */
    static boolean matches(byte[] bytes, int from, int to, int at) {
        int count = Math.min(to - from, BYTES - at);
        for (int i = 0; i < count; i++) {
            if (bytes[from + i] != OCTETS[at + i]) {
                return false;
            }
        }
        return true;
    }
}
