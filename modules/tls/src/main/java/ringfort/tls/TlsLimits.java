package ringfort.tls;

/**
 * How much a peer may send without any progress of the connection.
 *
 * @param handshakeRecords records before the handshake has finished
 * @param handshakeBytes bytes of such records
 * @param recordsWithoutData records without application data at once after the handshake: key updates (RFC 8446, 4.6.3),
 *     empty records, warnings. The JDK's engine answers any number of them
 * @param recordsWithoutDataPerSecond how many of these are forgiven each second
 */
public record TlsLimits(
        int handshakeRecords, int handshakeBytes, int recordsWithoutData, int recordsWithoutDataPerSecond) {
    /** 64 records and 64 KiB for a handshake; 32 records without data, one more each second. */
    public static final TlsLimits DEFAULT = new TlsLimits(64, 64 * 1024, 32, 1);

    /** Refuses numbers with which no handshake could finish. */
    public TlsLimits {
        within("handshakeRecords", handshakeRecords, 4, Integer.MAX_VALUE);
        within("handshakeBytes", handshakeBytes, 1024, Integer.MAX_VALUE);
        within("recordsWithoutData", recordsWithoutData, 1, Integer.MAX_VALUE);
        within("recordsWithoutDataPerSecond", recordsWithoutDataPerSecond, 0, Integer.MAX_VALUE);
    }

    static void within(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be from " + least + " to " + most);
        }
    }
}
