package ringfort.bench.abuse;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A request and the only content that is right for it. */
final class PoliteRequest {
    private static final String GREETING = "Hello, World!";
    private static final String JSON = "{\"message\":\"Hello, World!\"}";

    private final byte[] octets;
    private final String content;

    private PoliteRequest(String text, String content) {
        this.octets = octets(text);
        this.content = content;
    }

    /** Echo with a nonce of its own, and in between the routes whose answers never change. */
    static PoliteRequest of(long number, long seed) {
        if (number % 4 == 1) {
            return new PoliteRequest(get("/json"), JSON);
        }
        if (number % 4 == 3) {
            return new PoliteRequest(get("/plaintext"), GREETING);
        }
        String nonce = Objects.hash(seed, number) + "-" + number + "-" + "n".repeat((int) (number % 97)) + "-" + seed;
        String post =
                "POST /echo HTTP/1.1\r\nHost: polite\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                        + nonce.length() + "\r\n\r\n" + nonce;
        return new PoliteRequest(post, nonce);
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: polite\r\n\r\n";
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    byte[] octets() {
        return octets;
    }

    /** What an answer that came whole is worth. */
    Outcome judge(PoliteConnection.Reply reply) {
        if (reply.status() == 503) {
            return Outcome.BUSY;
        }
        return reply.status() == 200 && reply.content().equals(content) ? Outcome.RIGHT : Outcome.WRONG;
    }
}
