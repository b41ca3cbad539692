package ringfort.poller;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * Where the fields of {@code struct epoll_event} are (linux/eventpoll.h). On x86_64 the structure is packed into twelve
 * bytes, as 32-bit programs have it. On all other architectures the 64 bits of data are aligned, and it has sixteen
 * bytes.
 *
 * @param bytes the size of the structure, and the stride of an array of them
 * @param dataOffset where the 64 bits of user data begin; the events are at 0
 */
record EpollEvent(int bytes, int dataOffset) {
    /** The layout of the machine this runs on. */
    static final EpollEvent HERE = of(System.getProperty("os.arch"));

    static EpollEvent of(String architecture) {
        return switch (architecture.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x86-64" -> new EpollEvent(12, 4);
            default -> new EpollEvent(16, 8);
        };
    }

    int events(MemorySegment array, int index) {
        return array.get(JAVA_INT_UNALIGNED, (long) index * bytes);
    }

    long data(MemorySegment array, int index) {
        return array.get(JAVA_LONG_UNALIGNED, (long) index * bytes + dataOffset);
    }

    void set(MemorySegment array, int index, int events, long data) {
        array.set(JAVA_INT_UNALIGNED, (long) index * bytes, events);
        array.set(JAVA_LONG_UNALIGNED, (long) index * bytes + dataOffset, data);
    }
}
