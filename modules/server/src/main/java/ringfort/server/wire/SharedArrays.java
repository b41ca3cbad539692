package ringfort.server.wire;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;
import ringfort.sys.OnWorker;

/**
 * Large arrays of responses that wait for slow readers, each counted once however many responses refer to it: an application
 * may answer with one array again and again. Only large arrays come here, so that the usual
 * response costs no look-up. One worker only; an array that several workers refer to is counted by each.
 */
@OnWorker
public final class SharedArrays {
    private final IdentityHashMap<byte[], int[]> references = new IdentityHashMap<>();
    private long bytes;

    /** Refers to none yet. */
    SharedArrays() {}

    /** One more response refers to the array. */
    public void add(byte[] array) {
        int[] known = references.get(array);
        if (known == null) {
            references.put(array, new int[] {1});
            bytes += array.length;
        } else {
            known[0]++;
        }
    }

    /** A response does not refer to it any more. */
    public void remove(byte[] array) {
        int @Nullable [] known = references.get(array);
        if (known != null && --known[0] == 0) {
            references.remove(array);
            bytes -= array.length;
        }
    }

    /** The length of all arrays that responses refer to. */
    public long bytes() {
        return bytes;
    }
}
