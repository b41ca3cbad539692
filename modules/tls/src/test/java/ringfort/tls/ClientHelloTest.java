package ringfort.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hellos of the JDK's client, and what can be made of them. */
final class ClientHelloTest {
    private static final CertificateSet CERTIFICATES = Fixtures.selfSigned();
    private static final SSLContext CLIENT = Fixtures.clientOf(CERTIFICATES);

    private static byte[] hello(@Nullable String name, String... protocols) {
        return Peer.of(CLIENT, parameters -> {
                    parameters.setServerNames(name == null ? List.of() : List.of(new SNIHostName(name)));
                    parameters.setApplicationProtocols(protocols);
                })
                .pull();
    }

    private static HelloPeek peek(byte[] bytes) {
        return HelloPeek.of(bytes, 0, bytes.length);
    }

    /** The same message in records of {@code size} bytes each. */
    private static byte[] fragmented(byte[] hello, int size) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int at = 5; at < hello.length; at += size) {
            int count = Math.min(size, hello.length - at);
            records.writeBytes(new byte[] {22, 3, 1, (byte) (count >> 8), (byte) count});
            records.write(hello, at, count);
        }
        return records.toByteArray();
    }

    @Test
    void namesAndProtocols() {
        assertEquals(
                new ClientHello("a.example.org", List.of("h2", "http/1.1")),
                peek(hello("A.Example.ORG", "h2", "http/1.1")));
        ClientHello none = assertInstanceOf(ClientHello.class, peek(hello(null)));
        assertNull(none.serverName());
        assertEquals(List.of(), none.applicationProtocols());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 16_000})
    void anyNumberOfRecords(int size) {
        byte[] records = fragmented(hello("b.example.org", "h2"), size);
        ClientHello expected = new ClientHello("b.example.org", List.of("h2"));
        assertEquals(expected, peek(records));
        for (int cut = 0; cut < records.length; cut++) {
            assertInstanceOf(HelloPeek.NeedInput.class, HelloPeek.of(records, 0, cut), "cut at " + cut);
        }
        byte[] more = Arrays.copyOf(records, records.length + 100);
        assertEquals(expected, peek(more));
    }

    /** The root of all names: without its dot nothing is left, and nothing is no name. */
    @Test
    void aDotIsNoName() {
        byte[] hello = hello("ab.example");
        int start = indexOf(hello, "ab.example");
        Arrays.fill(hello, start, start + 9, (byte) 'a');
        hello[start + 9] = '.';
        assertEquals(
                "aaaaaaaaa", assertInstanceOf(ClientHello.class, peek(hello)).serverName());
        byte[] shorter = new byte[hello.length - 9];
        System.arraycopy(hello, 0, shorter, 0, start);
        System.arraycopy(hello, start + 9, shorter, start, hello.length - start - 9);
        assertInstanceOf(HelloPeek.Malformed.class, peek(shortened(shorter, start, 9)));
    }

    /** Every length around the name at {@code start}, less what was taken out of it. */
    private static byte[] shortened(byte[] hello, int start, int less) {
        int extensions = -1;
        for (int at = start - 11; at > 50 && extensions < 0; at--) { // the length in front of all extensions
            int length = (hello[at] & 0xFF) << 8 | (hello[at + 1] & 0xFF);
            extensions = length == hello.length + less - at - 2 ? at : -1;
        }
        for (int at : new int[] {3, 7, extensions, start - 7, start - 5, start - 2}) {
            int length = ((hello[at] & 0xFF) << 8 | (hello[at + 1] & 0xFF)) - less;
            hello[at] = (byte) (length >> 8);
            hello[at + 1] = (byte) length;
        }
        return hello;
    }

    @Test
    void otherBytes() {
        assertInstanceOf(HelloPeek.Malformed.class, peek("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertInstanceOf(HelloPeek.Malformed.class, peek(new byte[] {22, 3, 1, 0, 0}));
        assertInstanceOf(HelloPeek.Malformed.class, peek(new byte[] {22, 3, 1, 0x40, 1}));
        assertInstanceOf(HelloPeek.Malformed.class, peek(new byte[] {22, 2, 1, 0, 5}));
        assertInstanceOf(HelloPeek.Malformed.class, peek(new byte[] {22, 3, 1, 0, 4, 2, 0, 0, 0}));
        assertInstanceOf(HelloPeek.Malformed.class, peek(new byte[] {22, 3, 1, 0, 4, 1, 0, (byte) 0x80, 1}));
        assertInstanceOf(HelloPeek.NeedInput.class, peek(new byte[0]));
    }

    /** Never an exception; and where an engine takes a changed hello, both have read the same name. */
    @Test
    void anyChangeOfAHelloIsReadAsTheEngineReadsIt() {
        TlsContext context = new TlsContext(TlsOptions.DEFAULT, CERTIFICATES);
        byte[] original = hello("a.example.org", "http/1.1");
        int malformed = 0;
        int read = 0;
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed * 0x9E3779B97F4A7C15L);
            byte[] bytes = original.clone();
            int within = random.nextInt(3) == 0 ? bytes.length : 9; // often where lengths are
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                bytes[within == 9 ? random.nextInt(9) : random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            int start = indexOf(bytes, "a.example.org");
            if (start > 0 && random.nextInt(3) > 0) {
                bytes[start - 1 - random.nextInt(9)] = (byte) random.nextInt(40);
            }
            HelloPeek peek = peek(bytes);
            if (peek instanceof HelloPeek.Malformed) {
                malformed++;
            }
            Link link = new Link(context, Peer.of(CLIENT, parameters -> {}));
            link.feed(bytes);
            if (peek instanceof ClientHello ours && link.engineName() != null) {
                read++;
                assertEquals(link.engineName(), ours.serverName(), "seed " + seed);
            }
        }
        assertTrue(malformed > 300 && read > 100, "malformed " + malformed + ", read " + read);
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }
}
