package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112, 2 and 3: line ends, request line, method, target, version. */
final class StartLineTest {
    private static final String REST = " HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void rfc9112_3_aRequestLineIsRead() {
        Wire.accepts("GET /x?y=1" + REST, "HEAD GET /x?y=1 1 [Host: a] END '' []");
        Wire.accepts(
                "POST /%41%2F%0a;p=~!$&'()*+,;=:@|^`{}\"<>\\ HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
                "HEAD POST /%41%2F%0a;p=~!$&'()*+,;=:@|^`{}\"<>\\ 1 [Host: a; Content-Length: 0] END '' []");
    }

    @Test
    void rfc9112_2_2_aBareLfIsRefusedAtOnce() {
        Wire.refusesAtLastByte(400, "\n");
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1\n");
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1\r\nHost: a\n");
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1\r\nHost\n");
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1\r\nHost: a\r\n\n");
        Wire.refusesAtLastByte(400, "GET /\n");
        Wire.refusesAtLastByte(400, "GET\n");
    }

    @Test
    void rfc9112_2_2_aBareCrIsRefusedAtOnce() {
        Wire.refusesAtLastByte(400, "\rG");
        Wire.refusesAtLastByte(400, "GET /\r");
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1\r\r");
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1\rH");
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1\r\nHost: a\rb");
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1\r\nHost: a\r\n\rX");
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1\r\nHo\r");
    }

    @Test
    void rfc9112_2_2_twoEmptyLinesBeforeTheRequestLineAreSkipped() {
        Wire.accepts("\r\nGET /" + REST, "HEAD GET / 1 [Host: a] END '' []");
        Wire.accepts("\r\n\r\nGET /" + REST, "HEAD GET / 1 [Host: a] END '' []");
        Wire.refusesAtLastByte(400, "\r\n\r\n\r");
    }

    @Test
    void rfc9112_2_2_emptyLinesAreCountedForEachRequest() {
        String request = "\r\n\r\nGET /" + REST;
        Wire.accepts(request + request, "HEAD GET / 1 [Host: a] END '' [] HEAD GET / 1 [Host: a] END '' []");
    }

    @Test
    void rfc9112_2_2_whiteSpaceBeforeTheFirstFieldIsRefusedAtOnce() {
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1\r\n ");
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1\r\n\t");
    }

    @Test
    void rfc9112_3_onlyOneSpaceDelimits() {
        Wire.refusesAtLastByte(400, " ");
        Wire.refusesAtLastByte(400, "GET  ");
        Wire.refusesAtLastByte(400, "GET\t");
        Wire.refusesAtLastByte(400, "GET /\t");
        Wire.refusesAtLastByte(400, "GET /  ");
        Wire.refusesAtLastByte(400, "GET / HTTP/1.1 ");
        Wire.refusesAtLastByte(400, "GET /a b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET \0", "GET /#", "GET /a\u007f", "GET /\u0001", "GET /\u00e4", "GET /%00", "GET /?q=%00"})
    void rfc9112_3_2_whatNoTargetHoldsIsRefusedAtOnce(String start) {
        Wire.refusesAtLastByte(400, start);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%0", "%01", "%1", "%10", "%%", "%0%", "a%"})
    void rfc3986_2_1_otherPercentSignsAreLeftToThePath(String end) {
        Wire.accepts("GET /" + end + REST, "HEAD GET /" + end + " 1 [Host: a] END '' []");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"HTTP/1", "HTTP/01.1", "http", "HTTP/1.1x", "HTTP/1.x", "HTTP/1,", "HTTP /", "HTTPS", "XTTP"})
    void rfc9112_2_3_aMalformedVersionIsRefused(String version) {
        Wire.refuses(400, "GET / " + version + "\r\nHost: a\r\n\r\n");
    }

    @Test
    void rfc9112_2_3_aMalformedVersionIsRefusedAtOnce() {
        Wire.refusesAtLastByte(400, "GET / HTTP/1\r");
        Wire.refusesAtLastByte(400, "GET / HTTP/01");
        Wire.refusesAtLastByte(400, "GET / h");
    }

    @Test
    void rfc1945_4_1_aSimpleRequestIsRefused() {
        Wire.refuses(400, "GET /\r\n");
        Wire.refuses(400, "GET\r\n");
    }

    @Test
    void rfc9110_15_6_6_anotherMajorVersionIs505() {
        Wire.refusesAtLastByte(505, "GET / HTTP/2.0");
        Wire.refusesAtLastByte(505, "GET / HTTP/9.9");
        Wire.refusesAtLastByte(505, "GET / HTTP/0.9");
    }

    @Test
    void rfc9113_3_4_theHttp2PrefaceIs505() {
        Wire.refuses(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    }

    @Test
    void rfc9110_2_5_aHigherMinorVersionIsReadAs11() {
        Wire.accepts("GET / HTTP/1.2\r\nHost: a\r\n\r\n", "HEAD GET / 1 [Host: a] END '' []");
    }

    @Test
    void rfc9110_9_1_aMethodIsAToken() {
        for (int octet = 0; octet < 256; octet++) {
            boolean token = octet < 0x80 && (Character.isLetterOrDigit(octet) || "!#$%&'*+-.^_`|~".indexOf(octet) >= 0);
            String method = "G" + (char) octet;
            if (token) {
                assertEquals("", Wire.account(Limits.DEFAULT, Wire.bytes(method)));
            } else if (octet != ' ') {
                Wire.refusesAtLastByte(400, method);
            }
        }
        Wire.accepts("get /" + REST, "HEAD get / 1 [Host: a] END '' []");
        Wire.accepts("BREW-COFFEE /" + REST, "HEAD BREW-COFFEE / 1 [Host: a] END '' []");
    }

    @Test
    void rfc8446_5_1_aTlsHelloIsRefusedAtItsFirstByte() {
        Wire.refusesAtLastByte(400, "\u0016");
        Wire.refuses(400, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003");
    }

    @Test
    void rfc9112_3_aRequestLineOverItsLimitIs414AsSoonAsItIs() {
        Limits limits = Limits.DEFAULT;
        String longest = "GET /" + "a".repeat(limits.requestLineBytes() - 16) + " HTTP/1.1\r\n";
        assertEquals(limits.requestLineBytes(), longest.length());
        Wire.accepts(
                longest + "Host: a\r\n\r\n",
                "HEAD GET " + longest.substring(4, longest.length() - 11) + " 1 [Host: a] END '' []");
        Wire.refusesAtLastByte(414, "GET /" + "a".repeat(limits.requestLineBytes() - 5));
        Wire.refusesAtLastByte(414, "G".repeat(limits.requestLineBytes()));
    }

    @Test
    void rfc9112_3_aRequestLineOf8000OctetsPasses() {
        String target = "/" + "a".repeat(8000 - "GET / HTTP/1.1".length());
        Wire.accepts("GET " + target + REST, "HEAD GET " + target + " 1 [Host: a] END '' []");
    }

    @Test
    void rfc9112_3_2_2_theAbsoluteFormIsAccepted() {
        Wire.accepts("GET http://a/x HTTP/1.1\r\nHost: A\r\n\r\n", "HEAD GET http://a/x 1 [Host: A] END '' []");
        Wire.accepts("GET HTTP://a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD GET HTTP://a:80 1 [Host: a] END '' []");
        Wire.accepts(
                "GET https://a?q HTTP/1.1\r\nHost: a:443\r\n\r\n", "HEAD GET https://a?q 1 [Host: a:443] END '' []");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://b/", "http://a:81/", "https://a:80/", "http://a.b/", "http://[::1]/"})
    void rfc9112_3_2_2_anAuthorityThatHostContradictsIsRefused(String target) {
        Wire.refuses(400, "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://a/",
                "http:/a",
                "http:",
                "http//a",
                "http://",
                "http:///x",
                "http://u@a/",
                "a",
                "a/b",
                "?x",
                "**",
                "http://a:x/",
                "http://a:65536/",
                "://a/",
                "mailto:x"
            })
    void rfc9112_3_2_aTargetOfNoFormIsRefused(String target) {
        Wire.refuses(400, "GET " + target + REST);
    }

    @Test
    void rfc9112_3_2_2_theAbsoluteFormNeedsHostToo() {
        Wire.refuses(400, "GET http://a/ HTTP/1.1\r\n\r\n");
    }

    @Test
    void rfc9112_3_2_4_theAsteriskIsForOptionsOnly() {
        Wire.accepts("OPTIONS *" + REST, "HEAD OPTIONS * 1 [Host: a] END '' []");
        Wire.refuses(400, "GET *" + REST);
        Wire.refuses(400, "options *" + REST);
    }

    @Test
    void rfc9110_9_3_6_connectIs501() {
        Wire.refuses(501, "CONNECT a:443" + REST);
        Wire.refuses(501, "CONNECT /" + REST);
    }
}
