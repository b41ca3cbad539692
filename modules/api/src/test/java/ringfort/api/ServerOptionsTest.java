package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerOptionsTest {
    private final Map<String, String> properties = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    private ServerOptions build(ServerOptions.Builder builder) {
        return builder.build(properties::get, environment::get);
    }

    @Test
    void defaultsAreThoseOfTheDesign() {
        ServerOptions options = ServerOptions.defaults();
        assertEquals(Duration.ofSeconds(10), options.headerTimeout());
        assertEquals(Duration.ofSeconds(60), options.bodyTimeout());
        assertEquals(240, options.bodyMinRate());
        assertEquals(Duration.ofSeconds(10), options.bodyGrace());
        assertEquals(240, options.writeMinRate());
        assertEquals(Duration.ofSeconds(60), options.writeTimeout());
        assertEquals(Duration.ofSeconds(10), options.writeGrace());
        assertEquals(Duration.ofSeconds(75), options.idleTimeout());
        assertEquals(Duration.ofSeconds(30), options.lingerTimeout());
        assertEquals(Duration.ofSeconds(10), options.drainTimeout());
        assertEquals(Duration.ofSeconds(1), options.drainGrace());
        assertEquals(Duration.ZERO, options.drainDelay());
        assertFalse(options.keepAliveHeader());
        assertEquals(Duration.ZERO, options.handlerTimeout());
        assertEquals(Duration.ofMillis(5), options.holdThreshold());
        assertEquals(8 * 1024, options.maxRequestLine());
        assertEquals(32 * 1024, options.maxHead());
        assertEquals(100, options.maxHeaders());
        assertEquals(10 * 1024 * 1024, options.maxBody());
        assertEquals("auto", options.engine());
        assertTrue(options.shutdownHook());
    }

    @Test
    void theProgramWinsOverPropertyOverEnvironmentOverDefault() {
        assertEquals(Duration.ofSeconds(10), build(ServerOptions.builder()).headerTimeout());
        environment.put("RINGFORT_HEADER_TIMEOUT", "1s");
        assertEquals(Duration.ofSeconds(1), build(ServerOptions.builder()).headerTimeout());
        properties.put("ringfort.header-timeout", "2s");
        assertEquals(Duration.ofSeconds(2), build(ServerOptions.builder()).headerTimeout());
        ServerOptions.Builder builder = ServerOptions.builder().set("header-timeout", "3s", "--header-timeout");
        assertEquals(Duration.ofSeconds(3), build(builder).headerTimeout());
        assertEquals(
                Duration.ofSeconds(4),
                build(builder.headerTimeout(Duration.ofSeconds(4))).headerTimeout());
    }

    /** Zero must stay off however often options are passed on: the ancestor's "-1 = off" became the default that way. */
    @Test
    void offStaysOffWhenOptionsArePassedOn() {
        properties.put("ringfort.header-timeout", "7s");
        ServerOptions off = build(ServerOptions.builder().headerTimeout(Duration.ZERO));
        ServerOptions again = build(build(off.toBuilder()).toBuilder());
        assertEquals(Duration.ZERO, again.headerTimeout());
        assertEquals(off, again);
    }

    @ParameterizedTest
    @CsvSource({
        "header-timeout, 0, 0",
        "header-timeout, 2s, 2s",
        "header-timeout, 500ms, 500ms",
        "header-timeout, 60s, 1m",
        "header-timeout, 90s, 90s",
        "header-timeout, 1h, 1h",
        "header-timeout, ' 1500us ', 1500us",
        "max-body, 64KiB, 64KiB",
        "max-body, 10485760, 10MiB",
        "max-body, 0, 0B",
        "max-body, 1GiB, 1GiB",
        "max-body, 77B, 77B",
        "body-min-rate, 1KiB/s, 1KiB/s",
        "body-min-rate, 240, 240B/s",
        "port, 0, 0",
        "shutdown-hook, off, off",
        "shutdown-hook, TRUE, on",
        "timers, Kernel, kernel",
        "engine, ring, ring",
        "max-trailer, 2B, 2B",
        "host, ::1, ::1"
    })
    void textIsRead(String name, String text, String shown) {
        OptionKey<?> key = OptionKeys.named(name, text, "--" + name);
        assertEquals(shown, roundTrip(key, text));
    }

    private static <T> String roundTrip(OptionKey<T> key, String text) {
        return key.type().formatter().apply(key.parse(text, "--" + key.name()));
    }

    @ParameterizedTest
    @CsvSource({
        "header-timeout, 2",
        "header-timeout, -1s",
        "header-timeout, 1.5s",
        "header-timeout, s",
        "header-timeout, ''",
        "header-timeout, 10 s",
        "header-timeout, 366000h",
        "header-timeout, 99999999999999999h",
        "max-body, -1",
        "max-body, 10MB",
        "max-body, 1e6",
        "max-body, 9999999999999GiB",
        "max-head, 1MiB",
        "port, 65536",
        "port, 0x10",
        "port, 99999999999999999999",
        "workers, 2147483648",
        "workers, many",
        "shutdown-hook, maybe",
        "timers, both",
        "engine, 'a b'",
        "host, ' '"
    })
    void whatWillNotDoIsRefusedWithEverythingNeededToCorrectIt(String name, String text) {
        ServerOptions.Builder builder = ServerOptions.builder();
        OptionException refused = assertThrows(OptionException.class, () -> builder.set(name, text, "--" + name));
        assertEquals(name, refused.option());
        assertEquals(text, refused.value());
        assertTrue(refused.getMessage().contains("\"" + text + "\""), refused.getMessage());
        assertTrue(refused.getMessage().contains("--" + name), refused.getMessage());
        String range = OptionKeys.named(name, text, "").range();
        assertTrue(refused.getMessage().endsWith(range), refused.getMessage());
    }

    @Test
    void theOriginOfABadValueIsNamed() {
        environment.put("RINGFORT_WORKERS", "x");
        assertEquals(
                "environment variable RINGFORT_WORKERS",
                assertThrows(OptionException.class, () -> build(ServerOptions.builder()))
                        .origin());
        properties.put("ringfort.workers", "-1");
        OptionException refused = assertThrows(OptionException.class, () -> build(ServerOptions.builder()));
        assertEquals(
                "Option workers cannot be \"-1\" (from property ringfort.workers): write a whole number; accepted are"
                        + " 0 to 1024",
                refused.getMessage());
        assertEquals(2, build(ServerOptions.builder().workers(2)).workers(), "what is not used is not read");
    }

    @ParameterizedTest
    @CsvSource({"haeder-timeout, header-timeout", "headerTimeout, header-timeout", "max-bodi, max-body", "ports, port"})
    void aWrongNameIsAnsweredWithTheNearest(String wrong, String nearest) {
        ServerOptions.Builder builder = ServerOptions.builder();
        OptionException refused = assertThrows(OptionException.class, () -> builder.set(wrong, "1", "--" + wrong));
        assertTrue(refused.getMessage().endsWith("did you mean " + nearest + "?"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"completely-else", "x"})
    void aNameWithoutAnyNeighbourGetsNoGuess(String wrong) {
        ServerOptions.Builder builder = ServerOptions.builder();
        OptionException refused = assertThrows(OptionException.class, () -> builder.set(wrong, "1", "--" + wrong));
        assertFalse(refused.getMessage().contains("did you mean"), refused.getMessage());
    }

    @Test
    void otherPropertiesAreLeftAlone() {
        properties.put("ringfort.ring.single-issuer", "false");
        properties.put("ringfort.root", "/");
        assertEquals(ServerOptions.defaults(), build(ServerOptions.builder()));
    }

    @Test
    void theHeadAsAWholeHasALimit() {
        ServerOptions.Builder builder =
                ServerOptions.builder().maxRequestLine(60 << 10).maxHead(1000 << 10);
        assertEquals(
                "max-head",
                assertThrows(OptionException.class, () -> build(builder)).option());
    }

    @Test
    void theCatalogueIsWholeAndItsDefaultsAreValid() {
        List<Option> catalogue = ServerOptions.catalogue();
        assertEquals(ServerOptions.class.getRecordComponents().length, catalogue.size());
        Set<String> names = new HashSet<>();
        ServerOptions.Builder builder = ServerOptions.builder();
        for (Option option : catalogue) {
            assertTrue(names.add(option.name()), option.name());
            builder.set(option.name(), option.defaultValue(), option.flag());
        }
        assertEquals(ServerOptions.defaults(), build(builder));
        Option header = catalogue.stream()
                .filter(option -> option.flag().equals("--header-timeout"))
                .findFirst()
                .orElseThrow();
        assertEquals("ringfort.header-timeout", header.property());
        assertEquals("RINGFORT_HEADER_TIMEOUT", header.variable());
        assertEquals("10s", header.defaultValue());
    }
}
