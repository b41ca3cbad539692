package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;

/** A misspelt time limit was one the server ran without, and nobody was told. */
class StrayNamesTest {
    private static final Engine RING = new Engine() {
        @Override
        public String name() {
            return "ring";
        }

        @Override
        public int rank() {
            return 1;
        }

        @Override
        public Availability probe() {
            return Availability.usable(List.of());
        }

        @Override
        public RunningEngine start(ServerOptions options, Application application) {
            throw new UnsupportedOperationException();
        }
    };

    private static List<String> properties(String... names) {
        return StrayNames.notices(List.of(names), Map.of(), List.of(RING));
    }

    private static List<String> variable(String name, String value) {
        return StrayNames.notices(List.of(), Map.of(name, value), List.of(RING));
    }

    @ParameterizedTest
    @CsvSource({
        "ringfort.header-timout, ringfort.header-timeout",
        "ringfort.headerTimeout, ringfort.header-timeout",
        "ringfort.max_head, ringfort.max-head",
        "ringfort.prot, ringfort.port"
    })
    void aMisspeltPropertyIsToldWithTheNearest(String wrong, String right) {
        assertEquals(
                List.of("Property \"" + wrong + "\" is no option and does nothing; did you mean " + right + "?"),
                properties(wrong));
    }

    @ParameterizedTest
    @CsvSource({"RINGFORT_HEADERTIMEOUT, RINGFORT_HEADER_TIMEOUT", "RINGFORT_MAX_HEDA, RINGFORT_MAX_HEAD"})
    void aMisspeltVariableIsToldWithTheNearest(String wrong, String right) {
        assertEquals(
                List.of("Variable \"" + wrong + "\" is no option and does nothing; did you mean " + right + "?"),
                variable(wrong, "1s"));
    }

    @Test
    void aNameLikeNoOptionGetsNoGuess() {
        assertEquals(
                List.of("Property \"ringfort.completely.else\" is no option and does nothing"),
                properties("ringfort.completely.else"));
    }

    @Test
    void namesOfOptionsAndOfOthersAreNotTold() {
        assertEquals(
                List.of(), properties("ringfort.port", "ringfort.ring.defer_taskrun", "java.home", "ringfortune.x"));
        for (String name : List.of("RINGFORT_PORT", "RINGFORT_NO_BUILD", "RINGFORT_DEBUG", "PATH", "RINGFORTUNE")) {
            assertEquals(List.of(), variable(name, "1"), name);
        }
    }

    /** The whole of what Kubernetes sets for services called ringfort and ringfort-admin. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "RINGFORT_SERVICE_HOST",
                "RINGFORT_SERVICE_PORT",
                "RINGFORT_SERVICE_PORT_HTTP",
                "RINGFORT_PORT_80_TCP",
                "RINGFORT_PORT_80_TCP_PROTO",
                "RINGFORT_PORT_80_TCP_PORT",
                "RINGFORT_PORT_80_TCP_ADDR",
                "RINGFORT_ADMIN_SERVICE_HOST",
                "RINGFORT_ADMIN_PORT_53_UDP_ADDR",
                "RINGFORT_NAME",
                "RINGFORT_ENV_JAVA_VERSION"
            })
    void whatAnOrchestratorSetsForAServiceOfThatNameIsNotTold(String name) {
        assertEquals(List.of(), variable(name, "10.0.0.1"));
        assertEquals(List.of(), variable("RINGFORT_ADMIN_PORT", "tcp://10.0.0.1:80"));
    }

    /** RINGFORT_PORT=tcp://10.0.0.1:80 stopped the start: it cannot be a port. */
    @Test
    void theAddressOfAServiceIsNoPortAndIsTold() {
        String address = "tcp://10.0.0.1:80";
        ServerOptions options = ServerOptions.builder().build(_ -> null, Map.of("RINGFORT_PORT", address)::get);
        assertEquals(ServerOptions.defaults(), options);
        List<String> notices = variable("RINGFORT_PORT", address);
        assertEquals(1, notices.size());
        assertTrue(notices.getFirst().startsWith("Variable RINGFORT_PORT=\"" + address + "\" is not read"));
    }

    @Test
    void anEmptyVariableIsNotSet() {
        assertEquals(
                ServerOptions.defaults(), ServerOptions.builder().build(_ -> null, Map.of("RINGFORT_PORT", " ")::get));
    }
}
