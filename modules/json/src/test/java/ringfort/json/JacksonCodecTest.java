package ringfort.json;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.Body;
import ringfort.api.HttpException;
import ringfort.api.Request;
import ringfort.api.Response;

class JacksonCodecTest {
    record User(int id, String name, List<String> roles) {}

    record Broken(int value) {
        @Override
        public int value() {
            throw new IllegalStateException("broken");
        }
    }

    private final JacksonCodec codec = new JacksonCodec();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void recordsSurviveTheRoundTrip() {
        User user = new User(7, "Zoë \"the\" 🦊", List.of("admin"));
        assertEquals(user, codec.read(codec.write(user), User.class));
    }

    @Test
    void mapsAndListsAreWritten() {
        assertArrayEquals(utf8("{\"a\":[1,2]}"), codec.write(Map.of("a", List.of(1, 2))));
        assertEquals(List.of(1, 2), codec.read(utf8("[1,2]"), List.class));
    }

    @Test
    void handlersFindTheCodec() {
        Response response = Response.json(Map.of("id", 7));
        assertEquals("application/json", response.header("Content-Type"));
        Body.Bytes body = assertInstanceOf(Body.Bytes.class, response.body());
        assertArrayEquals(utf8("{\"id\":7}"), body.bytes());
        Request request = Request.builder("POST", "/")
                .body("{\"id\":1,\"name\":\"x\",\"roles\":[]}")
                .build();
        assertEquals(new User(1, "x", List.of()), request.json(User.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "nonsense",
                "{\"id\":\"seven\"}",
                "{\"id\":1,\"id\":2}",
                "{\"id\":1} {}",
                "null",
                "{\"id\":null}",
                "[1]",
                "{'id':1}",
                "{\"id\":01}",
                "{\"id\":1,}"
            })
    void whatClientsGetWrongIs400WithoutOurNames(String json) {
        HttpException refused = assertThrows(HttpException.class, () -> codec.read(utf8(json), User.class));
        assertEquals(400, refused.status());
        assertFalse(refused.getMessage().contains("ringfort"), refused.getMessage());
        assertFalse(refused.getMessage().contains("User"), refused.getMessage());
        assertEquals(0, refused.getStackTrace().length);
    }

    @Test
    void otherEncodingsThanUtf8AreRefused() {
        for (var charset : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            byte[] json = "{\"id\":1}".getBytes(charset);
            assertEquals(
                    400,
                    assertThrows(HttpException.class, () -> codec.read(json, Map.class))
                            .status());
        }
    }

    @Test
    void deepNestingIsRefusedBeforeTheStackIsFull() {
        byte[] json = utf8("[".repeat(100_000));
        assertEquals(
                400,
                assertThrows(HttpException.class, () -> codec.read(json, List.class))
                        .status());
    }

    @Test
    void aValueThatCannotBeWrittenIsTheApplicationsFault() {
        assertThrows(IllegalArgumentException.class, () -> codec.write(new Broken(1)));
    }
}
