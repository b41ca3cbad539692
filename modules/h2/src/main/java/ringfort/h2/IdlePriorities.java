package ringfort.h2;

import java.util.Arrays;

/** The priorities of requests that have not come yet (RFC 9218, 7.1), no more than there may be streams. One thread at a time. */
final class IdlePriorities {
    private int[] streams = {};
    private byte[] priorities = {};
    private int size;

    int size() {
        return size;
    }

    /** Keeps the latest priority of a stream. Forgets those of streams up to {@code highest}, which never came. */
    void put(int stream, int priority, int highest) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (streams[i] > highest && streams[i] != stream) {
                streams[kept] = streams[i];
                priorities[kept++] = priorities[i];
            }
        }
        size = kept;
        if (size == streams.length) {
            streams = Arrays.copyOf(streams, Math.max(4, 2 * size));
            priorities = Arrays.copyOf(priorities, streams.length);
        }
        streams[size] = stream;
        priorities[size++] = (byte) priority;
    }

    /** The priority that was said for a stream, which is forgotten; else that of its head. */
    int take(int stream, int ofHead) {
        for (int i = 0; i < size; i++) {
            if (streams[i] == stream) {
                int priority = priorities[i];
                size--;
                streams[i] = streams[size];
                priorities[i] = priorities[size];
                return priority;
            }
        }
        return ofHead;
    }
}
