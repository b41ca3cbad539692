package ringfort.api.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.HttpException;

class PercentDecodingTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
        '',                     /
        /,                      /
        /a/b,                   /a/b
        /a/b/,                  /a/b/
        //a///b,                //a///b
        /a%20b,                 /a b
        /a+b,                   /a+b
        /caf%C3%A9,             /café
        /%F0%9F%A6%8A,          /🦊
        /a%2Fb,                 /a%2Fb
        /a%2fb,                 /a%2Fb
        /a%252Fb,               /a%2Fb
        /100%25,                /100%
        /a/./b,                 /a/b
        /a/.,                   /a/
        /a/..,                  /
        /a/../b,                /b
        /a/b/../..,             /
        /../../etc,             /etc
        /..,                    /
        /.,                     /
        /a/%2e%2E/b,            /b
        /a/.%2e/b,              /b
        /a/%2e/b,               /a/b
        /a//../b,               /a/b
        /..%2Fetc,              /..%2Fetc
        /%252e%252e/a,          /%2e%2e/a
        /.well-known/x,         /.well-known/x
        /a/...,                 /a/...
        /a..b/c,                /a..b/c
        /%5C..%5Ca,             '/\\..\\a'
        """)
    void pathsAreDecodedOnceAndThenResolved(String raw, String expected) {
        assertEquals(expected, PercentDecoding.path(raw));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%",
                "/%2",
                "/%zz",
                "/%+1",
                "/% 1",
                "/%1",
                "/a%",
                "/%00",
                "/a%00b",
                "/%C0%AF",
                "/%C0%80",
                "/%E0%80%AF",
                "/%ED%A0%80",
                "/%F4%90%80%80",
                "/%FF",
                "/%C3",
                "/%C3/a",
                "/é",
                "/a b",
                "/a#b",
                "/\t",
                "/\u0000",
                "/\u007f",
                "a",
                "*",
                "http://h/",
                "/%١١",
                "/%@0",
                "/%`0",
                "/%G0",
                "/%/0"
            })
    void malformedPathsAreRefused(String raw) {
        assertEquals(
                400,
                assertThrows(HttpException.class, () -> PercentDecoding.path(raw))
                        .status());
    }

    @Test
    void nothingIsCopiedWhenThereIsNothingToDecode() {
        String raw = "/users/7/posts..x/a.b";
        assertSame(raw, PercentDecoding.path(raw));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        a+b,        a b
        a%2Bb,      a+b
        a%2Fb,      a/b
        %26%3D,     &=
        %C3%A9,     é
        plain,      plain
        """)
    void formsTakePlusAsSpace(String raw, String expected) {
        assertEquals(expected, PercentDecoding.form(raw, 0, raw.length()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%00", "a%00b", "\u0000", "a\u0000b", "%20\u0000"})
    void aNulInAFormIsRefusedHoweverItIsWritten(String raw) {
        assertEquals(
                400,
                assertThrows(HttpException.class, () -> PercentDecoding.form(raw, 0, raw.length()))
                        .status());
    }

    @Test
    void escapesDoNotReachBeyondTheirPiece() {
        assertThrows(HttpException.class, () -> PercentDecoding.form("a%2&3", 0, 3));
    }

    @Test
    void encodedPathsDecodeToThemselves() {
        Random random = new Random(20);
        for (int round = 0; round < 500; round++) {
            StringBuilder path = new StringBuilder("/");
            for (int i = 0; i < 12; i++) {
                path.appendCodePoint("ab/ é🦊?#+\\\"~"
                        .codePoints()
                        .skip(random.nextInt(11))
                        .findFirst()
                        .orElseThrow());
            }
            String text = path.toString();
            assertEquals(text, PercentDecoding.path(PercentDecoding.encodePath(text)));
        }
    }
}
