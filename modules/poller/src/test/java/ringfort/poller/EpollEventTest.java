package ringfort.poller;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpollEventTest {
    @Test
    void it_is_packed_on_x86_64_and_nowhere_else() {
        assertEquals(new EpollEvent(12, 4), EpollEvent.of("amd64"));
        assertEquals(new EpollEvent(12, 4), EpollEvent.of("x86_64"));
        assertEquals(new EpollEvent(16, 8), EpollEvent.of("aarch64"));
        assertEquals(new EpollEvent(16, 8), EpollEvent.of("riscv64"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"amd64", "aarch64"})
    void entries_of_an_array_do_not_overlap(String architecture) {
        EpollEvent event = EpollEvent.of(architecture);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment array = arena.allocate(3L * event.bytes(), 8);
            for (int i = 0; i < 3; i++) {
                event.set(array, i, i + 1, Long.MIN_VALUE + i);
            }
            for (int i = 0; i < 3; i++) {
                assertEquals(i + 1, event.events(array, i));
                assertEquals(Long.MIN_VALUE + i, event.data(array, i));
            }
        }
    }
}
