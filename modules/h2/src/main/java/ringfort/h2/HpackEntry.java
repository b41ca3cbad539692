package ringfort.h2;

/**
 * A field in a table of HPACK: its name and its value in one array.
 *
 * @param octets the name, then the value; not to be changed
 * @param nameLength where the value begins
 */
@SuppressWarnings("ArrayRecordComponent") // neither compared nor printed
record HpackEntry(byte[] octets, int nameLength) {
    /** What each entry counts beside its octets (RFC 7541, 4.1). */
    static final int OVERHEAD = 32;

    /** The size by which tables and lists count it. */
    int size() {
        return octets.length + OVERHEAD;
    }
}
