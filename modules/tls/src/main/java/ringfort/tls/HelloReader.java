package ringfort.tls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes fields and vectors (RFC 8446, 3) from the front of a range of bytes, and a ClientHello out of records. */
final class HelloReader {
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int RECORD_HEADER_BYTES = RecordReader.HEADER_BYTES;
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int MOST_FRAGMENT_BYTES = 1 << 14; // RFC 8446, 5.1
    private static final int MOST_HELLO_BYTES = 32 * 1024; // jdk.tls.maxHandshakeMessageSize
    private static final int VERSION_AND_RANDOM_BYTES = 2 + 32;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;
    private static final int ALPN = 16;
    private static final int MOST_NAME_BYTES = 255;

    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message, null, false, false);
        }
    }

    /** Joins what the records hold; a hello may be in several. */
    static HelloPeek message(byte[] bytes, int from, int to) throws MalformedException {
        byte[] message = {};
        int at = from;
        while (true) {
            if (at < to && bytes[at] != HANDSHAKE) {
                throw new MalformedException("a record that is no handshake");
            }
            if (to - at < RECORD_HEADER_BYTES) {
                return new HelloPeek.NeedInput();
            }
            int length = unsigned16(bytes, at + 3);
            if (bytes[at + 1] != 3 || length == 0 || length > MOST_FRAGMENT_BYTES) {
                throw new MalformedException("a record of a version or a length that TLS has not");
            }
            int end = Math.min(to, at + RECORD_HEADER_BYTES + length);
            int before = message.length;
            int count = end - at - RECORD_HEADER_BYTES;
            message = Arrays.copyOf(message, before + count);
            System.arraycopy(bytes, at + RECORD_HEADER_BYTES, message, before, count);
            if (message.length > 0 && message[0] != CLIENT_HELLO) {
                throw new MalformedException("a message that is no hello");
            }
            if (message.length >= MESSAGE_HEADER_BYTES) {
                int body = (message[1] & 0xFF) << 16 | unsigned16(message, 2);
                if (body > MOST_HELLO_BYTES) {
                    throw new MalformedException("a hello of " + body + " bytes");
                }
                if (message.length >= MESSAGE_HEADER_BYTES + body) {
                    return new HelloReader(message, MESSAGE_HEADER_BYTES, MESSAGE_HEADER_BYTES + body).hello();
                }
            }
            if (end < at + RECORD_HEADER_BYTES + length) {
                return new HelloPeek.NeedInput();
            }
            at = end;
        }
    }

    private static int unsigned16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    }

    private final byte[] bytes;
    private final int end;
    private int at;

    HelloReader(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    ClientHello hello() throws MalformedException {
        skip(VERSION_AND_RANDOM_BYTES);
        vector(number(1)); // legacy_session_id
        vector(number(2)); // cipher_suites
        vector(number(1)); // legacy_compression_methods
        String name = null;
        List<String> protocols = null;
        boolean named = false;
        HelloReader extensions = at == end ? new HelloReader(bytes, end, end) : vector(number(2)); // RFC 5246, 7.4.1.2
        while (extensions.at < extensions.end) {
            int type = extensions.number(2);
            HelloReader extension = extensions.vector(extensions.number(2));
            if (type == SERVER_NAME) {
                refuseSecond(named);
                named = true;
                name = extension.serverName();
            } else if (type == ALPN) {
                refuseSecond(protocols != null);
                protocols = extension.protocols();
            }
        }
        return new ClientHello(name, protocols == null ? List.of() : protocols);
    }

    private static void refuseSecond(boolean second) throws MalformedException {
        if (second) {
            throw new MalformedException("an extension that is there twice");
        }
    }

    private @Nullable String serverName() throws MalformedException {
        HelloReader list = vector(number(2));
        String name = null;
        while (list.at < list.end) {
            int type = list.number(1);
            HelloReader entry = list.vector(list.number(2));
            if (type == HOST_NAME) {
                refuseSecond(name != null);
                name = entry.host();
            }
        }
        return name;
    }

    private String host() throws MalformedException {
        if (at == end || end - at > MOST_NAME_BYTES) {
            throw new MalformedException("a host name of " + (end - at) + " bytes");
        }
        for (int i = at; i < end; i++) {
            if (bytes[i] <= ' ' || bytes[i] == 0x7F) {
                throw new MalformedException("a host name that is not visible ASCII");
            }
        }
        String name = CertificateNames.normalised(text());
        if (name.isEmpty()) {
            throw new MalformedException("a host name that is a dot");
        }
        return name;
    }

    private List<String> protocols() throws MalformedException {
        HelloReader list = vector(number(2));
        List<String> protocols = new ArrayList<>();
        while (list.at < list.end) {
            HelloReader name = list.vector(list.number(1));
            if (name.at == name.end) {
                throw new MalformedException("an application protocol without a name");
            }
            protocols.add(name.text());
        }
        return protocols;
    }

    private String text() {
        return new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
    }

    private int number(int octets) throws MalformedException {
        int start = at;
        skip(octets);
        return octets == 1 ? bytes[start] & 0xFF : unsigned16(bytes, start);
    }

    private HelloReader vector(int length) throws MalformedException {
        int start = at;
        skip(length);
        return new HelloReader(bytes, start, at);
    }

    private void skip(int count) throws MalformedException {
        if (count > end - at) {
            throw new MalformedException("it ends within a field");
        }
        at += count;
    }
}
