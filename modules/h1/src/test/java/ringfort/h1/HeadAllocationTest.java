package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A head allocates its own array and its own object. The parser allocates nothing else for it. */
final class HeadAllocationTest {
    private static final int HEADS = 100;

    /** Array header, rounding, and the object; measured 64 for the object on a 64-bit JVM. */
    private static final int MOST_BEYOND_OCTETS = 128;

    @Test
    void nothingIsAllocatedButTheHeadAndItsArray() {
        for (int fields : new int[] {1, 16, 17, 40, 100}) {
            var text = new StringBuilder("GET / HTTP/1.1\r\nHost: a\r\n");
            text.repeat("X-Y: z\r\n", fields - 1).append("\r\n");
            byte[] bytes = Wire.bytes(text.toString());
            long octets = bytes.length + (long) fields * Long.BYTES;
            long allocated = allocatedPerHead(bytes);
            assertTrue(
                    allocated >= octets && allocated <= octets + MOST_BEYOND_OCTETS,
                    () -> fields + " fields: " + allocated + " bytes for " + octets);
        }
    }

    /** The least of several rounds: the virtual machine allocates on this thread now and then, too. */
    private static long allocatedPerHead(byte[] bytes) {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean,
                "this virtual machine doesn't count the bytes a thread allocates");
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var parser = new RequestParser(Limits.DEFAULT);
        parse(parser, bytes);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            parse(parser, bytes);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least / HEADS;
    }

    private static void parse(RequestParser parser, byte[] bytes) {
        for (int i = 0; i < HEADS; i++) {
            assertEquals(RequestParser.Result.HEAD, parser.parse(bytes, 0, bytes.length));
        }
    }
}
