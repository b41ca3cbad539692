package consumer.sys;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

/** Sends itself a word through a pipe. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
            check("pipe2", Libc.pipe2(ends.address(), Linux.O_CLOEXEC));
            MemorySegment word = arena.allocateFrom("word");
            check("write", Libc.write(ends.getAtIndex(ValueLayout.JAVA_INT, 1), word, word.byteSize()));
            MemorySegment received = arena.allocate(16);
            check("read", Libc.read(ends.getAtIndex(ValueLayout.JAVA_INT, 0), received, received.byteSize()));
            if (!received.getString(0).equals("word")) {
                throw new AssertionError(received.getString(0));
            }
        }
        System.out.println("ok");
    }

    private static void check(String call, long result) throws IOException {
        if (result < 0) {
            throw new IOException(call + ": " + Errno.describe((int) -result));
        }
    }
}
