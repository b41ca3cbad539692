package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112, 6 and 7: Content-Length, Transfer-Encoding, chunks, trailers. */
final class FramingTest {
    private static final String START = "POST / HTTP/1.1\r\nHost: a\r\n";
    private static final String CHUNKED = START + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String CHUNKED_HEAD = "HEAD POST / 1 [Host: a; Transfer-Encoding: chunked] ";

    private static void reads(String chunks, String content) {
        Wire.accepts(CHUNKED + chunks, CHUNKED_HEAD + "END '" + content + "' []");
    }

    @Test
    void rfc9112_6_3_aBodyIsAsLongAsAnnounced() {
        Wire.accepts(
                START + "Content-Length: 5\r\n\r\nab\r\nc",
                "HEAD POST / 1 [Host: a; Content-Length: 5] END 'ab\r\nc' []");
        Wire.accepts(START + "\r\n", "HEAD POST / 1 [Host: a] END '' []");
        Wire.accepts(
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
                "HEAD GET / 1 [Host: a; Content-Length: 1] END 'x' []");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "+5",
                "-5",
                "0x5",
                "5_0",
                "5 0",
                "5,5",
                "5, 5",
                "05",
                "00",
                "5.0",
                "five",
                "9223372036854775808",
                "99999999999999999999",
                "5;",
                "\u00b2"
            })
    void rfc9110_8_6_aContentLengthThatIsNoPlainNumberIsRefused(String length) {
        Wire.refuses(400, START + "Content-Length: " + length + "\r\n\r\nhello");
    }

    @Test
    void rfc9110_8_6_theLongestContentLengthIsTooLargeButNotMalformed() {
        Wire.refuses(413, START + "Content-Length: 9223372036854775807\r\n\r\nhello");
    }

    @Test
    void rfc9112_6_3_twoContentLengthsAreRefusedEvenWhenEqual() {
        Wire.refuses(400, START + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello");
        Wire.refuses(400, START + "Content-Length: 5\r\ncontent-length: 6\r\n\r\nhello");
    }

    @Test
    void rfc9112_6_3_contentLengthWithTransferEncodingIsRefused() {
        Wire.refuses(400, START + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        Wire.refuses(400, START + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n");
    }

    @Test
    void rfc9112_6_1_transferEncodingInHttp10IsRefused() {
        Wire.refuses(400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "gzip", "identity", "identity, chunked", "chunked, gzip", "chunked, chunked", "chunked, identity",
                "chunked;q=1", "chunked;", "gzip;q=1, chunked", "chunked,", ",chunked", ", chunked", "gzip,,chunked",
                "xchunked", "chunkedx", "\"chunked\"", "chun ked", "chunked\u000b"
            })
    void rfc9112_6_1_aTransferEncodingThatDoesNotEndInOneChunkedIsRefused(String codings) {
        Wire.refuses(400, START + "Transfer-Encoding: " + codings + "\r\n\r\n0\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip, chunked", "gzip,chunked", "br , gzip\t,\tchunked", "x, CHUNKED"})
    void rfc9112_6_1_anUnknownCodingBeforeChunkedIs501(String codings) {
        Wire.refuses(501, START + "Transfer-Encoding: " + codings + "\r\n\r\n0\r\n\r\n");
    }

    @Test
    void rfc9112_6_1_twoTransferEncodingsAreRefused() {
        Wire.refuses(400, START + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    }

    @Test
    void rfc9112_7_codingNamesHaveNoCase() {
        Wire.accepts(
                START + "Transfer-Encoding: \tChunked \r\n\r\n0\r\n\r\n",
                "HEAD POST / 1 [Host: a; Transfer-Encoding: Chunked] END '' []");
    }

    @Test
    void rfc9112_7_1_chunksAreReadUpToTheLast() {
        reads("0\r\n\r\n", "");
        reads("5\r\nhello\r\n0\r\n\r\n", "hello");
        reads("5\r\nhello\r\n1\r\n \r\n05\r\nworld\r\n000\r\n\r\n", "hello world");
        reads("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789");
        reads("0000000000000001\r\nx\r\n0000000000000000\r\n\r\n", "x");
        reads("4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+",
                "-",
                "0x",
                "1_",
                "1 ",
                "1\t",
                " ",
                "\r",
                "\n",
                ";",
                "g",
                "1\n",
                "1\r5",
                "1\r\r",
                "00000000000000001",
                "1\r\nxx",
                "1\r\nx\n",
                "1\r\nx\rx",
                "1\r\nx\r\n\r",
                "\u0661",
                "1\0",
                "1.",
                "1,"
            })
    void rfc9112_7_1_aMalformedChunkIsRefusedAtOnce(String chunk) {
        Wire.refusesAtLastByte(400, CHUNKED + chunk);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffffffffffffffff\r", "8000000000000000\r", "7fffffffffffffff\r", "a00001\r", "a00001;"})
    void rfc9110_15_5_14_aChunkAboveTheLimitIs413AtOnce(String chunk) {
        Wire.refusesAtLastByte(413, CHUNKED + chunk);
    }

    @Test
    void rfc9110_15_5_14_chunksTogetherAboveTheLimitAre413() {
        Limits limits = new Limits(64, 64, 4, 64, 4, 64, 5, 64);
        Wire.accepts(limits, CHUNKED + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", CHUNKED_HEAD + "END 'abcde' []");
        Wire.refusesAtLastByte(limits, 413, CHUNKED + "3\r\nabc\r\n3\r");
    }

    @Test
    void rfc9112_7_1_1_extensionsAreCheckedAndDropped() {
        reads("5;a=b\r\nhello\r\n0;x\r\n\r\n", "hello");
        reads("5;a=\"b;\tc\\\"\";d \r\nhello\r\n0; \tx=\u00e4\r\n\r\n", "hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1;\r", "1; \r", "1;=", "1;;", "1;a\n", "1;a\0", "1;a\u007f", "1;a\r\r", "1;\n"})
    void rfc9112_7_1_1_aMalformedExtensionIsRefusedAtOnce(String chunk) {
        Wire.refusesAtLastByte(400, CHUNKED + chunk);
    }

    /** A reader that respects quotes reads on behind the line's end, one that does not finds the chunk's data there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1;a=\"b\r",
                "1;a=\"\r",
                "1;a=\"b\\\r",
                "1;a=\"b\\\"\r",
                "1;a=\"b\n",
                "1;a\"",
                "1;a=\"b\"c",
                "1;a=b\"",
                "1;a=\r",
                "1;a= \r",
                "1;a=;",
                "1;a b",
                "1;a==",
                "1;a,",
                "1;a=\"b\"\"",
                "1;a=b; \r"
            })
    void rfc9112_7_1_1_anExtensionThatTwoReadersMayEndAtTwoPlacesIsRefused(String chunk) {
        Wire.refusesAtLastByte(400, CHUNKED + chunk);
    }

    @Test
    void rfc9112_7_1_1_extensionsAreBoundedOverAllChunks() {
        Limits limits = new Limits(64, 64, 4, 64, 4, 6, 64, 64);
        String chunks = "1;abc\r\nx\r\n1;abc\r\nx\r\n";
        Wire.accepts(limits, CHUNKED + chunks + "0\r\n\r\n", CHUNKED_HEAD + "END 'xx' []");
        Wire.refusesAtLastByte(limits, 400, CHUNKED + chunks + "1;a");
        Wire.refusesAtLastByte(limits, 400, CHUNKED + "1;       ");
    }

    @Test
    void rfc9112_7_1_2_trailersAreKeptApart() {
        Wire.accepts(
                CHUNKED + "1\r\nx\r\n0\r\nDigest: d \r\nX-Y:z\r\n\r\n", CHUNKED_HEAD + "END 'x' [Digest: d; X-Y: z]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Content-Length: 7", "transfer-encoding: chunked", "Host: b", "Authorization: x", "Cookie: a=b"})
    void rfc9110_6_5_1_whatATrailerMustNotSayIsDropped(String trailer) {
        Wire.accepts(CHUNKED + "0\r\n" + trailer + "\r\nA: b\r\n\r\n", CHUNKED_HEAD + "END '' [A: b]");
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "X ", ":", "X\r", "X: a\n", "X: a\0", "X: a\r\n ", "\rX", "\n"})
    void rfc9112_7_1_2_aMalformedTrailerIsRefusedAtOnce(String trailer) {
        Wire.refusesAtLastByte(400, CHUNKED + "0\r\n" + trailer);
    }

    @Test
    void rfc6585_5_trailersOverTheirLimitsAre431AsSoonAsTheyAre() {
        Limits limits = new Limits(64, 64, 4, 20, 2, 64, 64, 64);
        Wire.accepts(limits, CHUNKED + "0\r\nA: b\r\nC: defghi\r\n\r\n", CHUNKED_HEAD + "END '' [A: b; C: defghi]");
        Wire.refusesAtLastByte(limits, 431, CHUNKED + "0\r\nA: b\r\nC: defghijklmn");
        Wire.refusesAtLastByte(limits, 431, CHUNKED + "0\r\nA: b\r\nC: d\r\nE");
    }

    @Test
    void rfc9112_6_3_contentMayComeInManyPieces() {
        String content = "0123456789".repeat(30);
        Wire.accepts(
                START + "Content-Length: 300\r\n\r\n" + content,
                "HEAD POST / 1 [Host: a; Content-Length: 300] END '" + content + "' []");
    }

    @Test
    void rfc9112_9_3_aSmugglersSecondRequestIsReadAsContent() {
        String hidden = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
        String account = Wire.accountOfAnyCut(
                Limits.DEFAULT, START + "Content-Length: " + hidden.length() + "\r\n\r\n" + hidden);
        assertEquals(
                "HEAD POST / 1 [Host: a; Content-Length: " + hidden.length() + "] END '" + hidden + "' [] ", account);
    }
}
