package ringfort.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each published module is a good neighbour: it drags nothing in, opens nothing and shares no package. */
final class ModulesTest {
    /** The only ones that may need more at run time than {@code java.base} and modules of ours. */
    private static final Set<String> WITH_LIBRARIES = Set.of("json", "app", "rules");

    private static final List<Room> ROOMS = Room.published();

    @TestFactory
    Stream<DynamicTest> aModuleNeedsNothingButTheJdksBase() {
        return each(room -> {
            SortedSet<String> others = new TreeSet<>(room.closure());
            others.removeIf(name -> name.startsWith("ringfort."));
            if (WITH_LIBRARIES.contains(room.name())) {
                assertTrue(others.size() > 1, () -> room.module() + " needs no library any more: " + others);
            } else {
                assertEquals(Set.of("java.base"), others);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> aModuleOpensNothing() {
        return each(room -> {
            assertFalse(room.descriptor().isOpen());
            assertEquals(Set.of(), room.descriptor().opens());
        });
    }

    /** Java needs it of packages that meet in one program, and {@code import module} wants it of all. */
    @Test
    void noPackageIsSplit() {
        Map<String, String> owners = new HashMap<>();
        for (Room room : ROOMS) {
            for (String name : room.descriptor().packages()) {
                assertNull(owners.put(name, room.module()), () -> name + " is in more than one module");
            }
        }
    }

    /** A package outside the module's own name could meet a stranger's. */
    @TestFactory
    Stream<DynamicTest> aModulesPackagesAreBelowItsName() {
        return each(room -> {
            for (String name : room.descriptor().packages()) {
                assertTrue((name + ".").startsWith(room.module() + "."), name);
            }
        });
    }

    @Test
    void whatIsKnownToBePublishedIsFound() {
        List<String> names = ROOMS.stream().map(Room::name).toList();
        assertTrue(
                names.containsAll(List.of("api", "timers", "h1", "tls", "sys", "ring", "poller", "server")),
                names::toString);
        assertFalse(names.contains("bench"), names::toString);
    }

    private interface Check {
        void of(Room room);
    }

    private static Stream<DynamicTest> each(Check check) {
        return ROOMS.stream().map(room -> dynamicTest(room.module(), () -> check.of(room)));
    }
}
