package ringfort.bench;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Request heads as clients send them. */
public enum Heads {
    /** What {@code wrk} sends. */
    WRK("GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"),

    /** What {@code curl} sends. */
    CURL("GET /users/42 HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/8.14.1\r\nAccept: */*\r\n\r\n"),

    /** What a browser sends for a page, with the cookies that gather. */
    BROWSER("""
            GET /shop/articles/1284-enamel-pot?ref=newsletter&utm_source=mail&utm_campaign=autumn HTTP/1.1
            Host: shop.example.org
            Connection: keep-alive
            Cache-Control: max-age=0
            sec-ch-ua: "Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"
            sec-ch-ua-mobile: ?0
            sec-ch-ua-platform: "Linux"
            Upgrade-Insecure-Requests: 1
            User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8
            Sec-Fetch-Site: same-origin
            Sec-Fetch-Mode: navigate
            Sec-Fetch-User: ?1
            Sec-Fetch-Dest: document
            Referer: https://shop.example.org/shop/articles?category=kitchen&page=3
            Accept-Encoding: gzip, deflate, br, zstd
            Accept-Language: de-CH,de;q=0.9,en-US;q=0.8,en;q=0.7
            Cookie: session=5f2b7c1e9d3a4b60a1f7c2d8e4b59036; consent=necessary%2Cstatistics; _pk_id.7.1fff=8c1e4d2a9b7f3056.1763884800.; cart=3

            """),

    /** What a service sends to another: JSON with a long JSON Web Token. */
    API("""
            POST /v2/accounts/7f3c1b9e/transactions HTTP/1.1
            Host: api.example.org
            Authorization: Bearer %s.%s.%s
            Content-Type: application/json
            Content-Length: 512
            Accept: application/json
            User-Agent: billing/4.11.0
            traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
            Idempotency-Key: 0f8fad5b-d9cb-469f-a165-70867728950e

            """.formatted(token(36), token(720), token(256))),

    /** As many fields as are taken. */
    HUNDRED(hundredFields());

    private final String text;

    Heads(String text) {
        this.text = text.replace("\r\n", "\n").replace("\n", "\r\n");
    }

    byte[] octets() {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Base64Url of so many bytes, as in a token. */
    private static String token(int bytes) {
        byte[] content = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            content[i] = (byte) (i * 151 + (i >> 3));
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(content);
    }

    private static String hundredFields() {
        var text = new StringBuilder("GET /reports HTTP/1.1\r\nHost: internal.example.org\r\n");
        for (int i = 1; i < 100; i++) {
            text.append("X-Upstream-Annotation-")
                    .append(i)
                    .append(": value-")
                    .append(i * 7919)
                    .append("\r\n");
        }
        return text.append("\r\n").toString();
    }
}
